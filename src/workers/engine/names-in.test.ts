import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { claimedTasks } from "./claims.ts";
import { namesIn } from "./names-in.ts";
import { standingPins } from "./pins.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "names-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A folder that stands there and can't be listed, by root either. */
function makeUnlistable(name: string): void {
  symlinkSync(name, join(root, name));
}
const unlistable = expect.objectContaining({ code: "unavailable", message: expect.stringContaining("ELOOP") });

test("names come in order; a folder that isn't there, or is a file, has none", () => {
  mkdirSync(join(root, "b"));
  writeFileSync(join(root, "a"), "");
  expect([namesIn(root), namesIn(join(root, "c")), namesIn(join(root, "a"))]).toEqual([["a", "b"], [], []]);
});

describe("what can't be listed passes for empty nowhere that something would be taken away", () => {
  test("pins, of which the oldest keeps a collection from what its reader may open", () => {
    expect(standingPins(root)).toEqual([]);
    makeUnlistable("pins");
    expect(() => standingPins(root)).toThrow(unlistable);
  });

  test("claims, whose tasks are being worked at", () => {
    expect(claimedTasks(root)).toEqual(new Set());
    makeUnlistable("claims");
    expect(() => claimedTasks(root)).toThrow(unlistable);
  });
});
