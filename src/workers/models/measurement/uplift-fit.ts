import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { stateColumns } from "../../features/campaign-outcomes.ts";
import { type QiniMeasures, qiniInterval } from "../../numeric/qini.ts";
import { fitUplift, predictUplift, type UpliftFit, type UpliftInput } from "../../numeric/uplift-learners.ts";
import { numbers } from "../tables.ts";

export interface FittedUplift {
  readonly effect: UpliftFit;
  /** Of the effects told to people by fits that hadn't seen them. */
  readonly held_out_qini: number;
  readonly held_out_qini_low: number;
  readonly held_out_qini_high: number;
  readonly held_out_auuc: number;
  readonly held_out_top: number;
  readonly held_out_top_low: number;
  readonly held_out_top_high: number;
  readonly average_effect: number;
  readonly average_effect_low: number;
  readonly average_effect_high: number;
  readonly learner: string;
  readonly n_people: number;
  readonly n_contacted: number;
  readonly n_outcomes: number;
}

const leastPeople = 400;
const leastASide = 100;
const leastOutcomes = 40;

export const columnsOf = (table: ColumnTable): Float64Array[] => stateColumns.map(({ name }) => numbers(table, name));

/** Rows of a table of campaigns' outcomes as experiments. */
export function experimentOf(rows: ColumnTable, outcome: Float64Array, keeps: (row: number) => boolean): UpliftInput {
  const kept = Uint32Array.from({ length: rows.rows }, (_, row) => row).filter(keeps);
  const pick = (column: Float64Array) => Float64Array.from(kept, (row) => column[row] ?? Number.NaN);
  const share = pick(numbers(rows, "treated_share"));
  return {
    columns: columnsOf(rows).map(pick),
    isTreated: pick(numbers(rows, "is_treated")),
    outcome: pick(outcome),
    chance: share.map((one) => Math.min(0.98, Math.max(0.02, one))),
  };
}

/** Null where the experiments tell too little: 400 people, 100 a side, 40 outcomes are the least. */
export function fitExperiment(
  experiment: UpliftInput,
  { seed, throwIfCancelled }: { readonly seed: number; readonly throwIfCancelled: () => void },
): FittedUplift | null {
  const n = experiment.outcome.length;
  const contacted = experiment.isTreated.reduce((sum, one) => sum + one, 0);
  const outcomes = experiment.outcome.reduce((sum, one) => sum + (one !== 0 ? 1 : 0), 0);
  if (n < leastPeople || Math.min(contacted, n - contacted) < leastASide || outcomes < leastOutcomes) return null;
  const { fit, heldOut } = fitUplift(experiment, seed, throwIfCancelled);
  const { qini, auuc, topEffect } = qiniInterval(heldOut, experiment, { seed });
  return {
    effect: fit,
    held_out_qini: qini.value,
    held_out_qini_low: qini.low,
    held_out_qini_high: qini.high,
    held_out_auuc: auuc.value,
    held_out_top: topEffect.value,
    held_out_top_low: topEffect.low,
    held_out_top_high: topEffect.high,
    average_effect: fit.average,
    average_effect_low: fit.average - 1.959963984540054 * fit.averageError,
    average_effect_high: fit.average + 1.959963984540054 * fit.averageError,
    learner: fit.chosen,
    n_people: n,
    n_contacted: contacted,
    n_outcomes: outcomes,
  };
}

export function fittedUplift(given: Json): FittedUplift | null {
  return typeof given === "object" && given !== null && "effect" in given ? (given as unknown as FittedUplift) : null;
}

const z80 = 1.2815515655446004;

/** Effects with 80 % limits of the mean effect of people like these. */
export function effectsOf(fitted: FittedUplift, columns: readonly Float64Array[]) {
  const { effect, error } = predictUplift(fitted.effect, columns);
  return {
    effect,
    low: effect.map((value, row) => value - z80 * (error[row] ?? 0)),
    high: effect.map((value, row) => value + z80 * (error[row] ?? 0)),
  };
}

/** How unseen people of campaigns after a cut were ranked by the effects told to them. */
export function rankedAfter(fitted: FittedUplift, after: UpliftInput, seed: number): QiniMeasures | null {
  const contacted = after.isTreated.reduce((sum, one) => sum + one, 0);
  if (Math.min(contacted, after.isTreated.length - contacted) < leastASide) return null;
  return qiniInterval(effectsOf(fitted, after.columns).effect, after, { seed });
}
