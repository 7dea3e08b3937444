import { spawn } from "node:child_process";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { StartedProcess } from "../../shared/base/started-process.ts";
import { type EngineProcess, startEngineProcess } from "./engine-client.ts";

const running: EngineProcess[] = [];
afterEach(async () => {
  for (const engine of running.splice(0)) await engine.close();
});

/** A process that has answered once and never answers again, doing what the script says. */
function silentEngine(script: string): { engine: EngineProcess; restarts: string[] } {
  const restarts: string[] = [];
  const startProcess = (): StartedProcess => {
    const child = spawn(process.execPath, ["-e", `process.send("up", () => { ${script} })`], {
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    return {
      pid: () => child.pid,
      send: () => undefined,
      onMessage: (listener) => {
        child.once("message", () => listener({}));
        return () => undefined;
      },
      onEnd: (listener) => {
        child.once("exit", (_, signal) => listener(String(signal)));
        return () => undefined;
      },
      end: () => child.kill("SIGKILL"),
      kill: () => child.kill("SIGKILL"),
    };
  };
  const engine = startEngineProcess({ watchdogMs: 1_000, onRestart: (why) => restarts.push(why), startProcess });
  running.push(engine);
  return { engine, restarts };
}

describe.skipIf(process.platform !== "linux")("an engine that doesn't answer", () => {
  it("is ended where it waits, and its call says what for", async () => {
    const { engine, restarts } = silentEngine("setInterval(() => {}, 1e6)");
    await expect(engine.engine.call("process.memory", {})).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("has not answered"),
    });
    expect(restarts).toContain("the shared directory did not respond");
  });

  it("is let be while it computes", async () => {
    const { engine, restarts } = silentEngine("for (;;);");
    const asked = vi.fn();
    engine.engine.call("process.memory", {}).then(asked, asked);
    await new Promise((resolve) => setTimeout(resolve, 4_500));
    expect([asked.mock.calls.length, restarts]).toEqual([0, []]);
  });
});
