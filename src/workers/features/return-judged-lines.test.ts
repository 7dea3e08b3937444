import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type BenchOptions,
  type BoughtOrder,
  lakeRow,
  type Row,
  runReturnLedger,
  StepBench,
} from "../../../test/support/step-harness.ts";
import { returnJudgedLines } from "./return-judged-lines.ts";
import { returnOpenLines, returnTrainingLines } from "./return-lines.ts";

let bench: StepBench;
beforeEach(() => {
  bench = new StepBench();
});
afterEach(() => bench.close());

const cut: BenchOptions = { asOf: "2026-06-30", horizonDays: 90, brand: { returnWindowDays: 30 } };
const bought = (order: string, day: string, lines: readonly Row[] = [{}]): BoughtOrder => ({
  ...{ order, customer: "ann", at: `${day} 09:00:00`, lines },
});
const back = (order_id: string, day: string | null, line_id = "1") =>
  lakeRow({
    return_id: `${order_id}-${line_id}`,
    order_id,
    line_id,
    returned_at: day === null ? null : `${day} 10:00:00`,
  });

async function tablesAt(orders: readonly BoughtOrder[], returns: readonly Row[], options: BenchOptions = cut) {
  await runReturnLedger(bench, orders, returns, options);
  const { return_training_lines: learned = [] } = await bench.run(returnTrainingLines, options);
  const { return_open_lines: open = [] } = await bench.run(returnOpenLines, options);
  const { return_judged_lines: judged = [] } = await bench.run(returnJudgedLines, options);
  return { learned, open, judged };
}
const names = (rows: readonly Row[]) => rows.map((row) => `${row["order_id"]}/${row["line_id"]}`).sort();
const told = (rows: readonly Row[], order: string, column: string) =>
  rows.filter((row) => row["order_id"] === order).map((row) => row[column]);

describe("lines that are judged by their purchase", () => {
  const orders = [
    bought("settled", "2026-05-20"),
    bought("early", "2026-06-05"),
    bought("later", "2026-06-20"),
    bought("last", "2026-06-30"),
    bought("after", "2026-07-02"),
  ];
  const returns = [back("early", "2026-06-12"), back("last", "2026-07-20")];

  it("are those bought within the window before the cut, back or not, and none of them is learned from", async () => {
    const { learned, open, judged } = await tablesAt(orders, returns);
    expect(names(judged)).toEqual(["early/1", "last/1", "later/1"]);
    expect(names(learned)).toEqual(["settled/1"]);
    expect(names(open)).toEqual(["last/1", "later/1"]);
    expect(told(judged, "early", "is_returned")).toEqual([true]);
    expect(told(judged, "later", "is_returned")).toEqual([false]);
    expect(told(judged, "last", "is_returned")).toEqual([true]);
  });

  it("know returns that came before their own day, of others and never their own", async () => {
    const { learned, judged } = await tablesAt(orders, returns);
    expect(told(judged, "early", "past_returns")).toEqual([0]);
    expect(told(judged, "early", "past_lines")).toEqual([0]);
    expect(told(judged, "later", "past_returns")).toEqual([1]);
    expect(told(judged, "last", "past_returns")).toEqual([1]);
    for (const { past_returns } of learned) expect(past_returns).toBe(0);
  });

  it("tell the same of a line whatever became of it and of later ones", async () => {
    const own = ({ is_returned: _, returned_on: __, known_on: ___, ...row }: Row) => row;
    const { judged } = await tablesAt(orders, returns);
    bench.close();
    bench = new StepBench();
    const other = await tablesAt(orders, [back("later", "2026-06-25"), back("after", "2026-07-05")]);
    const early = (rows: readonly Row[]) => rows.filter(({ order_id }) => order_id === "early").map(own);
    expect(early(judged)).toEqual(early(other.judged));
    expect(told(other.judged, "later", "past_returns")).toEqual([0]);
    expect(told(other.judged, "last", "past_returns")).toEqual([1]);
  });

  it("leave out what had not become clear by the horizon's end, and whose window ends after it", async () => {
    const { judged } = await tablesAt(orders, returns, { ...cut, horizonDays: 25 });
    expect(names(judged)).toEqual(["early/1", "later/1"]);
  });

  it("aren't told when they were delivered, which came later", async () => {
    const lines = [{ delivered_at: "2026-06-08 12:00:00" }];
    const { open, judged } = await tablesAt(
      [bought("1", "2026-06-05", lines), bought("2", "2026-05-06")],
      [back("2", "2026-05-10")],
    );
    expect(told(open, "1", "delivery_days")).toEqual([3]);
    expect(told(judged, "1", "delivery_days")).toEqual([null]);
  });

  it("don't know of a return without a day of its own before the window's end", async () => {
    const some = [bought("1", "2026-05-20"), bought("2", "2026-06-10"), bought("3", "2026-06-25")];
    const { judged } = await tablesAt(some, [back("1", null)]);
    expect(told(judged, "2", "past_returns")).toEqual([0]);
    expect(told(judged, "3", "past_returns")).toEqual([1]);
    expect(names(judged)).toEqual(["2/1", "3/1"]);
  });
});
