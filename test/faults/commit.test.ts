import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { AssayError } from "../../src/shared/base/errors.ts";
import { requireArtifact, verifiedPath } from "../../src/workers/engine/artifact-store.ts";
import { appendEntry, readLog } from "../../src/workers/engine/brand-log.ts";
import { verifyBrand } from "../../src/workers/engine/verify.ts";
import { type Call, type Fault, faultyFiles, type Operation } from "../support/faulty-files.ts";
import { quickFolder } from "../support/folders.ts";
import { commitOnce, taskKey } from "../support/one-commit.ts";

const root = quickFolder("faults");
let stores = 0;
afterAll(() => rmSync(root, { recursive: true, force: true }));

function freshBrand(): { brandDir: string; scratch: string } {
  const brandDir = join(root, `store-${stores++}`);
  for (const folder of ["log", "artifacts", "tmp"]) mkdirSync(join(brandDir, folder), { recursive: true });
  appendEntry(brandDir, { kind: "first", body: null, taskKey: "first", at: "2026-01-01T00:00:00Z", app: "test" });
  return { brandDir, scratch: join(root, `scratch-${stores}`) };
}

const perOperation: Readonly<Record<Operation, readonly string[]>> = {
  open: ["EIO", "ENOSPC", "EMFILE", "ENOENT", "ESTALE", "EACCES", "EROFS", "EINTR"],
  write: ["EIO", "ENOSPC", "EDQUOT", "EINTR", "EBADF"],
  read: ["EIO", "ESTALE", "EBADF"],
  fsync: ["EIO", "ENOSPC", "EDQUOT", "ESTALE"],
  size: ["EIO", "ESTALE"],
  close: ["EIO", "ENOSPC", "EDQUOT"],
  link: [
    "EIO",
    "EEXIST",
    "ESTALE",
    "ETIMEDOUT",
    "EINTR",
    "EBADF",
    "ENOENT",
    "ENOSPC",
    "EDQUOT",
    "EPERM",
    "EMLINK",
    "EROFS",
  ],
  rename: ["EIO", "ENOENT"],
  unlink: ["EIO", "ENOENT", "EBUSY", "ESTALE"],
  mkdir: ["EIO", "EEXIST", "ENOSPC", "EROFS", "EACCES"],
  readFile: ["EIO", "ENOENT", "ESTALE"],
  list: ["EIO", "ESTALE", "ENOENT"],
};
const doneYetFails = new Set<Operation>(["open", "fsync", "close", "link", "unlink", "mkdir"]);

/** ASSAY_FAULTS=full tries every errno; else the first of each operation, and all of `link`, which decides. */
const isFull = process.env.ASSAY_FAULTS === "full";

function faultsOf({ operation }: Call): Fault[] {
  const errnos = perOperation[operation].slice(0, isFull || operation === "link" ? undefined : 3);
  return [
    { kind: "kill" },
    { kind: "kill after" },
    ...errnos.map((errno): Fault => ({ kind: "fails", errno })),
    ...(doneYetFails.has(operation) ? errnos.map((errno): Fault => ({ kind: "done, yet fails", errno })) : []),
    ...(operation === "write" ? (["short", "dropped", "zeroed"] as const).map((kind): Fault => ({ kind })) : []),
  ];
}

function traceOf(): readonly Call[] {
  const traced = faultyFiles();
  commitOnce({ ...freshBrand(), attempt: "traced" }, traced.files);
  return traced.calls;
}

/** One faulty writer, then a whole one. What the first acknowledged must stand; the second must always succeed. */
function tryFault(at: number, fault: Fault): "acknowledged" | "refused" {
  const store = freshBrand();
  const faulty = faultyFiles(at, fault);
  let acknowledged: ReturnType<typeof commitOnce> | undefined;
  try {
    acknowledged = commitOnce({ ...store, attempt: "faulty" }, faulty.files);
  } catch (error) {
    if (!faulty.wasKilled()) expectTold(error);
  } finally {
    faulty.close();
  }
  expect(faulty.hasFired()).toBe(true);
  expect(verifyBrand(store.brandDir).findings).toEqual([]);
  if (acknowledged) expect(requireArtifact(store.brandDir, taskKey).id).toBe(acknowledged.id);
  const again = commitOnce({ ...store, attempt: "again" });
  if (acknowledged) expect(again).toMatchObject({ id: acknowledged.id, version: acknowledged.version, adopted: true });
  expect(verifyBrand(store.brandDir)).toMatchObject({ entries: 2, artifacts: 1, files: 2, findings: [] });
  expect(readLog(store.brandDir, 2)[0]?.body).toEqual({ artifact: again.id });
  for (const file of requireArtifact(store.brandDir, taskKey).files) verifiedPath(store.brandDir, file);
  rmSync(store.brandDir, { recursive: true, force: true });
  return acknowledged ? "acknowledged" : "refused";
}

function expectTold(error: unknown): void {
  expect(error).toBeInstanceOf(AssayError);
  if (!(error instanceof AssayError)) return;
  expect([error.message.length > 10, error.hint.length > 10]).toEqual([true, true]);
  expect(["unavailable", "unsupported", "corrupt"]).toContain(error.code);
}

describe("a commit of two files, a record and a log entry", () => {
  const calls = traceOf();

  test("goes through every kind of call", () => {
    const seen = new Set(calls.map(({ operation }) => operation));
    expect([...seen].sort()).toEqual(
      ["close", "fsync", "link", "mkdir", "open", "read", "readFile", "size", "unlink", "write"].sort(),
    );
    expect(calls.filter(({ operation }) => operation === "link")).toHaveLength(4);
  });

  test.each(calls.map((call, at) => ({ at, operation: call.operation, faults: faultsOf(call) })))(
    "call $at, $operation: whatever befalls it, the store is whole and the same commit goes through",
    ({ at, faults }) => {
      for (const fault of faults) {
        try {
          tryFault(at, fault);
        } catch (error) {
          throw new Error(`${JSON.stringify(fault)} at call ${at}`, { cause: error });
        }
      }
    },
  );

  test("an answer of `link` that hides a success is settled by looking", () => {
    const links = calls.flatMap(({ operation }, at) => (operation === "link" ? [at] : []));
    for (const at of links) {
      for (const errno of ["EEXIST", "EIO", "ESTALE", "ETIMEDOUT", "EINTR", "EBADF", "ENOENT"]) {
        expect(tryFault(at, { kind: "done, yet fails", errno })).toBe("acknowledged");
      }
    }
  });

  test("bytes that were dropped or zeroed are found before anything is linked", () => {
    const writes = calls.flatMap(({ operation }, at) => (operation === "write" ? [at] : []));
    expect(writes).toHaveLength(4);
    for (const at of writes) {
      expect([tryFault(at, { kind: "dropped" }), tryFault(at, { kind: "zeroed" })]).toEqual(["refused", "refused"]);
      expect(tryFault(at, { kind: "short" })).toBe("acknowledged");
    }
  });
});
