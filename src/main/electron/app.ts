import { join } from "node:path";
import type {
  App,
  BrowserWindow,
  BrowserWindowConstructorOptions,
  Dialog,
  IpcMain,
  Menu,
  Protocol,
  Screen,
  Session,
  Shell,
} from "electron";
import type { Core } from "../core.ts";
import { startIpc } from "../transports/ipc.ts";
import { offerDialogs, type ShowNotice } from "./dialogs.ts";
import { menuTemplate } from "./menu.ts";
import { createPageHandler, isOwnPage, pageScheme } from "./page.ts";
import { lockContents, lockSession } from "./permissions.ts";
import { openWindow } from "./window.ts";

/** The parts of Electron that the desktop stands on. */
export interface DesktopParts {
  readonly app: App;
  readonly protocol: Protocol;
  readonly ipcMain: Pick<IpcMain, "on" | "removeListener" | "handle">;
  readonly dialog: Dialog;
  readonly shell: Shell;
  readonly notify: ShowNotice;
  readonly screen: Pick<Screen, "getAllDisplays">;
  readonly menu: Pick<typeof Menu, "buildFromTemplate" | "setApplicationMenu">;
  readonly createWindow: (options: BrowserWindowConstructorOptions) => BrowserWindow;
  /** Electron's own, once it is ready. */
  readonly session: () => Session;
}
export interface DesktopOptions {
  readonly startCore: () => Promise<Core>;
  readonly rendererDir: string;
  readonly preload: string;
  readonly checkForUpdates: () => Promise<string>;
  readonly log: (line: string) => void;
}

/** Runs the desktop. What must come before Electron is ready happens at once; a second start wakes the first and ends. */
export function runDesktop(parts: DesktopParts, options: DesktopOptions): void {
  const { app, protocol, dialog } = parts;
  protocol.registerSchemesAsPrivileged([pageScheme]);
  app.enableSandbox();
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  start(parts, options).catch((error: unknown) => {
    dialog.showErrorBox("Assay can't start", explain(error));
    app.exit(1);
  });
}

async function start(parts: DesktopParts, options: DesktopOptions): Promise<void> {
  const { app, protocol, ipcMain, dialog, shell, menu } = parts;
  let window: BrowserWindow | undefined;
  app.on("web-contents-created", (_event, contents) => lockContents(contents, (url) => void shell.openExternal(url)));
  app.on("second-instance", () => {
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  app.on("window-all-closed", () => app.quit());

  const core = options.startCore();
  core.catch(() => {}); // told below, once there is a screen to tell it on
  endInOrder(app, core, options.log);
  await app.whenReady();
  lockSession(parts.session());
  protocol.handle(
    "app",
    createPageHandler({ rendererDir: options.rendererDir, downloadRoots: async () => (await core).downloadRoots() }),
  );
  startIpc({ ipcMain, core, isTrusted: isOwnPage });
  offerDialogs({ ipcMain, dialog, shell, notify: parts.notify, window: () => window, isTrusted: isOwnPage });
  const tellUpdates = () => {
    options.checkForUpdates().then(
      (message) => dialog.showMessageBox({ message }),
      (error: unknown) => dialog.showErrorBox("Updates can't be looked for", explain(error)),
    );
  };
  menu.setApplicationMenu(
    menu.buildFromTemplate(
      menuTemplate({ isMac: process.platform === "darwin", isPackaged: app.isPackaged, checkForUpdates: tellUpdates }),
    ),
  );
  window = openWindow({
    createWindow: parts.createWindow,
    screen: parts.screen,
    preload: options.preload,
    statePath: join(app.getPath("userData"), "window.json"),
    log: options.log,
  });
  await core;
}

/** Closes the core before the program ends: what runs is stopped, what was finished is kept. */
function endInOrder(app: App, core: Promise<Core>, log: (line: string) => void): void {
  let isClosed = false;
  app.on("before-quit", (event) => {
    if (isClosed) return;
    event.preventDefault();
    core
      .then((ready) => ready.close())
      .catch((error: unknown) => log(`closing: ${explain(error)}`))
      .finally(() => {
        isClosed = true;
        app.quit();
      });
  });
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "hint" in error && typeof error.hint === "string" ? `${error.message}\n\n${error.hint}` : error.message;
}
