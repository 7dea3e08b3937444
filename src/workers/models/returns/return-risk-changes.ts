import type { ColumnTable } from "../../../shared/domain/column.ts";
import { bandCuts } from "../../../shared/domain/return-bands.ts";
import { type Alternative, splitPoints, wholeAbove, wholeBelow } from "../../numeric/nearest-change.ts";
import { type BandChanges, bandChanges } from "../band-changes.ts";
import { numbers } from "../tables.ts";
import { givenAge, lagsOfLines } from "./return-lags.ts";
import { scoreColumns, treeColumns } from "./return-risk-columns.ts";
import { chanceOf, type FittedRisk, marginsOf } from "./return-risk-fit.ts";

const priceSteps = [0.9, 1.1, 0.8, 1.2, 0.7, 1.3, 0.6, 1.4, 0.5, 1.5] as const;
const deliverySteps = [1, 2, 3, 4, 5, 6, 7, 10, 14] as const;
const counts = [0, 1, 2, 3, 4] as const;

type Edit = Readonly<Record<string, number>>;

/** Risks of a line as it is and under some edits of its numbers, as lines are scored. */
export function risksOf(fitted: FittedRisk, line: ColumnTable, edits: readonly Edit[]) {
  const all: readonly Edit[] = [{}, ...edits];
  const columns = Object.entries(line.columns).map(([name, values]) => {
    const own = values[0] ?? null;
    return [
      name,
      values instanceof Float64Array
        ? Float64Array.from(all, (edit) => edit[name] ?? Number(own ?? Number.NaN))
        : all.map(() => own as string | null),
    ] as const;
  });
  const table: ColumnTable = { rows: all.length, columns: Object.fromEntries(columns) };
  const given = scoreColumns(table, fitted);
  const [age, lags] = [numbers(table, "age_days"), lagsOfLines(table, fitted.lags)];
  const risks = marginsOf(fitted.trees, given).map((margin, row) =>
    givenAge(chanceOf(margin, fitted.platt), age[row] ?? 0, lags[row] ?? []),
  );
  return { risks, columnsAt: (at: number) => given.columns.map((column) => column[at] ?? Number.NaN) };
}

function editsOf(fitted: FittedRisk, line: ColumnTable): { edit: Edit; text: string }[] {
  const of = (name: string) => numbers(line, name)[0] ?? Number.NaN;
  const points = (name: string) => splitPoints(fitted.trees, treeColumns.indexOf(name));
  const [sizes, alike, lines] = [of("sizes_in_order"), of("alike_in_order"), of("category_in_order")];
  const selection =
    sizes > 1 || alike > 1
      ? [
          {
            edit: {
              sizes_in_order: Math.min(1, sizes),
              alike_in_order: 1,
              category_in_order: Math.max(1, lines - Math.max(0, alike - 1)),
            },
            text: "no other size or piece of it in the order",
          },
        ]
      : [
          {
            edit: { sizes_in_order: sizes + 1, alike_in_order: alike + 1, category_in_order: lines + 1 },
            text: "a second size of it in the order",
          },
        ];
  const [price, ratio, depth] = [of("price_minor"), of("price_ratio"), of("discount_depth")];
  const prices = [...points("price_ratio"), ...priceSteps.map((step) => ratio * step)].flatMap((point) => {
    if (!Number.isFinite(ratio) || ratio <= 0) return [];
    const to = point < ratio ? point : point * 1.001 + 1e-6;
    const change = Math.round(100 * (to / ratio - 1));
    if (change === 0 || Math.abs(change) > 50) return [];
    const factor = 1 + change / 100;
    const text = `a price ${Math.abs(change)} % ${change < 0 ? "lower" : "higher"}`;
    return [{ edit: { price_minor: price * factor, price_ratio: ratio * factor }, text }];
  });
  const full = depth > 0.005 ? [{ edit: { discount_depth: 0 }, text: "no reduction of its price" }] : [];
  const delivery = of("delivery_days");
  const deliveries = [
    ...wholeBelow(points("delivery_days"), delivery),
    ...wholeAbove(points("delivery_days"), delivery),
    ...deliverySteps,
  ]
    .filter((days) => days >= 0 && days <= 60 && days !== delivery)
    .map((days) => ({
      edit: { delivery_days: days },
      text: `delivered after ${days} ${days === 1 ? "day" : "days"} instead of ${Math.round(delivery)}`,
    }));
  const back = of("past_returns");
  const pasts = Array.from({ length: Math.min(3, Math.max(0, back)) }, (_, at) => at + 1).map((n) => ({
    edit: { past_returns: back - n, past_category_returns: Math.max(0, of("past_category_returns") - n) },
    text: `${n === 1 ? "one earlier return" : `${n} earlier returns`} fewer`,
  }));
  return [...selection, ...full, ...prices, ...deliveries, ...pasts];
}

/** The nearest changes of an open line that would move its risk into the bands beside: the order's selection, price, delivery and the
 *  customer's past returns, near by usual steps and the trees' split points. `line` is one row of the open lines. */
export function returnRiskChanges(fitted: FittedRisk, line: ColumnTable): BandChanges {
  const edits = editsOf(fitted, line);
  const { risks, columnsAt } = risksOf(
    fitted,
    line,
    edits.map(({ edit }) => edit),
  );
  const alternatives = edits.map(({ text }, at): Alternative => ({ columns: columnsAt(at + 1), text }));
  const ratio = numbers(line, "price_ratio")[0] ?? Number.NaN;
  const steps: Readonly<Record<string, readonly number[]>> = {
    price_ratio: Number.isFinite(ratio) ? priceSteps.map((step) => ratio * (step < 1 ? step : step - 0.001)) : [],
    delivery_days: deliverySteps,
    sizes_in_order: counts,
    past_returns: counts,
  };
  const points = treeColumns.map((name, at) =>
    name === "margin" ? [] : [...new Set([...splitPoints(fitted.trees, at), ...(steps[name] ?? [])])],
  );
  return bandChanges(
    bandCuts(fitted.mean),
    points,
    { columns: columnsAt(0), score: risks[0] ?? Number.NaN },
    {
      alternatives,
      scores: risks.slice(1),
    },
  );
}
