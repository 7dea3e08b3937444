import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { makePath } from "./make-path.ts";

const folder = mkdtempSync(join(tmpdir(), "assay-path-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a folder that somebody named", () => {
  it("is made with those above it, and may stand already", () => {
    const path = join(folder, "a/b/c");
    makePath(path, 0o700);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(() => makePath(path)).not.toThrow();
    expect(() => makePath("/")).not.toThrow();
  });

  it("is refused where a file is in its way", () => {
    writeFileSync(join(folder, "file"), "");
    for (const path of ["file", "file/below", "file/below/deeper"]) {
      expect(() => makePath(join(folder, path))).toThrow(expect.objectContaining({ code: "bad_input" }));
    }
  });

  it.skipIf(!existsSync("/proc/self"))("is refused at once where the system has no place for one", () => {
    for (const path of ["/proc/assay", "/proc/assay/below", "/proc/1/assay/below", "/dev/null/below"]) {
      expect(() => makePath(path)).toThrow(expect.objectContaining({ code: "bad_input" }));
    }
  });
});
