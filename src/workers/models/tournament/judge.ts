import type { ColumnTable } from "../../../shared/domain/column.ts";
import { naiveName, stackName, type TournamentChoice, type TournamentRow } from "../../../shared/domain/tournament.ts";
import { pairedDifference } from "../../numeric/scoring.ts";
import { meanProducts, type Products, productsOf, simplexWeights } from "../../numeric/simplex-weights.ts";
import { leastCustomers } from "../evaluation.ts";
import { gather, matchRows, numbers } from "../tables.ts";
import { relativeLoss, type TargetDeclaration, toldMetrics } from "./targets.ts";

export interface Candidate {
  readonly model: string;
  readonly column: string;
  /** Why it stands beside the others and can't be chosen. */
  readonly onlyShown?: string | undefined;
}

/** One time split: what was known at the cut and what followed it. */
export interface Split {
  readonly cutOn: string;
  readonly summary: ColumnTable;
  readonly outcomes: ColumnTable;
  readonly scores: Readonly<Record<string, ColumnTable>>;
}

interface Field {
  readonly cutOn: string;
  readonly actual: Float64Array;
  readonly naive: Float64Array;
  readonly predictions: ReadonlyMap<string, Float64Array>;
}

const leastShare = 0.9;

export interface TournamentRequest {
  readonly target: TargetDeclaration;
  readonly candidates: readonly Candidate[];
  /** The latest cut first. */
  readonly splits: readonly Split[];
  readonly fitAsOf: string;
  readonly horizonDays: number;
}

/** Chooses among the candidates by their losses relative to the naive forecast's, over the cuts, on the customers that all score. A
 *  combination with non-negative weights, learned at the earlier cuts alone, is chosen where it is surely better at the latest. */
export function judgeTournament(request: TournamentRequest): TournamentChoice {
  const { target, fitAsOf, horizonDays } = request;
  const leftOut: { candidate: string; reason: string }[] = [];
  const fields = request.splits.flatMap((split) => fieldOf(request, split, leftOut) ?? []);
  const rows = fields.flatMap((field) => rowsOf(target, field));
  const relative = (candidate: string) => {
    const own = rows.filter((row) => row.candidate === candidate && row.relative !== null);
    const logs = own.map((row) => Math.log(row.relative ?? 1));
    return own.length < fields.length ? Number.NaN : Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
  };
  const eligible = request.candidates.filter(({ onlyShown }) => onlyShown === undefined).map(({ model }) => model);
  const judged = eligible.filter((model) => Number.isFinite(relative(model)));
  const ranking = [...judged].sort((a, b) => relative(a) - relative(b) || (a < b ? -1 : 1));
  const common = {
    target: target.target,
    fit_as_of: fitAsOf,
    horizon_days: horizonDays,
    left_out: [...new Map(leftOut.map((one) => [one.candidate, one])).values()],
  };
  const [best] = ranking;
  const rest = eligible.filter((model) => !ranking.includes(model));
  if (best === undefined) {
    const standing = eligible.includes(target.standing) ? target.standing : (eligible[0] ?? target.standing);
    const reason = "Nothing could be judged yet: there is no cut with enough customers and what followed.";
    const order = [standing, ...rest.filter((model) => model !== standing)];
    return {
      ...common,
      chosen: standing,
      weights: { [standing]: 1 },
      ranking: order,
      stack_weights: null,
      reason,
      rows,
    };
  }
  const stack = stackOf(target, fields, ranking);
  const stack_weights = stack?.weights ?? null;
  const all = stack ? [...rows, stack.row] : rows;
  const score = relative(best).toPrecision(3);
  const over = `over ${fields.length} ${fields.length === 1 ? "cut" : "cuts"}`;
  if (stack?.isBetter) {
    const reason = `The combination is surely better than ${best} at the latest cut, with weights learned at the earlier ones.`;
    return {
      ...common,
      chosen: stackName,
      weights: stack.weights,
      ranking: [...ranking, ...rest],
      stack_weights,
      reason,
      rows: all,
    };
  }
  const reason = `Least loss ${over}: ${score} of the naive forecast's.`;
  return {
    ...common,
    chosen: best,
    weights: { [best]: 1 },
    ranking: [...ranking, ...rest],
    stack_weights,
    reason,
    rows: all,
  };
}

