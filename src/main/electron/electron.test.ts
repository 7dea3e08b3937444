import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createPages } from "../../../test/support/ipc-double.ts";
import { offerDialogs } from "./dialogs.ts";
import { menuTemplate } from "./menu.ts";
import { createPageHandler, isOwnPage, pageScheme } from "./page.ts";
import { isKnownAddress, lockContents, lockSession } from "./permissions.ts";
import { createSecrets } from "./safe-storage.ts";
import { checkForUpdates } from "./updates.ts";
import { webPreferences } from "./window.ts";
import { readWindowState, writeWindowState } from "./window-state.ts";

const folder = mkdtempSync(join(tmpdir(), "assay-electron-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("the page's scheme", () => {
  const rendererDir = join(folder, "renderer");
  const exportsDir = join(folder, "exports");
  const handle = createPageHandler({ rendererDir, downloadRoots: async () => [exportsDir] });
  beforeAll(() => {
    mkdirSync(join(rendererDir, "assets"), { recursive: true });
    mkdirSync(exportsDir);
    writeFileSync(join(rendererDir, "index.html"), "page");
    writeFileSync(join(rendererDir, "assets/main.js"), "script");
    writeFileSync(join(folder, "secret.txt"), "secret");
    writeFileSync(join(exportsDir, "list.csv"), "csv");
  });

  test.each([
    ["app://assay/", 200, "page"],
    ["app://assay/brands/demo?as=1#x", 200, "page"],
    ["app://assay/assets/main.js", 200, "script"],
    ["app://assay/assets/none.js", 404, expect.any(String)],
    ["app://assay/../secret.txt", 403, expect.any(String)],
    ["app://assay/..%2fsecret.txt", 403, expect.any(String)],
    ["app://assay/%", 400, expect.any(String)],
    ["app://elsewhere/", 403, expect.any(String)],
    ["app://assay.evil/", 403, expect.any(String)],
    [`app://assay/download?path=${encodeURIComponent(join(exportsDir, "list.csv"))}`, 200, "csv"],
    [`app://assay/download?path=${encodeURIComponent(join(folder, "secret.txt"))}`, 404, expect.any(String)],
  ])("%s: %i", async (url, status, body) => {
    const response = await handle({ url, method: "GET" });
    expect({ status: response.status, body: await response.text() }).toEqual({ status, body });
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  });

  test("only reads, and is a scheme of its own without file powers", async () => {
    expect((await handle({ url: "app://assay/", method: "POST" })).status).toBe(403);
    expect(pageScheme).toEqual({
      scheme: "app",
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    });
  });

  test.each([
    [{ url: "app://assay/x", parent: null }, true],
    [{ url: "app://assay/x", parent: {} }, false],
    [{ url: "app://assayx/", parent: null }, false],
    [{ url: "file:///app://assay/", parent: null }, false],
    [null, false],
  ])("%j is the program's own page: %s", (senderFrame, own) => {
    expect(isOwnPage({ senderFrame })).toBe(own);
  });
});

