import type { ColumnTable } from "../../../shared/domain/column.ts";
import { naiveName, stackName, type TournamentChoice, type TournamentRow } from "../../../shared/domain/tournament.ts";
import { pairedDifference } from "../../numeric/scoring.ts";
import { meanProducts, type Products, productsOf, simplexWeights } from "../../numeric/simplex-weights.ts";
import { leastCustomers } from "../evaluation.ts";
import { blank, gather, matchRows, numbers } from "../tables.ts";
import { chooseByLoss, meanRelative } from "./choose.ts";
import { bestShare, refine } from "./refine.ts";
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
  /** Scores of the model whose chance may refine a count. */
  readonly refining?: ColumnTable;
}

interface Field {
  readonly cutOn: string;
  readonly actual: Float64Array;
  readonly naive: Float64Array;
  readonly predictions: ReadonlyMap<string, Float64Array>;
  /** The candidates' chances of any, and that of the model that may refine them. */
  readonly chances: ReadonlyMap<string, Float64Array>;
  readonly refining: Float64Array | null;
}

const leastShare = 0.9;
/** What refining has to save of the loss's logarithm, times the root of how many bought: less may be luck. */
const leastGain = 0.05;

export interface TournamentRequest {
  readonly target: TargetDeclaration;
  readonly candidates: readonly Candidate[];
  /** The latest cut first. */
  readonly splits: readonly Split[];
  readonly fitAsOf: string;
  readonly horizonDays: number;
}

/** The choice, its counts refined by another model's chance of any where that made the loss less over the cuts. */
export function judgeTournament(request: TournamentRequest): TournamentChoice {
  const { choice, fields } = chooseForecast(request);
  const { target } = request;
  const models = Object.keys(choice.weights);
  const weights = Float64Array.from(Object.values(choice.weights));
  const whole = fields.filter(({ predictions }) => models.every((model) => predictions.has(model)));
  if (!target.refining || whole.length === 0 || whole.some(({ refining }) => refining === null)) return choice;
  const losses = whole.map((field) => {
    const naive = target.judge(field.naive, field.actual);
    const refinable = {
      expected: combine(field.predictions, models, weights),
      own: combine(field.chances, models, weights),
      other: field.refining ?? new Float64Array(0),
    };
    return (share: number) => Math.log(relativeLoss(target.judge(refine(refinable, share), field.actual), naive));
  });
  const buyers = whole.reduce((sum, { actual }) => sum + actual.filter((value) => value > 0).length, 0);
  const { share, loss } = bestShare(losses, leastGain / Math.sqrt(Math.max(1, buyers)));
  if (!(share > 0)) return choice;
  const told = `${Math.round(100 * share)} % from ${target.refining.model}: ${Math.exp(loss).toPrecision(3)} with it.`;
  return {
    ...choice,
    refined: { model: target.refining.model, share },
    reason: `${choice.reason} Whether anything is bought is told to ${told}`,
  };
}

/** Chooses among the candidates by their losses relative to the naive forecast's, over the cuts, on the customers that all score. A
 *  combination with non-negative weights, learned at the earlier cuts alone, is chosen where it is surely better at the latest. */
function chooseForecast(request: TournamentRequest): {
  choice: TournamentChoice;
  fields: readonly Field[];
} {
  const { target, fitAsOf, horizonDays } = request;
  const leftOut: { candidate: string; reason: string }[] = [];
  const fields = request.splits.flatMap((split) => fieldOf(request, split, leftOut) ?? []);
  const rows = fields.flatMap((field) => rowsOf(target, field));
  const eligible = request.candidates.filter(({ onlyShown }) => onlyShown === undefined).map(({ model }) => model);
  const plain = chooseByLoss({
    target: target.target,
    fitAsOf,
    horizonDays,
    eligible,
    standing: target.standing,
    cuts: fields.length,
    rows,
    leftOut,
  });
  const judged = plain.ranking.filter((model) => Number.isFinite(meanRelative(rows, model, fields.length)));
  const stack = stackOf(target, fields, judged);
  if (!stack) return { choice: plain, fields };
  const choice = { ...plain, stack_weights: stack.weights, rows: [...rows, stack.row] };
  if (!stack.isBetter) return { choice, fields };
  const reason = `The combination is surely better than ${plain.chosen} at the latest cut, with weights learned at the earlier ones.`;
  return { choice: { ...choice, chosen: stackName, weights: stack.weights, reason }, fields };
}

/** The customers of a split that every candidate scores; null where they are too few. */
function fieldOf(
  { target, candidates, horizonDays }: TournamentRequest,
  { cutOn, summary, outcomes, scores, refining }: Split,
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
    chances: new Map(told.map(([model]) => [model, pick(chancesIn(target, outcomes, scores[model]))])),
    refining: refining ? pick(chancesIn(target, outcomes, refining)) : null,
  };
}

function chancesIn(target: TargetDeclaration, outcomes: ColumnTable, table: ColumnTable | undefined): Float64Array {
  const column = target.refining?.column ?? "";
  if (!table || !(column in table.columns)) return blank(outcomes.rows);
  return gather(numbers(table, column), matchRows(outcomes, table));
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

function combine(
  predictions: ReadonlyMap<string, Float64Array>,
  models: readonly string[],
  weights: Float64Array,
): Float64Array {
  const sum = new Float64Array(predictions.get(models[0] ?? "")?.length ?? 0);
  for (const [at, model] of models.entries()) {
    const own = predictions.get(model);
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
  const [own, single] = [combine(latest.predictions, models, learned), latest.predictions.get(best) ?? latest.naive];
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
