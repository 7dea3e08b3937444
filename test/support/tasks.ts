import type { StepDeclaration } from "../../src/shared/domain/step.ts";
import type { TaskNode } from "../../src/shared/domain/task.ts";

/** A task that reads others, for tests of plans and runs. */
export function taskNode(key: string, reads: readonly string[] = [], more: Partial<TaskNode> = {}): TaskNode {
  return {
    key,
    step: key,
    stage: "features",
    title: key,
    scope: "brand",
    slot: key,
    subject: null,
    asOf: null,
    bucket: 0,
    bucketCount: 1,
    horizonDays: 365,
    purchaseHorizonDays: 90,
    params: {},
    brand: { currency: "GBP", timeZone: "UTC", returnWindowDays: null },
    seed: 1,
    inputs: Object.fromEntries(reads.map((read) => [read, [{ key: read, output: "rows" }]])),
    parts: {},
    ...more,
  };
}

export function stepOf(name: string, more: Partial<StepDeclaration> = {}): StepDeclaration {
  return {
    name,
    version: 1,
    title: name,
    stage: "features",
    scope: "brand",
    timing: "as_of",
    inputs: {},
    params: {},
    outputs: [{ name: "rows", kind: "parquet", columns: [] }],
    ...more,
  };
}
