import type { AppUpdater } from "electron-updater";

/** Looks for a newer signed version when the user asks, and installs it when the program ends. */
export async function checkForUpdates(
  updater: Pick<AppUpdater, "autoDownload" | "autoInstallOnAppQuit" | "checkForUpdatesAndNotify">,
): Promise<string> {
  updater.autoDownload = true;
  updater.autoInstallOnAppQuit = true;
  const found = await updater.checkForUpdatesAndNotify();
  return found?.isUpdateAvailable
    ? `Version ${found.updateInfo.version} is installed when Assay ends.`
    : "This is the newest version.";
}
