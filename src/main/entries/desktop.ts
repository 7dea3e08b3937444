import { join } from "node:path";
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  Notification,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  utilityProcess,
} from "electron";
import { createCore } from "../core.ts";
import { runDesktop } from "../electron/app.ts";
import { createSecrets } from "../electron/safe-storage.ts";
import { checkForUpdates } from "../electron/updates.ts";
import { utilityProcesses } from "../electron/utility-process.ts";
import { lastWorkspace } from "./last-workspace.ts";

const log = (line: string) => console.error(line);
const beside = (path: string) => join(import.meta.dirname, "../..", path); // out/ of the built program

async function startCore() {
  const core = await createCore({
    log,
    indexesPeople: true,
    nightsEveryMs: 30_000,
    looksEveryMs: 5_000,
    keyStore: createSecrets(safeStorage),
    startProcess: utilityProcesses({ fork: utilityProcess.fork, workersDir: beside("workers"), log }),
  });
  const workspace = process.env.ASSAY_WORKSPACE ?? (await lastWorkspace(core.client));
  if (workspace !== undefined) {
    await core.client.call("workspace.open", { path: workspace }).catch((error: unknown) => {
      log(`The last workspace could not be opened: ${error instanceof Error ? error.message : error}`);
    });
  }
  return core;
}

// No await at the top of this file: Electron waits for it before it is ready, https://github.com/electron/electron/issues/40719
runDesktop(
  {
    app,
    protocol,
    ipcMain,
    dialog,
    shell,
    screen,
    notify: (notice, onClick) => {
      if (!Notification.isSupported()) return;
      const shown = new Notification(notice);
      shown.on("click", onClick);
      shown.show();
    },
    menu: Menu,
    createWindow: (options) => new BrowserWindow(options),
    session: () => session.defaultSession,
  },
  {
    startCore,
    rendererDir: beside("renderer"),
    preload: beside("preload/index.cjs"),
    checkForUpdates: () => checkForUpdates(),
    log,
  },
);