/** The customers of a split that every candidate scores; null where they are too few. */
function fieldOf(
  { target, candidates, horizonDays }: TournamentRequest,
  { cutOn, summary, outcomes, scores }: Split,
  leftOut: { candidate: string; reason: string }[],
): Field | null {
  if (outcomes.rows < leastCustomers) return null;
  const known = matchRows(outcomes, summary);
  const told = candidates.flatMap(({ model, column }) => {
    const table = scores[model];
    const values = table ? gather(numbers(table, column), matchRows(outcomes, table)) : new Float64Array(0);
    const share = values.filter(Number.isFinite).length / outcomes.rows;
    if (share >= leastShare) return [[model, values] as const];
    leftOut.push({ candidate: model, reason: `scores ${Math.round(100 * share)} % of the customers on ${cutOn}` });
    return [];
  });
  const kept = Array.from(known.keys()).filter(
    (row) => (known[row] ?? -1) >= 0 && told.every(([, values]) => Number.isFinite(values[row])),
  );
  if (kept.length < leastCustomers || told.length === 0) return null;
  const pick = (values: Float64Array) => Float64Array.from(kept, (row) => values[row] ?? Number.NaN);
  return {
    cutOn,
    actual: pick(target.outcome(outcomes)),
    naive: pick(gather(target.naive(summary, horizonDays), known)),
    predictions: new Map(told.map(([model, values]) => [model, pick(values)])),
  };
}

function rowsOf(target: TargetDeclaration, field: Field): TournamentRow[] {
  const naive = target.judge(field.naive, field.actual);
  return [...field.predictions, [naiveName, field.naive] as const].map(([candidate, predicted]) => {
    const judged = target.judge(predicted, field.actual);
    const relative = relativeLoss(judged, naive);
    return {
      candidate,
      cut_on: field.cutOn,
      n: field.actual.length,
      relative: Number.isFinite(relative) ? relative : null,
      metrics: toldMetrics(judged),
    };
  });
}

/** A few great spenders don't decide the weights: outcomes count up to their 99.5th percentile. */
function productsIn(field: Field, models: readonly string[]): Products {
  const sorted = Float64Array.from(field.actual).sort();
  const most = sorted[Math.floor(0.995 * (sorted.length - 1))] ?? Number.POSITIVE_INFINITY;
  const cap = most > 0 ? most : Number.POSITIVE_INFINITY;
  const actual = field.actual.map((value) => Math.min(cap, value));
  return productsOf(
    models.map((model) => field.predictions.get(model) ?? new Float64Array(field.actual.length)),
    actual,
  );
}

function combine(field: Field, models: readonly string[], weights: Float64Array): Float64Array {
  const sum = new Float64Array(field.actual.length);
  for (const [at, model] of models.entries()) {
    const own = field.predictions.get(model);
    const weight = weights[at] ?? 0;
    for (let row = 0; own && row < sum.length; row++) sum[row] = (sum[row] ?? 0) + weight * (own[row] ?? 0);
  }
  return sum;
}

interface Stack {
  readonly row: TournamentRow;
  readonly weights: Readonly<Record<string, number>>;
  readonly isBetter: boolean;
}

function stackOf(target: TargetDeclaration, fields: readonly Field[], ranking: readonly string[]): Stack | null {
  const [latest, ...earlier] = fields;
  const [best] = ranking;
  if (!latest || earlier.length === 0 || ranking.length < 2 || best === undefined) return null;
  const models = ranking.slice(0, 12);
  const learned = simplexWeights(meanProducts(earlier.map((field) => productsIn(field, models))));
  const [own, single] = [combine(latest, models, learned), latest.predictions.get(best) ?? latest.naive];
  const naive = target.judge(latest.naive, latest.actual);
  const judged = target.judge(own, latest.actual);
  const relative = relativeLoss(judged, naive);
  const squares = (values: Float64Array) => values.map((value, at) => (value - (latest.actual[at] ?? 0)) ** 2);
  const gain = pairedDifference(squares(single), squares(own));
  const final = simplexWeights(meanProducts(fields.map((field) => productsIn(field, models))));
  const told = models.map((model, at) => [model, Math.round(1e4 * (final[at] ?? 0)) / 1e4] as const);
  return {
    row: {
      candidate: stackName,
      cut_on: latest.cutOn,
      n: latest.actual.length,
      relative: Number.isFinite(relative) ? relative : null,
      metrics: toldMetrics(judged),
    },
    weights: Object.fromEntries(told.filter(([, weight]) => weight > 0)),
    isBetter: gain.low > 0 && relative < relativeLoss(target.judge(single, latest.actual), naive),
  };
}
