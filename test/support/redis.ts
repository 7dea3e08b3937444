import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";

/** Whether this machine has a redis-server to test with. */
export const hasRedis = spawnSync("redis-server", ["--version"], { stdio: "ignore" }).status === 0;

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** A client of the test's own. */
  readonly client: Redis;
  kill(): Promise<void>;
  /** Starts again on the same port, empty. */
  restart(): Promise<void>;
  /** Hangs, with its connections open, and goes on: a line that is cut, as far as anybody can tell. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** A broker of the test's own that keeps nothing on disk. */
export async function startRedis(options: readonly string[] = [], password?: string): Promise<RedisServer> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "assay-redis-"));
  let server: ChildProcess | undefined;
  const start = async () => {
    const keepsNothing = ["--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"];
    const where = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder];
    server = spawn("redis-server", [...where, ...keepsNothing, ...options], { stdio: "ignore" });
    await client.ping();
  };
  const kill = async () => {
    const ending = server;
    server = undefined;
    if (!ending || ending.exitCode !== null) return;
    const ended = new Promise((resolve) => ending.once("exit", resolve));
    ending.kill("SIGKILL");
    await ended;
  };
  const client = new Redis({
    ...{ host: "127.0.0.1", port, maxRetriesPerRequest: null, retryStrategy: () => 50 },
    ...(password === undefined ? {} : { password }),
  });
  client.on("error", () => {});
  await start();
  return {
    ...{ url: `redis://127.0.0.1:${port}`, port, client, kill, restart: start },
    freeze: () => void server?.kill("SIGSTOP"),
    thaw: () => void server?.kill("SIGCONT"),
    close: async () => {
      client.disconnect();
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
