import { EventEmitter } from "node:events";
import type { PageContents, PageEvent, PageFrame } from "../../src/main/transports/ipc.ts";
import { createBridge } from "../../src/preload/bridge.ts";

type Answer = (event: PageEvent, argument?: unknown) => unknown;

/** Electron's two ends of IPC without Electron: messages are copied as it copies them and arrive later, in order. */
export function createPages() {
  const main = new EventEmitter();
  const answers = new Map<string, Answer>();
  let lastId = 0;
  const later = (deliver: () => void) => queueMicrotask(deliver);

  function open(senderFrame: PageFrame | null = { url: "app://assay/", parent: null }) {
    const page = new EventEmitter();
    const life = new EventEmitter();
    let destroyed = false;
    const sender: PageContents = {
      id: ++lastId,
      isDestroyed: () => destroyed,
      on: (event, listener) => life.on(event, listener),
      once: (event, listener) => life.once(event, listener),
      send: (channel, text) => {
        if (destroyed) throw new Error("Object has been destroyed");
        const copy = structuredClone(text);
        later(() => page.emit(channel, {}, copy));
      },
    };
    const event: PageEvent = { sender, senderFrame };
    const raw = (channel: string, argument?: unknown) => {
      const copy = structuredClone(argument);
      later(() => main.emit(channel, event, copy));
    };
    return {
      bridge: createBridge(
        {
          send: raw,
          invoke: async (channel, argument) => {
            const answer = answers.get(channel);
            if (!answer) throw new Error(`No handler registered for '${channel}'`);
            return structuredClone(await answer(event, structuredClone(argument)));
          },
          on: (channel, listener) => page.on(channel, listener),
          off: (channel, listener) => page.off(channel, listener),
        },
        { getPathForFile: (file) => `/dropped/${file.name}` },
      ),
      raw,
      navigate: (details: { isMainFrame: boolean; isSameDocument: boolean }) =>
        life.emit("did-start-navigation", details),
      crash: () => life.emit("render-process-gone"),
      destroy: () => {
        destroyed = true;
        life.emit("destroyed");
      },
    };
  }
  return {
    open,
    ipcMain: {
      on: (channel: string, listener: Answer) => main.on(channel, listener),
      removeListener: (channel: string, listener: Answer) => main.removeListener(channel, listener),
      handle: (channel: string, answer: Answer) => {
        answers.set(channel, answer);
      },
    },
  };
}
