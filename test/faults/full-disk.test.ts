import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { AssayError } from "../../src/shared/base/errors.ts";
import { requireArtifact, verifiedPath } from "../../src/workers/engine/artifact-store.ts";
import { appendEntry } from "../../src/workers/engine/brand-log.ts";
import { verifyBrand } from "../../src/workers/engine/verify.ts";
import { commitOnce, type OneCommit, taskKey } from "../support/one-commit.ts";

const disk = mkdtempSync(join(tmpdir(), "small-disk-"));
const isMounted =
  process.platform === "linux" && spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", disk]).status === 0;
const scratch = mkdtempSync(join(tmpdir(), "small-disk-scratch-"));
afterAll(() => {
  if (isMounted) spawnSync("umount", [disk]);
  for (const folder of [disk, scratch]) rmSync(folder, { recursive: true, force: true });
});

const why = isMounted ? "" : " (skipped: a small file system can only be mounted by root)";
let brands = 0;
let commit: OneCommit;
beforeEach(() => {
  const brandDir = join(disk, `brand-${brands++}`);
  for (const folder of ["log", "artifacts", "tmp"]) mkdirSync(join(brandDir, folder), { recursive: true });
  appendEntry(brandDir, { kind: "first", body: null, taskKey: "first", at: "2026-01-01T00:00:00Z", app: "test" });
  commit = { brandDir, scratch, attempt: "first" };
});

/** Fills the disk but for so many bytes. */
function fillBut(bytes: number): void {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(join(disk, "fill"), Buffer.alloc(Math.max(0, bavail * bsize - bytes)));
}

describe.skipIf(!isMounted)(`a disk that is really full${why}`, () => {
  test.each([0, 4096, 8192, 12_288, 16_384, 24_576])(
    "of %d free bytes it makes all of a commit or nothing",
    (bytes) => {
      fillBut(bytes);
      let refused: unknown;
      try {
        commitOnce(commit);
      } catch (error) {
        refused = error;
      }
      if (bytes === 0) expect(refused).toBeInstanceOf(AssayError);
      if (refused) {
        expect(refused).toMatchObject({ code: "unavailable", hint: expect.stringContaining("Free space") });
      }
      expect(verifyBrand(commit.brandDir).findings).toEqual([]);

      rmSync(join(disk, "fill"));
      const { id } = commitOnce({ ...commit, attempt: "second" });
      expect(verifyBrand(commit.brandDir)).toMatchObject({ entries: 2, artifacts: 1, files: 2, findings: [] });
      for (const file of requireArtifact(commit.brandDir, taskKey).files) verifiedPath(commit.brandDir, file);
      expect(requireArtifact(commit.brandDir, taskKey).id).toBe(id);
    },
  );
});
