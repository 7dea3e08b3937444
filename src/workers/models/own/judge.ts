import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { Evaluation, Holdout, Tables } from "../../../shared/domain/model.ts";
import { auc, aucDifference, brierErrors, meanInterval } from "../../numeric/scoring.ts";
import { calibrationBins, compare, join, known, leastCustomers } from "../evaluation.ts";
import { matchRows, numbers, requireTable } from "../tables.ts";

interface Judged {
  readonly inputs: Tables;
  readonly scores: ColumnTable;
  readonly holdout: Holdout;
  /** The column that foretells the event, and the event's horizon. */
  readonly column: string;
  readonly horizonDays: number;
  /** The share at earlier cuts; null: that of as many days before the cut. */
  readonly baseRate: number | null;
}

/** A chance of an event against how long ago it happened last (else the last purchase), and against its base rate. Empty where the
 *  split is shorter than the event's horizon. */
export function judgeEvent({ inputs, scores, holdout, column, horizonDays, baseRate }: Judged): readonly Evaluation[] {
  const [features, past] = [requireTable(inputs, "features"), requireTable(inputs, "past")];
  const after = requireTable(holdout.tables ?? {}, "happened");
  if (horizonDays > holdout.horizonDays) return [];
  const [scored, score] = [matchRows(features, scores), numbers(scores, column)];
  const joined = join(features, [past, scores], (row) => Number.isFinite(score[scored[row] ?? -1]));
  if (joined.n < leastCustomers) return [];
  const rows = new Set(after.columns["customer_id"] as (string | null)[]);
  const ids = joined.texts(features, "customer_id");
  const happened = ids.map((id) => rows.has(id));
  const own = joined.numbers(scores, column);
  const since = joined.numbers(past, "days_since_event");
  const bought = joined.numbers(features, "days_since_last_purchase");
  const recency = since.map((days, at) => -(Number.isFinite(days) ? days : 1e6 + (bought[at] ?? 0)));
  const n = joined.n;
  const common = { n, horizonDays };
  const ranked = compare({
    metric: "auc",
    own: auc(own, happened),
    baseline: "days since it last happened",
    naive: auc(recency, happened).value,
    difference: aucDifference(own, recency, happened),
    n,
    better: "higher",
  });
  if (!own.every((p) => p >= 0 && p <= 1)) return known([{ ...ranked, ...common }]);
  const rate = baseRate ?? since.filter((days) => days < horizonDays).length / n;
  const errors = { own: brierErrors(own, happened), naive: brierErrors(new Float64Array(n).fill(rate), happened) };
  const right = compare({
    metric: "brier",
    own: meanInterval(errors.own),
    baseline: baseRate === null ? "share of as many days before the cut" : "share at the latest earlier cut",
    naive: meanInterval(errors.naive).value,
    pairs: errors,
    n,
    better: "lower",
  });
  const calibration = calibrationBins(own, Float64Array.from(happened, Number));
  return known([
    { ...ranked, ...common },
    { ...right, ...common, calibration },
  ]);
}