describe("what a page may do", () => {
  test("is what a browser's page may", () => {
    expect(webPreferences).toEqual({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      spellcheck: false,
    });
  });

  test("every permission is denied, asked or checked, and nothing foreign is fetched", () => {
    const asked = vi.fn();
    const decisions: unknown[] = [];
    let check: unknown;
    lockSession({
      setPermissionRequestHandler: (handler: (...given: never[]) => void) =>
        handler({} as never, "geolocation" as never, asked as never),
      setPermissionCheckHandler: (handler: () => boolean) => {
        check = handler();
      },
      webRequest: {
        onBeforeRequest: (
          handler: (details: { url: string }, decide: (decision: { cancel: boolean }) => void) => void,
        ) => {
          for (const url of [
            "app://assay/x",
            "blob:app://assay/1",
            "https://evil.example/",
            "file:///etc/passwd",
            "http://127.0.0.1/",
          ]) {
            handler({ url }, ({ cancel }) => decisions.push(cancel));
          }
        },
      },
    } as never);
    expect({ asked: asked.mock.calls, check, decisions }).toEqual({
      asked: [[false]],
      check: false,
      decisions: [false, false, true, true, true],
    });
  });

  test("no window, navigation or webview is opened; known links go outside", () => {
    const opened: string[] = [];
    const prevented: string[] = [];
    let open: (details: { url: string }) => unknown = () => {};
    lockContents(
      {
        setWindowOpenHandler: (handler: typeof open) => {
          open = handler;
        },
        on: (name: string, listener: (event: { preventDefault(): void }) => void) =>
          listener({ preventDefault: () => prevented.push(name) }),
      } as never,
      (url) => opened.push(url),
    );
    const answers = ["https://doi.org/10.1287/x", "https://evil.example/"].map((url) => open({ url }));
    expect({ opened, prevented, answers }).toEqual({
      opened: ["https://doi.org/10.1287/x"],
      prevented: ["will-navigate", "will-frame-navigate", "will-attach-webview"],
      answers: [{ action: "deny" }, { action: "deny" }],
    });
  });

  test.each([
    ["https://assay.example/guide", true],
    ["https://www.doi.org/x", true],
    ["http://doi.org/", false],
    ["https://doi.org.evil.example/", false],
    ["https://evildoi.org/", false],
    ["https://u@doi.org/", false],
    ["https://doi.org:8443/", false],
    ["file:///etc/passwd", false],
    ["javascript:alert(1)", false],
    ["smb://doi.org/x", false],
    ["ms-word:x", false],
    ["nonsense", false],
  ])("%s may open outside: %s", (url, known) => {
    expect(isKnownAddress(url)).toBe(known);
  });
});

describe("the window's place", () => {
  const path = join(folder, "user", "window.json");
  const display = { x: 0, y: 0, width: 1920, height: 1080 };
  const bounds = { x: 100, y: 50, width: 1200, height: 800 };

  test("is kept", () => {
    writeWindowState(path, { bounds, isMaximized: true });
    expect(readWindowState(path, [display])).toEqual({ bounds, isMaximized: true });
  });
  test("is forgotten where its display is gone", () => {
    writeWindowState(path, { bounds: { ...bounds, x: 4_000 }, isMaximized: false });
    expect(readWindowState(path, [display])).toEqual({ bounds: null, isMaximized: false });
  });
  test.each([
    "",
    "{",
    "null",
    "[]",
    '{"bounds":{"x":0,"y":0,"width":1e9}}',
    '{"bounds":{"x":0.5,"y":0,"width":800,"height":600}}',
    '{"bounds":{"x":0,"y":0,"width":10,"height":10}}',
  ])("%j is no place", (text) => {
    writeFileSync(path, text);
    expect(readWindowState(path, [display])).toEqual({ bounds: null, isMaximized: false });
  });
});

describe("dialogs", () => {
  const shown: unknown[] = [];
  function start(canceled: boolean) {
    shown.length = 0;
    const pages = createPages();
    const show =
      (answer: object) =>
      async (...given: unknown[]) => {
        shown.push(given.at(-1));
        return { canceled, ...answer };
      };
    offerDialogs({
      ipcMain: pages.ipcMain,
      dialog: {
        showOpenDialog: show({ filePaths: ["/a", "/b"] }),
        showSaveDialog: show({ filePath: "/out.csv" }),
      } as never,
      shell: { showItemInFolder: (path) => void shown.push(path) },
      notify: (notice) => void shown.push(notice),
      window: () => undefined,
      isTrusted: isOwnPage,
    });
    return pages;
  }

  test("give what was chosen", async () => {
    const { bridge } = start(false).open();
    expect([
      await bridge.chooseFiles("Add files"),
      await bridge.chooseFolder("Open"),
      await bridge.chooseSavePath("list.csv"),
    ]).toEqual([["/a", "/b"], "/a", "/out.csv"]);
    await bridge.showFile("/out.csv");
    await bridge.notify("The run is done, after 3 min 2 s");
    expect(shown).toEqual([
      { title: "Add files", properties: ["openFile", "multiSelections"] },
      { title: "Open", properties: ["openDirectory", "createDirectory"] },
      { defaultPath: "list.csv" },
      "/out.csv",
      { title: "Assay", body: "The run is done, after 3 min 2 s" },
    ]);
  });
  test("give nothing when they are dismissed", async () => {
    const { bridge } = start(true).open();
    expect([await bridge.chooseFiles(""), await bridge.chooseFolder(""), await bridge.chooseSavePath("")]).toEqual([
      [],
      null,
      null,
    ]);
  });
  test("refuse another page, and what is no text", async () => {
    const foreign = start(false).open({ url: "https://evil.example/", parent: null }).bridge;
    for (const asked of [
      foreign.chooseFiles(""),
      foreign.chooseFolder(""),
      foreign.chooseSavePath(""),
      foreign.showFile("/"),
    ]) {
      await expect(asked).rejects.toMatchObject({ code: "not_permitted" });
    }
    const own = start(false).open().bridge;
    await expect(own.showFile({} as never)).rejects.toMatchObject({ code: "bad_input" });
    await expect(own.showFile("x".repeat(5_000))).rejects.toMatchObject({ code: "bad_input" });
    expect(shown).toEqual([]);
  });
});

