import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { requireArtifact, verifiedPath } from "../../src/workers/engine/artifact-store.ts";
import { readLog } from "../../src/workers/engine/brand-log.ts";
import { verifyBrand } from "../../src/workers/engine/verify.ts";
import { quickFolder } from "../support/folders.ts";
import { commitOnce, taskKey } from "../support/one-commit.ts";
import { compileShim, type ShimFault, type ShimOperation, startCommit } from "../support/shim.ts";

const library = compileShim();
const isFull = process.env.ASSAY_FAULTS === "full";
const root = quickFolder("shim");
let stores = 0;
afterAll(() => {
  for (const folder of [root, ...(library ? [dirname(library)] : [])]) rmSync(folder, { recursive: true, force: true });
});

function freshStore(): { brandDir: string; scratch: string } {
  const brandDir = join(root, `store-${stores++}`);
  for (const folder of ["log", "artifacts", "tmp"]) mkdirSync(join(brandDir, folder), { recursive: true });
  return { brandDir, scratch: join(root, `scratch-${stores}`) };
}

const quick: Partial<Record<ShimOperation, readonly string[]>> = {
  link: ["KILL", "KILL!", "EIO", "E!EIO", "E!ENOENT"],
  fsync: ["KILL", "EIO"],
  write: ["KILL", "ENOSPC", "SHORT", "ZERO"],
};
const errnos = ["EIO", "ENOSPC", "ESTALE", "EINTR", "EACCES", "ENOENT"];
const everyFault = ["KILL", "KILL!", ...errnos, ...errnos.map((errno) => `E!${errno}`)];
const full: Partial<Record<ShimOperation, readonly string[]>> = {
  open: everyFault,
  read: ["KILL", ...errnos],
  fsync: everyFault,
  link: [...everyFault, "EEXIST", "E!EEXIST", "EPERM", "ETIMEDOUT", "E!ETIMEDOUT", "EBADF", "E!EBADF"],
  unlink: everyFault,
  mkdir: everyFault,
  write: [...everyFault, "SHORT", "ZERO"],
};

async function tryFault(fault: ShimFault): Promise<"acknowledged" | "killed" | "refused"> {
  const store = freshStore();
  const { answer, signal } = await startCommit({ ...store, attempt: "faulty", library, fault }).ended;
  expect(verifyBrand(store.brandDir).findings).toEqual([]);
  if (answer) expect(requireArtifact(store.brandDir, taskKey).id).toBe(answer.id);
  const again = commitOnce({ ...store, attempt: "again" });
  if (answer) expect(again).toMatchObject({ id: answer.id, version: answer.version, adopted: true });
  expect(verifyBrand(store.brandDir)).toMatchObject({ entries: 1, artifacts: 1, files: 2, findings: [] });
  expect(readLog(store.brandDir, 1)[0]?.body).toEqual({ artifact: again.id });
  for (const file of requireArtifact(store.brandDir, taskKey).files) verifiedPath(store.brandDir, file);
  rmSync(store.brandDir, { recursive: true, force: true });
  return answer ? "acknowledged" : signal === "SIGKILL" ? "killed" : "refused";
}

async function trace(): Promise<Map<string, number>> {
  const path = join(root, "trace");
  await startCommit({ ...freshStore(), attempt: "traced", library, trace: path }).ended;
  const counts = new Map<string, number>();
  for (const line of readFileSync(path, "utf8").trim().split("\n")) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

/** Two at a time. */
async function tryAll(faults: readonly ShimFault[]): Promise<Map<string, string[]>> {
  const outcomes = new Map<string, string[]>();
  const waiting = [...faults];
  const work = async () => {
    for (let fault = waiting.shift(); fault; fault = waiting.shift()) {
      const { action, operation, at } = fault;
      const outcome = await tryFault(fault).catch((error: unknown) => {
        throw new Error(`${operation} ${at}: ${action}`, { cause: error });
      });
      outcomes.set(action, [...(outcomes.get(action) ?? []), outcome]);
    }
  };
  await Promise.all([work(), work()]);
  return outcomes;
}

describe.skipIf(!library)("a process under a library that fails its calls (needs gcc on Linux)", async () => {
  const counts = library ? await trace() : new Map<string, number>();
  const plan = Object.entries(isFull ? full : quick) as [ShimOperation, readonly string[]][];

  test("its calls are seen", () => {
    expect([...counts.keys()].sort()).toEqual(["fsync", "link", "mkdir", "open", "read", "unlink", "write"]);
    expect([counts.get("link"), counts.get("write")]).toEqual([5, 5]); // two files, record, mark of the log's layout, entry
  });

  test.each(plan)("%s: every call, every fault", { timeout: isFull ? 600_000 : 60_000 }, async (operation, actions) => {
    const calls = Array.from({ length: counts.get(operation) ?? 0 }, (_, at) => at);
    const faults = calls.flatMap((at) => actions.map((action): ShimFault => ({ operation, action, at })));
    const outcomes = await tryAll(faults);
    expect(new Set(outcomes.get("KILL"))).toEqual(new Set(["killed"]));
    if (operation === "link") expect(new Set(outcomes.get("E!EIO"))).toEqual(new Set(["acknowledged"]));
    if (operation === "fsync") expect(outcomes.get("EIO")).not.toContain("acknowledged");
    if (operation !== "write") return;
    expect(new Set(outcomes.get("SHORT"))).toEqual(new Set(["acknowledged"]));
    expect([...(outcomes.get("ZERO") ?? []), ...(outcomes.get("ENOSPC") ?? [])]).not.toContain("acknowledged");
  });

  test("stopped before it links, a process that wakes later adopts what stands by then", async () => {
    for (let at = 0; at < 4; at++) {
      const store = freshStore();
      const fault: ShimFault = { operation: "link", action: "STOP", at };
      const zombie = startCommit({ ...store, attempt: "zombie", content: "old", library, fault });
      try {
        await expect.poll(() => stateOf(zombie.pid), { timeout: 10_000, interval: 10 }).toBe("T");
        const other = commitOnce({ ...store, attempt: "other", content: "new" });
        process.kill(zombie.pid, "SIGCONT");
        expect((await zombie.ended).answer).toMatchObject({ id: other.id, version: 1, adopted: true });
      } finally {
        zombie.kill();
      }
      expect(verifyBrand(store.brandDir)).toMatchObject({ entries: 1, artifacts: 1, findings: [] });
    }
  });
});

/** The letter that Linux gives a process's state. */
function stateOf(pid: number): string {
  return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.[0] ?? "";
}
