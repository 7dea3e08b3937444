import { expect, test } from "vitest";
import { causeLines, runFinding, type StepState, stageRows, standing } from "./stage-rows.ts";

const step = (name: string, stage: string, more: Partial<StepState> = {}): StepState => ({
  step: name,
  stage,
  tasks: 4,
  reused: 1,
  computed: 2,
  running: 1,
  failed: 0,
  seconds: 1.5,
  rows: 10,
  bytes: 100,
  ...more,
});

test("steps add up under their stages", () => {
  const rows = stageRows([step("lake", "lake"), step("rfm", "features"), step("summary", "features")]);
  expect(rows.map(({ label, total, steps }) => [label, total.tasks, total.seconds, steps.length])).toEqual([
    ["Lake", 4, 1.5, 1],
    ["Features", 8, 3, 2],
  ]);
});

test.each([
  [{ failed: 1 }, "failed"],
  [{}, "running"],
  [{ running: 0, computed: 3 }, "done"],
  [{ running: 0 }, "waiting"],
  [{ tasks: 0, reused: 0, computed: 0, running: 0 }, "done"],
] as const)("a step with %j is %s", (more, said) => {
  expect(standing(step("x", "lake", more))).toBe(said);
});

const tasks = (total: number, reused: number) => ({
  tasks: { total, reused, computed: 0, failed: 0, running: 0 },
  state: "running" as const,
});
const failed = { ...tasks(7, 0).tasks, failed: 1 };
test.each([
  [tasks(0, 0), "The work is being planned"],
  [tasks(105, 105), "Everything was already there"],
  [tasks(105, 0), "Nothing was there yet: every task is computed"],
  [tasks(100, 75), "75 % of the tasks were already there"],
  [{ tasks: failed, state: "running" as const }, "1 task failed: what reads it waits"],
  [{ tasks: failed, state: "failed" as const }, "1 task failed: what reads it wasn’t made"],
  [{ tasks: failed, state: "done" as const }, "1 task failed: the snapshot is without it"],
])("the finding is the share that was there (%#)", (run, said) => {
  expect(runFinding(run)).toBe(said);
});

test("causes are counted, the most frequent first", () => {
  expect(causeLines([{ cause: "reused" }, { cause: "first" }, { cause: "first" }]).map(({ said }) => said)).toEqual([
    "2 are new: nothing like them was there",
    "1 were already there",
  ]);
});
