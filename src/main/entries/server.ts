import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { AssayError, toWire } from "../../shared/base/errors.ts";
import { createCore } from "../core.ts";
import { startHttp } from "../transports/http.ts";
import { lastWorkspace } from "./last-workspace.ts";

/** Starts the browser shell: the same core and renderer, served on 127.0.0.1. */
export async function serveShell(options: {
  workspace?: string | undefined;
  port: number;
  open: boolean;
  announce: (url: string) => void;
  demoCustomers?: number;
}): Promise<() => Promise<void>> {
  const { demoCustomers } = options;
  const log = (line: string) => console.error(line);
  const core = await createCore({
    indexesPeople: true,
    nightsEveryMs: 30_000,
    looksEveryMs: 5_000,
    demoCustomers,
    log,
  });
  const workspace = options.workspace ?? (await lastWorkspace(core.client));
  if (workspace !== undefined) {
    try {
      await core.client.call("workspace.open", { path: workspace });
    } catch (error) {
      if (options.workspace !== undefined) {
        await core.close();
        throw error;
      }
      console.error(`The last workspace could not be opened: ${error instanceof Error ? error.message : error}`);
    }
  }
  const http = await startHttp({ core, rendererDir: rendererFolder(), port: options.port }).catch(
    async (error: unknown) => {
      await core.close();
      throw error;
    },
  );
  options.announce(http.url);
  if (options.open) openBrowser(http.url);
  return async () => {
    await http.close();
    await core.close();
  };
}

function rendererFolder(): string {
  const root = join(import.meta.dirname, "../../..");
  const beside = join(import.meta.dirname, "../../renderer"); // built: out/main/entries beside out/renderer
  return existsSync(join(beside, "assets")) ? beside : join(root, "out/renderer");
}

/** Opens the address where a person would see it; its absence is no failure. */
function openBrowser(url: string): void {
  const display = process.platform !== "linux" || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (!display) return;
  const [command, args] =
    process.platform === "darwin"
      ? ["open", [url]]
      : process.platform === "win32"
        ? ["cmd", ["/c", "start", "", url]]
        : ["xdg-open", [url]];
  const child = spawn(command as string, args as string[], { stdio: "ignore", detached: true });
  child.once("error", () => {});
  child.unref();
}

/** Ends on the first signal in good order, on the second at once. */
export function endOnSignal(close: () => Promise<void>): void {
  let ending = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (ending) process.exit(130);
      ending = true;
      close().then(
        () => process.exit(signal === "SIGINT" ? 130 : 0),
        () => process.exit(1),
      );
    });
  }
}

/** The port that is asked for; 0 is any free one. */
function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new AssayError(
    "usage",
    `“${text}” is no port.`,
    "Write --port as a number from 0 to 65535; 0 is any free one.",
  );
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        open: { type: "boolean", default: false },
        port: { type: "string", default: "0" },
        workspace: { type: "string" },
      },
    });
    return values;
  } catch (cause) {
    const [said = ""] = String(cause instanceof Error ? cause.message : cause).split(". ");
    throw new AssayError("usage", `${said}.`, "It takes --open, --port NUMBER and --workspace DIR.", {}, { cause });
  }
}

async function main(): Promise<void> {
  const values = readOptions();
  const close = await serveShell({
    workspace: values.workspace ?? process.env.ASSAY_WORKSPACE,
    port: portOf(values.port),
    open: values.open,
    announce: (url) => console.log(`Assay is open at ${url}`),
  });
  endOnSignal(close);
}

if (process.argv[1]?.replaceAll("\\", "/").match(/entries\/server\.[jt]s$/)) {
  main().catch((error: unknown) => {
    const { message, hint } = toWire(error);
    console.error(hint ? `${message}\n  ${hint}` : message);
    process.exitCode = 1;
  });
}
