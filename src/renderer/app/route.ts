import { useEffect, useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  window.addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("popstate", listener);
  };
};
const read = () => location.pathname + location.search;

export function go(to: string, options: { replace?: boolean } = {}): void {
  if (to === read()) return;
  if (options.replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  for (const listener of [...listeners]) listener();
}

/** The address as parts and parameters; links marked `data-route` change it without leaving the page. */
export function useRoute(): { parts: string[]; params: URLSearchParams } {
  const url = useSyncExternalStore(subscribe, read);
  useEffect(() => {
    const follow = (event: MouseEvent) => {
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
      const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[data-route]") : null;
      if (!link) return;
      event.preventDefault();
      go(link.pathname + link.search);
    };
    document.addEventListener("click", follow);
    return () => document.removeEventListener("click", follow);
  }, []);
  const [path = "/", search = ""] = url.split("?");
  return { parts: path.split("/").filter(Boolean).map(decodeURIComponent), params: new URLSearchParams(search) };
}
