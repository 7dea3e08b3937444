import { expect, it } from "vitest";
import { stepOf } from "../../../test/support/tasks.ts";
import type { TaskInput } from "../../shared/domain/task.ts";
import { Planner, type PlanRequest } from "./plan.ts";

const rows = (step: string) => ({ step, output: "rows" });
const rowsOutput = { name: "rows", kind: "parquet", columns: [] } as const;
const request: Omit<PlanRequest, "steps"> = {
  batches: [],
  brand: { currency: "GBP", timeZone: "Europe/London", returnWindowDays: 30 },
  asOf: "2026-06-30",
  horizonDays: 365,
  purchaseHorizonDays: 90,
  bucketCount: 1,
  seed: 1,
  params: {},
  previousIds: () => null,
};

it("has a task for each span that reads its own, so that what came since touches no other", () => {
  const spanned = { ...rowsOutput, isSpanned: true } as const;
  const own = new Map(
    [
      stepOf("filed", { timing: "none", usesSpans: true, outputs: [spanned] }),
      stepOf("lines", {
        ...{ timing: "none", isPerSpan: true, usesBuckets: true },
        inputs: { filed: rows("filed"), all: { ...rows("filed"), spans: "all" } },
        outputs: [{ ...spanned, isPartitioned: true }],
      }),
      stepOf("days", {
        ...{ scope: "bucket", timing: "none", isPerSpan: true, inputs: { lines: rows("lines") }, outputs: [spanned] },
      }),
      stepOf("cut_days", {
        ...{ scope: "bucket", addsToBase: true },
        inputs: { days: { ...rows("days"), spans: "since" }, base: { ...rows("cut_days"), base: "at" } },
      }),
      stepOf("summary", { scope: "bucket", inputs: { days: rows("days") } }),
    ].map((step) => [step.name, step] as const),
  );
  const plannerOf = (more: Partial<PlanRequest> = {}) =>
    new Planner({ ...request, steps: own, bucketCount: 2, spanEnds: ["2026-03-30", "2026-06-28"], ...more });
  const planner = plannerOf();
  const lines = planner.require("lines");
  const read = (list: readonly TaskInput[] | undefined) => list?.map(({ output }) => output);
  expect(lines.map(({ span }) => span)).toEqual([
    { at: 0, after: null, until: "2026-03-30" },
    { at: 1, after: "2026-03-30", until: "2026-06-28" },
    { at: 2, after: "2026-06-28", until: null },
  ]);
  expect(new Set(lines.map(({ key }) => key)).size).toBe(3);
  expect(lines.map(({ inputs }) => read(inputs.filed))).toEqual([["rows@0"], ["rows@1"], ["rows@2"]]);
  expect(read(lines[0]?.inputs.all)).toEqual(["rows@0", "rows@1", "rows@2"]);
  const days = planner.require("days");
  expect(days.map(({ bucket, inputs }) => [bucket, inputs.lines])).toEqual(
    [0, 1].flatMap((bucket) => lines.map(({ key }, at) => [bucket, [{ key, output: `rows#${bucket}@${at}` }]])),
  );
  const ofBucket = (bucket: number, spans: readonly number[]) =>
    spans.map((at) => ({ key: days[3 * bucket + at]?.key, output: `rows@${at}` }));
  expect(planner.require("summary").map(({ inputs }) => inputs.days)).toEqual([
    ofBucket(0, [0, 1, 2]),
    ofBucket(1, [0, 1, 2]),
  ]);
  expect(planner.require("summary", "2026-03-30").map(({ inputs }) => inputs.days)).toEqual([
    ofBucket(0, [0]),
    ofBucket(1, [0]),
  ]);
  expect(planner.require("cut_days").map(({ inputs }) => inputs.days)).toEqual([ofBucket(0, [2]), ofBucket(1, [2])]);
  expect(planner.require("cut_days", "2026-06-28")[1]?.inputs.days).toEqual(ofBucket(1, [0, 1]));
  const drawn = plannerOf({ isDrawn: true });
  expect(drawn.require("summary").map(({ inputs }) => inputs.days)).toEqual([ofBucket(0, [0, 1, 2])]);
});
