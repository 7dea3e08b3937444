import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { startEngineProcess } from "../../src/main/schedule/engine-client.ts";
import { entryPath } from "../../src/workers/engine/layout.ts";

const hasPipes = process.platform !== "win32" && spawnSync("mkfifo", ["--version"]).status === 0;
const why = hasPipes ? "" : " (skipped: no named pipes here)";
const folder = mkdtempSync(join(tmpdir(), "hung-share-"));
const restarts: string[] = [];
const engineProcess = startEngineProcess({ watchdogMs: 1_500, onRestart: (reason) => restarts.push(reason) });
afterAll(async () => {
  await engineProcess.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(!hasPipes)(`a share that stops answering${why}`, () => {
  test("costs the call that waits for it, not the caller; when it answers again, so does the engine", async () => {
    const { engine } = engineProcess;
    const path = join(folder, "workspace");
    await engine.call("workspace.create", { path });
    const { brandDir } = await engine.call("brand.create", { path, brand: "shop" });
    const append = { kind: "brand_created", body: {}, taskKey: "first" };
    await engine.call("log.append", { brandDir, ...append });
    const whole = await engine.call("log.read", { brandDir, from: 1 });

    // opening a pipe that nobody writes to waits as a read on a dead server does
    const stuck = entryPath(brandDir, whole.entries.length + 1);
    expect(spawnSync("mkfifo", [stuck]).status).toBe(0);
    const asked = Date.now();
    let beats = 0;
    const beating = setInterval(() => beats++, 50);
    await expect(engine.call("log.read", { brandDir, from: 1 })).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("shared directory has not answered"),
    });
    clearInterval(beating);
    expect(beats).toBeGreaterThan(10);
    expect(Date.now() - asked).toBeLessThan(15_000);
    expect(restarts).toContain("the shared directory did not respond");

    rmSync(stuck);
    expect(existsSync(stuck)).toBe(false);
    expect(await engine.call("log.read", { brandDir, from: 1 })).toEqual(whole);
  });
});
