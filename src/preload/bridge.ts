import { type AssayBridge, bridgeChannels } from "../shared/api/bridge.ts";

/** What the bridge needs of Electron's ipcRenderer; the page never sees it. */
export interface PageIpc {
  send(channel: string, text?: string): void;
  invoke(channel: string, argument?: string): Promise<unknown>;
  on(channel: string, listener: (event: unknown, text: string) => void): unknown;
  off(channel: string, listener: (event: unknown, text: string) => void): unknown;
}

/** What the bridge needs of Electron's webUtils. */
export interface PageFiles {
  getPathForFile(file: File): string;
}

/** Messages cross as JSON text, as they do over a WebSocket. */
export function createBridge(ipc: PageIpc, files: PageFiles): AssayBridge {
  function hear(channel: string, listener: (text: string) => void): () => void {
    const heard = (_: unknown, text: string) => listener(text);
    ipc.on(channel, heard);
    return () => ipc.off(channel, heard);
  }
  const ask = <T>(channel: string, argument: string) => ipc.invoke(channel, argument) as Promise<T>;
  return {
    open: () => ipc.send(bridgeChannels.open),
    close: () => ipc.send(bridgeChannels.close),
    send: (message) => ipc.send(bridgeChannels.message, JSON.stringify(message)),
    onMessage: (listener) => hear(bridgeChannels.message, (text) => listener(JSON.parse(text))),
    onReady: (listener) => hear(bridgeChannels.ready, () => listener()),
    onClosed: (listener) => hear(bridgeChannels.closed, () => listener()),
    chooseFiles: (title) => ask(bridgeChannels.chooseFiles, title),
    chooseFolder: (title) => ask(bridgeChannels.chooseFolder, title),
    chooseSavePath: (name) => ask(bridgeChannels.chooseSavePath, name),
    pathOf: (file) => (file instanceof File ? files.getPathForFile(file) : ""),
    showFile: (path) => ask(bridgeChannels.showFile, path),
    notify: (text) => ask(bridgeChannels.notify, text),
  };
}
