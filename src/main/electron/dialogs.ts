import type { BrowserWindow, Dialog, Shell } from "electron";
import { bridgeChannels } from "../../shared/api/bridge.ts";
import { AssayError } from "../../shared/base/errors.ts";
import type { PageEvent } from "../transports/ipc.ts";

/** A notice of the system; `onClick` where somebody follows it. */
export type ShowNotice = (notice: { title: string; body: string }, onClick: () => void) => void;

export interface DialogParts {
  readonly ipcMain: { handle(channel: string, answer: (event: PageEvent, argument?: unknown) => unknown): void };
  readonly dialog: Pick<Dialog, "showOpenDialog" | "showSaveDialog">;
  readonly shell: Pick<Shell, "showItemInFolder">;
  readonly notify: ShowNotice;
  readonly window: () => BrowserWindow | undefined;
  readonly isTrusted: (event: PageEvent) => boolean;
}

type Properties = ("openFile" | "openDirectory" | "multiSelections" | "createDirectory")[];

/** Lets the program's own page, and no other, ask for the system's dialogs. */
export function offerDialogs({ ipcMain, dialog, shell, notify, window, isTrusted }: DialogParts): void {
  function offer(channel: string, answer: (text: string) => unknown): void {
    ipcMain.handle(channel, (event, argument) => {
      if (!isTrusted(event)) {
        throw new AssayError(
          "not_permitted",
          `Another page may not use ${channel}.`,
          "Ask from the program's own window.",
        );
      }
      if (typeof argument !== "string" || argument.length > 4_096) {
        throw new AssayError("bad_input", `${channel} needs a text.`, "Check what the page sends.");
      }
      return answer(argument);
    });
  }
  async function choose(title: string, properties: Properties): Promise<string[]> {
    const owner = window();
    const options = { title, properties };
    const { canceled, filePaths } = await (owner
      ? dialog.showOpenDialog(owner, options)
      : dialog.showOpenDialog(options));
    return canceled ? [] : filePaths;
  }
  offer(bridgeChannels.chooseFiles, (title) => choose(title, ["openFile", "multiSelections"]));
  offer(
    bridgeChannels.chooseFolder,
    async (title) => (await choose(title, ["openDirectory", "createDirectory"]))[0] ?? null,
  );
  offer(bridgeChannels.chooseSavePath, async (defaultPath) => {
    const owner = window();
    const { canceled, filePath } = await (owner
      ? dialog.showSaveDialog(owner, { defaultPath })
      : dialog.showSaveDialog({ defaultPath }));
    return canceled || !filePath ? null : filePath;
  });
  offer(bridgeChannels.showFile, (path) => {
    shell.showItemInFolder(path);
  });
  offer(bridgeChannels.notify, (body) => {
    notify({ title: "Assay", body: body.slice(0, 500) }, () => {
      if (window()?.isMinimized()) window()?.restore();
      window()?.focus();
    });
  });
}
