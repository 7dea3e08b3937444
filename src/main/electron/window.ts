import type { BrowserWindow, BrowserWindowConstructorOptions, Screen, WebPreferences } from "electron";
import { pageUrl } from "./page.ts";
import { readWindowState, writeWindowState } from "./window-state.ts";

/** What a page may do: nothing beyond a browser's page, and no access to Node. */
export const webPreferences = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  spellcheck: false,
} satisfies WebPreferences;

export interface WindowParts {
  readonly createWindow: (options: BrowserWindowConstructorOptions) => BrowserWindow;
  readonly screen: Pick<Screen, "getAllDisplays">;
  readonly preload: string;
  readonly statePath: string;
  readonly log: (line: string) => void;
}

const reloadsAtMost = 3;

/** Opens the program's window where it stood last, and loads its page again where that page's process dies. */
export function openWindow({ createWindow, screen, preload, statePath, log }: WindowParts): BrowserWindow {
  const displays = screen.getAllDisplays().map(({ workArea }) => workArea);
  const state = readWindowState(statePath, displays);
  const window = createWindow({
    width: 1440,
    height: 900,
    ...state.bounds,
    minWidth: 720,
    minHeight: 480,
    show: false,
    title: "Assay",
    autoHideMenuBar: true,
    webPreferences: { ...webPreferences, preload },
  });
  if (state.isMaximized) window.maximize();
  window.once("ready-to-show", () => window.show());
  window.on("close", () =>
    writeWindowState(statePath, { bounds: window.getNormalBounds(), isMaximized: window.isMaximized() }),
  );
  let reloads = 0;
  window.webContents.on("render-process-gone", (_event, { reason }) => {
    log(`the page's process ended: ${reason}`);
    if (reason !== "clean-exit" && reloads++ < reloadsAtMost && !window.isDestroyed()) window.reload();
  });
  window
    .loadURL(pageUrl)
    .catch((error: unknown) => log(`the page did not load: ${error instanceof Error ? error.message : error}`));
  return window;
}
