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

const snapshotIn = (address: string) => new URLSearchParams(address.split("?")[1] ?? "").get("snapshot");

/** The snapshot that is looked at goes along from screen to screen. */
function withSnapshot(to: string): string {
  const viewed = snapshotIn(read());
  if (viewed === null || snapshotIn(to) !== null) return to;
  return `${to}${to.includes("?") ? "&" : "?"}snapshot=${encodeURIComponent(viewed)}`;
}

/** Shows the present screen as an older snapshot has it, or as the current one. */
export function viewSnapshot(snapshotId: string | undefined): void {
  const params = new URLSearchParams(location.search);
  params.delete("snapshot");
  if (snapshotId !== undefined) params.set("snapshot", snapshotId);
  const search = params.toString();
  move(`${location.pathname}${search === "" ? "" : `?${search}`}`);
}

export function go(to: string, options: { replace?: boolean } = {}): void {
  move(withSnapshot(to), options);
}

function move(to: string, options: { replace?: boolean } = {}): void {
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
