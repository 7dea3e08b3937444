import { EventEmitter } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { createPages } from "../../../test/support/ipc-double.ts";
import type { Core } from "../core.ts";
import { type DesktopParts, runDesktop } from "./app.ts";

const userData = mkdtempSync(join(tmpdir(), "assay-desktop-"));
afterAll(() => rmSync(userData, { recursive: true }));
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

function desktop(options: { isFirst?: boolean; core?: Promise<Core> } = {}) {
  const happened: string[] = [];
  const note = (name: string) => () => void happened.push(name);
  const app = Object.assign(new EventEmitter(), {
    isPackaged: false,
    enableSandbox: note("sandbox"),
    requestSingleInstanceLock: () => options.isFirst ?? true,
    whenReady: async () => happened.push("ready"),
    quit: () => {
      happened.push("quit");
      app.emit("before-quit", { preventDefault: note("wait") });
    },
    exit: note("exit"),
    getPath: () => userData,
  });
  const contents = Object.assign(new EventEmitter(), { setWindowOpenHandler: note("no windows") });
  const window = Object.assign(new EventEmitter(), {
    webContents: contents,
    loadURL: async (url: string) => happened.push(`load ${url}`),
    show: note("show"),
    focus: note("focus"),
    restore: note("restore"),
    reload: note("reload"),
    maximize: note("maximize"),
    isMinimized: () => true,
    isMaximized: () => false,
    isDestroyed: () => false,
    getNormalBounds: () => ({ x: 0, y: 0, width: 1440, height: 900 }),
  });
  const core =
    options.core ??
    Promise.resolve({
      attach: () => () => {},
      downloadRoots: () => [],
      close: async () => happened.push("core closed"),
    } as unknown as Core);
  const preferences: unknown[] = [];
  const parts = {
    app,
    protocol: {
      registerSchemesAsPrivileged: note("scheme"),
      handle: (scheme: string) => happened.push(`handle ${scheme}`),
    },
    ipcMain: createPages().ipcMain,
    dialog: { showErrorBox: (_title: string, text: string) => happened.push(`error ${text}`) },
    shell: {},
    screen: { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] },
    menu: { buildFromTemplate: () => ({}), setApplicationMenu: note("menu") },
    createWindow: (given: { webPreferences?: unknown }) => {
      preferences.push(given.webPreferences);
      app.emit("web-contents-created", {}, contents);
      return window;
    },
    session: () => ({
      setPermissionRequestHandler: note("locked"),
      setPermissionCheckHandler: () => {},
      webRequest: { onBeforeRequest: () => {} },
    }),
  } as unknown as DesktopParts;
  const log: string[] = [];
  runDesktop(parts, {
    startCore: () => core,
    rendererDir: userData,
    preload: "/preload.cjs",
    checkForUpdates: async () => "",
    log: (line) => log.push(line),
  });
  return { app, window, contents, happened, preferences, log };
}

test("what must come before Electron is ready comes at once; the page is loaded when all is locked", async () => {
  const { happened, preferences } = desktop();
  expect(happened.slice(0, 2)).toEqual(["scheme", "sandbox"]);
  await settled();
  expect(happened).toEqual([
    "scheme",
    "sandbox",
    "ready",
    "locked",
    "handle app",
    "menu",
    "no windows",
    "load app://assay/",
  ]);
  expect(preferences).toEqual([
    expect.objectContaining({ sandbox: true, contextIsolation: true, nodeIntegration: false, preload: "/preload.cjs" }),
  ]);
});

test("a second start ends, and wakes the first", async () => {
  const second = desktop({ isFirst: false });
  await settled();
  expect(second.happened).toEqual(["scheme", "sandbox", "quit"]);
  const first = desktop();
  await settled();
  first.app.emit("second-instance");
  expect(first.happened.slice(-2)).toEqual(["restore", "focus"]);
});

test("the core is closed before the program ends", async () => {
  const { app, happened } = desktop();
  await settled();
  app.emit("window-all-closed");
  await settled();
  expect(happened.slice(-4)).toEqual(["quit", "wait", "core closed", "quit"]);
});

test("a core that can't start is said, and ends the program", async () => {
  const { happened } = desktop({
    core: Promise.reject(Object.assign(new Error("The disk is full."), { hint: "Free some space." })),
  });
  await settled();
  expect(happened.slice(-2)).toEqual(["error The disk is full.\n\nFree some space.", "exit"]);
});

describe("a page whose process dies", () => {
  test("is loaded again, but not for ever", async () => {
    const { contents, happened, log } = desktop();
    await settled();
    for (let times = 0; times < 5; times++) contents.emit("render-process-gone", {}, { reason: "crashed" });
    contents.emit("render-process-gone", {}, { reason: "clean-exit" });
    expect({ reloads: happened.filter((one) => one === "reload").length, lines: log.length }).toEqual({
      reloads: 3,
      lines: 6,
    });
  });
});
