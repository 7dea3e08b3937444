import { describe, expect, it } from "vitest";
import { mainThreadSeconds } from "./main-thread.ts";

describe.skipIf(process.platform !== "linux")("the processor time of a first thread", () => {
  it("grows while it computes and stands still while it waits", async () => {
    const began = mainThreadSeconds(process.pid) ?? 0;
    let sum = 0;
    while ((mainThreadSeconds(process.pid) ?? 0) - began < 0.2) for (let at = 0; at < 1e6; at++) sum += Math.sqrt(at);
    expect(sum).toBeGreaterThan(0);
    const before = mainThreadSeconds(process.pid) ?? 0;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((mainThreadSeconds(process.pid) ?? 0) - before).toBeLessThan(0.1);
  });

  it("isn't known of a process that isn't there", () => {
    expect(mainThreadSeconds(undefined)).toBeUndefined();
    expect(mainThreadSeconds(2 ** 22 + 1)).toBeUndefined();
  });
});
