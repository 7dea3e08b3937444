import type { AppUpdater } from "electron-updater";

type Updater = Pick<AppUpdater, "autoDownload" | "autoInstallOnAppQuit" | "checkForUpdatesAndNotify">;

/** Looks for a newer signed version when the user asks, and installs it when the program ends; says what it found. */
export async function checkForUpdates(load: () => Promise<Updater> = loadUpdater): Promise<string> {
  const updater = await load();
  updater.autoDownload = true;
  updater.autoInstallOnAppQuit = true;
  const found = await updater.checkForUpdatesAndNotify();
  return found?.isUpdateAvailable
    ? `Version ${found.updateInfo.version} is installed when Assay ends.`
    : "This is the newest version.";
}

async function loadUpdater(): Promise<Updater> {
  return (await import("electron-updater")).default.autoUpdater;
}
