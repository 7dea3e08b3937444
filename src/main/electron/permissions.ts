import type { Session, WebContents } from "electron";

const ownSchemes = ["app:", "blob:", "data:", "devtools:"];
const knownHosts = ["assay.example", "doi.org"];

/** Nothing that a page may ask of the system is granted, and nothing is fetched but the program's own. */
export function lockSession(
  session: Pick<Session, "setPermissionRequestHandler" | "setPermissionCheckHandler" | "webRequest">,
): void {
  session.setPermissionRequestHandler((_contents, _permission, decide) => decide(false));
  session.setPermissionCheckHandler(() => false);
  session.webRequest.onBeforeRequest(({ url }, decide) =>
    decide({ cancel: !ownSchemes.some((scheme) => url.startsWith(scheme)) }),
  );
}

/** No window, view or page but the program's own; links go to the system's browser where their host is known. */
export function lockContents(
  contents: Pick<WebContents, "setWindowOpenHandler" | "on">,
  openExternal: (url: string) => void,
): void {
  contents.setWindowOpenHandler(({ url }) => {
    if (isKnownAddress(url)) openExternal(url);
    return { action: "deny" };
  });
  contents.on("will-navigate", (event) => event.preventDefault());
  contents.on("will-frame-navigate", (event) => event.preventDefault());
  contents.on("will-attach-webview", (event) => event.preventDefault());
}

export function isKnownAddress(url: string): boolean {
  const parsed = URL.parse(url);
  if (parsed?.protocol !== "https:" || parsed.username !== "" || parsed.port !== "") return false;
  return knownHosts.some((host) => parsed.hostname === host || parsed.hostname.endsWith(`.${host}`));
}
