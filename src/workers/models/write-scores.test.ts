import { afterEach, beforeEach, expect, it } from "vitest";
import { customerId, StepBench } from "../../../test/support/step-harness.ts";
import type { Column } from "../../shared/domain/column.ts";
import { defineStep } from "../engine/step-context.ts";
import { writeTableByBucket } from "./write-scores.ts";

let bench: StepBench;
beforeEach(() => {
  bench = new StepBench();
});
afterEach(() => bench.close());

const columns: readonly Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  { name: "score", type: "DOUBLE" },
];

function scoring(names: readonly string[]) {
  const rows = {
    rows: names.length,
    columns: { customer_id: names.map(customerId), score: Float64Array.from(names.keys()) },
  };
  return defineStep({
    name: "scores_toy",
    version: 1,
    title: "Toy",
    stage: "scores",
    scope: "brand",
    timing: "none",
    inputs: {},
    params: {},
    usesBuckets: true,
    outputs: [{ name: "scores", kind: "parquet", columns, isPartitioned: true }],
    run: (context) => writeTableByBucket(context, "scores", { rows, columns }),
  });
}

it("scores of customers lie by bucket, the same rows as in one, and the first bucket is there in any case", async () => {
  const names = ["zora", "anna", "bert", "cora", "emil", "fred", "hugo", "igor"];
  const { scores: whole = [] } = await bench.run(scoring(names));
  const { scores: parted = [] } = await bench.run(scoring(names), { bucketCount: 4 });
  const sorted = [...parted].sort((a, b) => (String(a["customer_id"]) < String(b["customer_id"]) ? -1 : 1));
  expect(sorted).toEqual(whole);
  const bucketOf = ({ customer_id }: (typeof parted)[number]) =>
    Number.parseInt(String(customer_id).slice(0, 8), 16) % 4;
  expect(parted.map(bucketOf)).toEqual(parted.map(bucketOf).sort());
  expect((await bench.run(scoring([]), { bucketCount: 4 }))["scores"]).toEqual([]);
});
