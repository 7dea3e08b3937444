import { bridgeChannels } from "../../shared/api/bridge.ts";
import type { Channel } from "../../shared/api/channel.ts";
import { toJsonText } from "../../shared/api/json-text.ts";
import type { Core } from "../core.ts";

/** What the transport needs of Electron's webContents. */
export interface PageContents {
  readonly id: number;
  send(channel: string, text?: string): void;
  isDestroyed(): boolean;
  on(
    event: "did-start-navigation",
    listener: (details: { isMainFrame: boolean; isSameDocument: boolean }) => void,
  ): unknown;
  once(event: "destroyed" | "render-process-gone", listener: () => void): unknown;
}
export interface PageFrame {
  readonly url: string;
  readonly parent: unknown;
}
export interface PageEvent {
  readonly sender: PageContents;
  /** Null once the frame is gone. */
  readonly senderFrame: PageFrame | null;
}
/** What the transport needs of Electron's ipcMain. */
export interface MainIpc {
  on(channel: string, listener: (event: PageEvent, text?: unknown) => void): unknown;
  removeListener(channel: string, listener: (event: PageEvent, text?: unknown) => void): unknown;
}

export interface IpcOptions {
  readonly ipcMain: MainIpc;
  /** Messages wait for it: the window is there before the core is. */
  readonly core: Promise<Pick<Core, "attach">>;
  readonly isTrusted: (event: PageEvent) => boolean;
}

const longestMessage = 16 * 1024 * 1024;

/** Serves the contract to the desktop's own pages, one channel a page, closed when the page goes; returns how to stop. */
export function startIpc({ ipcMain, core, isTrusted }: IpcOptions): () => void {
  const ports = new Map<number, Port>();
  const watched = new WeakSet<PageContents>();

  function close(id: number): void {
    const port = ports.get(id);
    ports.delete(id);
    port?.end();
  }
  function closeAndTell(contents: PageContents): void {
    close(contents.id);
    if (!contents.isDestroyed()) contents.send(bridgeChannels.closed);
  }
  function watch(contents: PageContents): void {
    if (watched.has(contents)) return;
    watched.add(contents);
    contents.once("destroyed", () => close(contents.id));
    contents.on("did-start-navigation", ({ isMainFrame, isSameDocument }) => {
      if (isMainFrame && !isSameDocument) close(contents.id);
    });
  }
  const opened = (event: PageEvent) => {
    if (!isTrusted(event)) return;
    const { sender } = event;
    close(sender.id);
    const port = createPort(sender);
    ports.set(sender.id, port);
    watch(sender);
    sender.once("render-process-gone", () => {
      if (ports.get(sender.id) === port) close(sender.id);
    });
    core.then(
      (ready) => {
        if (!port.isOpen()) return;
        ready.attach(port.channel);
        port.flush();
        if (!sender.isDestroyed()) sender.send(bridgeChannels.ready);
      },
      () => closeAndTell(sender),
    );
  };
  const received = (event: PageEvent, text?: unknown) => {
    if (isTrusted(event) && typeof text === "string" && text.length <= longestMessage)
      ports.get(event.sender.id)?.receive(text);
  };
  const left = (event: PageEvent) => {
    if (isTrusted(event)) closeAndTell(event.sender);
  };
  ipcMain.on(bridgeChannels.open, opened);
  ipcMain.on(bridgeChannels.message, received);
  ipcMain.on(bridgeChannels.close, left);
  return () => {
    ipcMain.removeListener(bridgeChannels.open, opened);
    ipcMain.removeListener(bridgeChannels.message, received);
    ipcMain.removeListener(bridgeChannels.close, left);
    for (const { contents } of [...ports.values()]) closeAndTell(contents);
  };
}

interface Port {
  readonly contents: PageContents;
  readonly channel: Channel;
  receive(text: string): void;
  /** Hands on what came before anybody listened. */
  flush(): void;
  isOpen(): boolean;
  end(): void;
}

function createPort(contents: PageContents): Port {
  const listeners = new Set<(message: unknown) => void>();
  const closers = new Set<() => void>();
  let early: string[] | undefined = [];
  let open = true;

  function deliver(text: string): void {
    const message = parse(text);
    for (const listener of message === undefined ? [] : [...listeners]) listener(message);
  }
  function end(): void {
    if (!open) return;
    open = false;
    for (const closer of [...closers]) closer();
  }
  return {
    contents,
    receive: (text) => {
      if (early) early.push(text);
      else deliver(text);
    },
    flush: () => {
      const waiting = early ?? [];
      early = undefined;
      for (const text of waiting) deliver(text);
    },
    isOpen: () => open,
    end,
    channel: {
      send: (message) => {
        if (open && !contents.isDestroyed()) contents.send(bridgeChannels.message, toJsonText(message));
      },
      onMessage: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      onClose: (listener) => {
        closers.add(listener);
        return () => closers.delete(listener);
      },
      close: end,
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
