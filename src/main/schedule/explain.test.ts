import { describe, expect, it } from "vitest";
import { explainRun, type KeptTask } from "./explain.ts";

const task = (more: Partial<KeptTask> = {}): KeptTask => ({
  key: "k1",
  step: "summary",
  stage: "features",
  scope: "brand",
  slot: "summary brand as_of",
  parts: { version: "1", params: "{}", date: "2026-06-30", "input lines": "aaa" },
  state: "computed",
  worker: 1,
  startedMs: 0,
  endedMs: 1,
  rows: 1,
  bytes: 1,
  seconds: 1,
  error: null,
  ...more,
});
const parts = (more: Record<string, string>) => ({ ...task().parts, ...more });
const causeOf = (now: KeptTask, earlier: readonly KeptTask[]) => explainRun([now], earlier).tasks[0];

describe("the explanation of a task", () => {
  it.each([
    ["first", task(), []],
    ["first", task(), [task()]],
    ["reused", task({ state: "reused" }), [task({ key: "k0" })]],
    ["code", task({ parts: parts({ version: "2", params: "{x}" }) }), [task({ key: "k0" })]],
    ["params", task({ parts: parts({ params: "{x}" }) }), [task({ key: "k0" })]],
    ["params", task({ parts: parts({ seed: "2" }) }), [task({ key: "k0" })]],
    ["data", task({ parts: parts({ subject: "b2" }) }), [task({ key: "k0" })]],
    ["data", task({ parts: parts({ date: "2026-07-01" }) }), [task({ key: "k0" })]],
    ["upstream", task({ parts: parts({ "input lines": "bbb" }) }), [task({ key: "k0" })]],
  ] as const)("tells the cause: %s", (cause, now, earlier) => {
    const found = causeOf(now, earlier);
    expect(found?.cause).toBe(cause);
    expect(found?.sentence.length).toBeGreaterThan(10);
  });

  it("names what was made anew", () => {
    expect(causeOf(task({ parts: parts({ "input lines": "bbb" }) }), [task({ key: "k0" })])?.sentence).toContain(
      "lines",
    );
  });

  it("follows a change back to where it began, and says from what to what", () => {
    const fit = task({ key: "f1", step: "fit_rfm", slot: "fit", parts: { version: "1", "param groups": "5" } });
    const scores = task({
      key: "s1",
      step: "scores_rfm",
      slot: "scores",
      parts: { version: "1", "input fitted": "f1" },
      inputs: { fitted: ["f1"] },
    });
    const profile = task({
      key: "p1",
      step: "profiles",
      slot: "profiles",
      parts: { version: "3", "input rfm": "s1", "input base": "b" },
      inputs: { rfm: ["s1"], base: ["b1"] },
    });
    const before: KeptTask[] = [
      { ...fit, key: "f0", parts: { version: "1", "param groups": "4" } },
      { ...scores, key: "s0", parts: { version: "1", "input fitted": "f0" } },
      { ...profile, key: "p0", parts: { version: "3", "input rfm": "s0", "input base": "b" } },
    ];
    const [first, , last] = explainRun([fit, scores, profile], before).tasks;
    expect(first).toMatchObject({ cause: "params", sentence: "Computed: groups from 4 to 5." });
    expect(last).toMatchObject({
      cause: "upstream",
      sentence: "Computed: what it reads was made anew (fit_rfm: groups from 4 to 5).",
      roots: [{ step: "fit_rfm", parts: [{ part: "param groups", before: "4", now: "5", change: "changed" }] }],
    });
  });

  it("shows every part beside what it was", () => {
    const found = causeOf(task({ parts: parts({ params: "{x}", horizon: "[365]" }) }), [task({ key: "k0" })]);
    expect(found?.parts).toContainEqual({ part: "params", before: "{}", now: "{x}", change: "changed" });
    expect(found?.parts).toContainEqual({ part: "horizon", before: null, now: "[365]", change: "new" });
    expect(found?.parts).toContainEqual({ part: "version", before: "1", now: "1", change: "same" });
  });

  it("compares with the latest earlier task of the same place", () => {
    const latest = task({ key: "k0", parts: parts({ params: "{x}" }) });
    const now = task({ parts: parts({ params: "{x}", "input lines": "bbb" }) });
    expect(causeOf(now, [latest, task({ key: "k00" })])?.cause).toBe("upstream");
    expect(causeOf(now, [task({ key: "k0", slot: "another" })])?.cause).toBe("first");
  });

  it("finds one task by the start of its key", () => {
    const tasks = [task(), task({ key: "x2" })];
    expect(explainRun(tasks, [], "x").tasks.map(({ key }) => key)).toEqual(["x2"]);
    expect(explainRun(tasks, []).tasks).toHaveLength(2);
  });
});
