import { describe, expect, it } from "vitest";
import type { TaskNode } from "../../shared/domain/task.ts";
import { contentKeyOf } from "./content-keys.ts";

const node = {
  step: "scores_rfm",
  bucket: 0,
  bucketCount: 1,
  params: {},
  brand: {},
  inputs: { summary: [{ key: "a", output: "rows" }] },
  parts: { version: "2" },
} as unknown as TaskNode;
const read = (sha256: string) => () => ({ files: [{ output: "rows", sha256, path: "", bytes: 1, rows: 1 }] });
const keyOf = (parts: object, sha256 = "1") =>
  contentKeyOf("/shop", { ...node, parts: { ...node.parts, ...parts } } as TaskNode, read(sha256) as never);

describe("what a task would be asked", () => {
  it("is the same for the same bytes, whatever made them", () => {
    expect(keyOf({ "input summary": "x" })).toBe(keyOf({ "input summary": "y" }));
    expect(keyOf({}, "2")).not.toBe(keyOf({}));
    expect(keyOf({ version: "3" })).not.toBe(keyOf({}));
  });

  it("is another where results are filed by bucket that an older program left in one file", () => {
    expect(keyOf({ buckets: "1" })).not.toBe(keyOf({}));
  });
});