describe("secrets", () => {
  const storage = (backend: string | undefined, isThere = true) => ({
    isEncryptionAvailable: () => isThere,
    encryptString: (text: string) => Buffer.from(`sealed:${text}`),
    decryptString: (bytes: Buffer) => {
      const text = bytes.toString();
      if (!text.startsWith("sealed:")) throw new Error("wrong key");
      return text.slice(7);
    },
    ...(backend ? { getSelectedStorageBackend: () => backend as "basic_text" } : {}),
  });

  test.each([
    ["linux", "gnome_libsecret", true, true],
    ["linux", "basic_text", true, false],
    ["linux", undefined, true, false],
    ["linux", "kwallet6", false, false],
    ["darwin", undefined, true, true],
    ["win32", undefined, false, false],
  ] as const)("on %s with %s (there: %s) they can be kept: %s", (platform, backend, isThere, available) => {
    expect(createSecrets(storage(backend, isThere), platform).isAvailable()).toBe(available);
  });
  test("come back as they were, and damaged ones are named", () => {
    const secrets = createSecrets(storage(undefined), "darwin");
    expect(secrets.open(secrets.seal("key é"))).toBe("key é");
    expect(() => secrets.open("AAAA")).toThrow(expect.objectContaining({ code: "corrupt" }));
  });
  test("are refused where they would lie in the clear", () => {
    expect(() => createSecrets(storage("basic_text"), "linux").seal("x")).toThrow(
      expect.objectContaining({ code: "unavailable" }),
    );
  });
});

test("the menu has developer tools only in development and updates only when packaged", () => {
  const text = (isPackaged: boolean) =>
    JSON.stringify(menuTemplate({ isMac: false, isPackaged, checkForUpdates: () => {} }));
  expect([text(false).includes("toggleDevTools"), text(false).includes("updates")]).toEqual([true, false]);
  expect([text(true).includes("toggleDevTools"), text(true).includes("updates")]).toEqual([false, true]);
  expect(menuTemplate({ isMac: true, isPackaged: true, checkForUpdates: () => {} })[0]).toEqual({ role: "appMenu" });
});

test("updates are looked for when asked, and said", async () => {
  const updater = (found: unknown) => async () => ({
    autoDownload: false,
    autoInstallOnAppQuit: false,
    checkForUpdatesAndNotify: async () => found as never,
  });
  expect(await checkForUpdates(updater(null))).toBe("This is the newest version.");
  expect(await checkForUpdates(updater({ isUpdateAvailable: true, updateInfo: { version: "2.0.0" } }))).toContain(
    "2.0.0",
  );
});

test("nothing here imports Electron itself but for its types", () => {
  for (const name of ["app", "window", "menu", "dialogs", "safe-storage", "page", "permissions"]) {
    const text = readFileSync(join(import.meta.dirname, `${name}.ts`), "utf8");
    expect(text).not.toMatch(/import (?!type)[^;]*from "electron"/);
  }
});
