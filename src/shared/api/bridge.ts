import type { Channel } from "./channel.ts";

/** Names of what passes between the desktop's page and its main process. */
export const bridgeChannels = {
  open: "rpc:open",
  message: "rpc",
  ready: "rpc:ready",
  close: "rpc:close",
  closed: "rpc:closed",
  chooseFiles: "dialog:choose-files",
  chooseFolder: "dialog:choose-folder",
  chooseSavePath: "dialog:choose-save-path",
  showFile: "shell:show-file",
  notify: "notify",
} as const;

/** What the desktop's page finds as `window.assay`: one port for the contract and the system's dialogs. */
export interface AssayBridge {
  /** Opens the port anew; what an earlier page of this window had asked is stopped. */
  open(): void;
  close(): void;
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): () => void;
  onReady(listener: () => void): () => void;
  onClosed(listener: () => void): () => void;
  chooseFiles(title: string): Promise<string[]>;
  chooseFolder(title: string): Promise<string | null>;
  /** Where to write a file, the name being a proposal. */
  chooseSavePath(name: string): Promise<string | null>;
  /** Where a file that was dropped on the page lies; empty for one that lies nowhere. */
  pathOf(file: object): string;
  /** Shows a file in the system's file manager. */
  showFile(path: string): Promise<void>;
  /** Shows a notice of the system; a click on it brings the window to the front. */
  notify(text: string): Promise<void>;
}

/** The page's end of the contract's channel. */
export function bridgeChannel(bridge: AssayBridge): Channel {
  bridge.open();
  return {
    send: (message) => bridge.send(message),
    onMessage: (listener) => bridge.onMessage(listener),
    onClose: (listener) => bridge.onClosed(listener),
    close: () => bridge.close(),
  };
}
