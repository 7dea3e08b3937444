import { describe, expect, it } from "vitest";
import type { CachedArtifact } from "../../../shared/api/contract/cache.ts";
import { cacheFinding, stepsOf } from "./cache-steps.ts";

const artifact = (key: string, step: string, more: Partial<CachedArtifact> = {}): CachedArtifact => ({
  key,
  step,
  title: step,
  stage: "features",
  scope: "brand",
  as_of: null,
  state: "reused",
  rows: 1,
  bytes: 10,
  seconds: 2,
  made_at: null,
  host: null,
  inputs: [],
  readers: [],
  models: [],
  cause: "reused",
  sentence: "Reused.",
  ...more,
});

describe("the graph of intermediates", () => {
  it("puts a step's artifacts together and tells the reason of the one that was made", () => {
    const found = stepsOf([
      artifact("a", "summary", { readers: ["f"], models: ["rfm"] }),
      artifact("b", "summary", {
        state: "computed",
        cause: "data",
        sentence: "Computed: another day.",
        readers: ["f"],
      }),
      artifact("f", "fit_rfm", { inputs: ["a", "b"] }),
    ]);
    expect(found[0]).toMatchObject({
      artifacts: 2,
      reused: 1,
      computed: 1,
      bytes: 20,
      seconds: 4,
      readBy: ["fit_rfm"],
      models: ["rfm"],
    });
    expect(found[0]?.sentence).toBe("Computed: another day.");
    expect(found[1]?.reads).toEqual(["summary"]);
  });

  it("says what sharing saved", () => {
    const one = { artifacts: [1, 2], seconds_saved: 4, seconds_alone: 10, seconds_shared: 2 };
    expect(cacheFinding({ ...one, reused: 2, computed: 0 })).toBe(
      "All 2 intermediates were there: 4.0 s of core time saved",
    );
    expect(cacheFinding({ ...one, reused: 1, computed: 1 })).toContain("1 of 2");
    expect(cacheFinding({ ...one, reused: 0, computed: 2 })).toContain("20 %");
    expect(cacheFinding({ ...one, reused: 0, computed: 1 })).toBe("1 of 2 intermediates were not made");
  });
});
