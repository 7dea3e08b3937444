import type { ModelEvaluation } from "../../../shared/api/contract/models.ts";

type Bins = NonNullable<ModelEvaluation["calibration"]>;

/** A tenth of the customers, those of the highest score first. */
export interface LiftRow {
  readonly label: string;
  readonly customers: number;
  /** Share to whom it happened. */
  readonly happened: number;
  /** Beside the share among all: 2 is twice as many as by chance. */
  readonly lift: number;
  /** Of all customers, up to and with this tenth. */
  readonly reached: number;
  /** Of all to whom it happened, up to and with this tenth. */
  readonly gained: number;
}

/** Lift and cumulative gain by groups of like prediction, the highest first; empty where nothing happened or groups have names. */
export function liftRows(bins: Bins): LiftRow[] {
  if (bins.some(({ expected }) => expected === null)) return [];
  const ordered = [...bins].sort((a, b) => (b.expected ?? 0) - (a.expected ?? 0));
  const customers = ordered.reduce((sum, { n }) => sum + n, 0);
  const events = ordered.reduce((sum, { n, actual }) => sum + n * actual, 0);
  if (events <= 0) return [];
  let [reached, gained] = [0, 0];
  return ordered.map(({ n, actual }, at) => {
    reached += n / customers;
    gained += (n * actual) / events;
    const lift = actual / (events / customers);
    return { label: String(at + 1), customers: n, happened: actual, lift, reached, gained };
  });
}

/** What the best groups hold: "The best 20 % hold 54 % of buyers". */
export function liftFinding(rows: readonly LiftRow[]): string {
  const top = rows.find(({ reached }) => reached >= 0.195) ?? rows[0];
  if (!top) return "Nothing to rank";
  return `The best ${Math.round(100 * top.reached)} % hold ${Math.round(100 * top.gained)} % of those to whom it happened`;
}
