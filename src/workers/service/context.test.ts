import { expect, it } from "vitest";
import { scratchFolder } from "./context.ts";

it("many engines of one process clean up one scratch folder once", () => {
  const before = process.listenerCount("exit");
  const folders = Array.from({ length: 15 }, () => scratchFolder());
  expect(new Set(folders).size).toBe(1);
  expect(process.listenerCount("exit")).toBeLessThanOrEqual(before + 1);
});
