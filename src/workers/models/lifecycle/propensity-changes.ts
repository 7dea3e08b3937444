import type { ColumnTable } from "../../../shared/domain/column.ts";
import { bandCuts } from "../../../shared/domain/return-bands.ts";
import { featureColumns } from "../../features/customer-features.ts";
import { type Alternative, splitPoints } from "../../numeric/nearest-change.ts";
import { type BandChanges, bandChanges } from "../band-changes.ts";
import { behaviourLevers, type FeatureRow } from "./behaviour-levers.ts";
import { chancesOf, columnNames, type FittedPropensity, wideColumns } from "./propensity-fit.ts";

function tableOf(rows: readonly FeatureRow[]): ColumnTable {
  const columns = featureColumns.map(
    ({ name }) => [name, Float64Array.from(rows, (row) => row[name] ?? Number.NaN)] as const,
  );
  return { rows: rows.length, columns: Object.fromEntries(columns) };
}

/** Chances of rows of the feature table on a day (days since 1970), as they are scored. */
export function chancesOfRows(fitted: FittedPropensity, rows: readonly FeatureRow[], asOf: number) {
  const wide = wideColumns(tableOf(rows), fitted, fitted.horizon_days, asOf);
  const { chance } = chancesOf(fitted, wide);
  const columnsAt = (at: number) => wide.columns.map((column) => column[at] ?? Number.NaN);
  return { chance, columnsAt };
}

/** Chances from which on one is medium, high, very high: by how they lie to the share of all who bought. */
export function chanceCuts({ n_bought, n_rows }: FittedPropensity): number[] {
  return bandCuts(n_bought / Math.max(1, n_rows));
}

/** The nearest changes of what a customer does that would move their chance to buy into the bands beside: orders, silence, e-mails opened
 *  and visits, each as far as the trees' split points ask, scored anew with all that hangs on them. */
export function propensityChanges(fitted: FittedPropensity, row: FeatureRow, asOf: number): BandChanges {
  const levers = behaviourLevers((name) => splitPoints(fitted.trees, columnNames.indexOf(name)), row);
  const { chance, columnsAt } = chancesOfRows(fitted, [row, ...levers.map((one) => one.row)], asOf);
  const alternatives = levers.map(({ text }, at): Alternative => ({ columns: columnsAt(at + 1), text }));
  const points = columnNames.map((_, at) => splitPoints(fitted.trees, at));
  return bandChanges(
    chanceCuts(fitted),
    points,
    { columns: columnsAt(0), score: chance[0] ?? Number.NaN },
    {
      alternatives,
      scores: chance.slice(1),
    },
  );
}
