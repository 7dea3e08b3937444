import type { ColumnTable } from "../../../shared/domain/column.ts";
import { naiveName, stackName, type TournamentChoice, type TournamentRow } from "../../../shared/domain/tournament.ts";
import { pairedDifference } from "../../numeric/scoring.ts";
import { meanProducts, type Products, productsOf, simplexWeights } from "../../numeric/simplex-weights.ts";
import { leastCustomers } from "../evaluation.ts";
import { blank, gather, matchRows, numbers } from "../tables.ts";
import { blendOf, combine, type JudgedCut, type Weights } from "./blend.ts";
import { chooseByLoss, meanRelative } from "./choose.ts";
import { levelThatHeld } from "./level.ts";
import { slopeThatHeld, turnedOnce } from "./one-time.ts";
import { bestShare, type Refinable, refine } from "./refine.ts";
import { meanRelativeOf, relativeLoss, type TargetDeclaration, toldMetrics } from "./targets.ts";

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

interface Field extends JudgedCut {
  readonly cutOn: string;
  /** The candidates' chances of any, and that of the model that may refine them. */
  readonly chances: ReadonlyMap<string, Float64Array>;
  readonly refining: Float64Array | null;
  /** Whether somebody had bought once. */
  readonly isOnce: readonly boolean[];
}

const leastShare = 0.9;
/** What refining or a blend has to save of the loss's logarithm, times the root of how many bought: less may be luck. */
const leastGain = 0.05;

export interface TournamentRequest {
  readonly target: TargetDeclaration;
  readonly candidates: readonly Candidate[];
  /** The latest cut first. */
  readonly splits: readonly Split[];
  readonly fitAsOf: string;
  readonly horizonDays: number;
  /** Of the candidates' fits of that day (see choose.ts). */
  readonly criteria?: Readonly<Record<string, number>>;
}

/** The choice, its counts refined by another model's chance of any where that made the loss less over the cuts, their level moved where
 *  all that came after the cuts lay surely on one side of what was told, and those of one-time buyers turned by the slope that held. */
export function judgeTournament(request: TournamentRequest): TournamentChoice {
  const { target } = request;
  const { choice, fields } = chooseForecast(request);
  const models = Object.keys(choice.weights);
  const whole = fields.filter(({ predictions }) => models.every((model) => predictions.has(model)));
  if (whole.length === 0) return choice;
  const refined = refinedChoice(target, choice, whole);
  const told = whole.map((field) => refine(refinableOf(refined.weights, field), refined.refined?.share ?? 0));
  return turnedChoice(target, levelledChoice(target, refined, whole, told), whole, told);
}

function levelledChoice(
  target: TargetDeclaration,
  choice: TournamentChoice,
  cuts: readonly Field[],
  told: readonly Float64Array[],
): TournamentChoice {
  const held = cuts.map(({ actual }, at) => ({ predicted: told[at] ?? new Float64Array(0), actual }));
  const level = target.blends ? levelThatHeld(held) : 1;
  if (level === 1) return choice;
  const side = level < 1 ? "fewer" : "more";
  const reason = `${choice.reason} Surely ${side} came after each cut than was told: all counts × ${level.toPrecision(3)}.`;
  return { ...choice, level, reason };
}

function turnedChoice(
  target: TargetDeclaration,
  choice: TournamentChoice,
  cuts: readonly Field[],
  told: readonly Float64Array[],
): TournamentChoice {
  const { turns } = target;
  if (!turns) return choice;
  const once = cuts.map(({ actual, isOnce }, at) => ({
    predicted: (told[at] ?? new Float64Array(0)).filter((_, row) => isOnce[row]),
    actual: actual.filter((_, row) => isOnce[row]),
  }));
  const slope = slopeThatHeld(once, turns);
  if (slope === 1) return choice;
  const toldAt = (cut: Field) => told[cuts.indexOf(cut)] ?? new Float64Array(0);
  // a slope may set one-time buyers right among each other and wrong beside the others; absolute errors, least at the median, don't tell alone
  const plain: TargetDeclaration["judge"] = (predicted, actual) =>
    target.judge(predicted, actual).filter(({ metric }) => !metric.startsWith("mae"));
  const turned = (cut: Field) => turnedOnce(toldAt(cut), cut.isOnce, { slope, scale: turns });
  const lost = [target.judge, plain].map(
    (judge) => meanRelativeOf({ ...target, judge }, cuts, turned) - meanRelativeOf({ ...target, judge }, cuts, toldAt),
  );
  if (Math.min(...lost) > gainBeyondLuck(cuts)) return choice;
  const side = slope < 1 ? "less" : "more";
  const reason = `${choice.reason} One-time buyers differed ${side} after the cuts than was told: theirs are turned by a slope of ${slope.toPrecision(3)}.`;
  return { ...choice, one_time_slope: slope, reason };
}

function refinableOf(weights: Weights, field: Field): Refinable {
  const models = Object.keys(weights);
  const by = Object.values(weights);
  return {
    expected: combine(field.predictions, models, by),
    own: combine(field.chances, models, by),
    other: field.refining ?? new Float64Array(0),
  };
}

function refinedChoice(target: TargetDeclaration, choice: TournamentChoice, cuts: readonly Field[]): TournamentChoice {
  if (!target.refining || cuts.some(({ refining }) => refining === null)) return choice;
  const losses = cuts.map((field) => {
    const naive = target.judge(field.naive, field.actual);
    const refinable = refinableOf(choice.weights, field);
    return (share: number) => Math.log(relativeLoss(target.judge(refine(refinable, share), field.actual), naive));
  });
  const { share, loss } = bestShare(losses, gainBeyondLuck(cuts));
  if (!(share > 0)) return choice;
  const told = `${Math.round(100 * share)} % from ${target.refining.model}: ${Math.exp(loss).toPrecision(3)} with it.`;
  return {
    ...choice,
    refined: { model: target.refining.model, share },
    reason: `${choice.reason} Whether anything is bought is told to ${told}`,
  };
}

function gainBeyondLuck(cuts: readonly JudgedCut[]): number {
  const buyers = cuts.reduce((sum, { actual }) => sum + actual.filter((value) => value > 0).length, 0);
  return leastGain / Math.sqrt(Math.max(1, buyers));
}

/** Chooses among the candidates by their losses relative to the naive forecast's, over the cuts, on the customers that all score. A
 *  combination with non-negative weights, learned at the earlier cuts alone, is chosen where it is surely better at the latest. */
function chooseForecast(request: TournamentRequest): {
  choice: TournamentChoice;
  fields: readonly Field[];
} {
  const { target, fitAsOf, horizonDays, criteria = {} } = request;
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
    criteria,
  });
  const judged = plain.ranking.filter((model) => Number.isFinite(meanRelative(rows, model, fields.length)));
  const stack = stackOf(target, fields, judged);
  if (!stack) return { choice: plain, fields };
  const choice = { ...plain, stack_weights: stack.weights, rows: [...rows, stack.row] };
  if (!stack.isBetter) return { choice: target.blends ? blended(target, choice, fields, judged) : choice, fields };
  const reason = `The combination is surely better than ${plain.chosen} at the latest cut, with weights learned at the earlier ones.`;
  return { choice: { ...choice, chosen: stackName, weights: stack.weights, reason }, fields };
}

/** The choice as a blend of the best candidate with another, where that lost less over the cuts by more than luck. */
function blended(
  target: TargetDeclaration,
  choice: TournamentChoice,
  fields: readonly Field[],
  judged: readonly string[],
): TournamentChoice {
  const blend = blendOf(target, fields, judged, gainBeyondLuck(fields));
  if (!blend) return choice;
  const told = Object.entries(blend.weights).map(([model, share]) => `${Math.round(100 * share)} % ${model}`);
  const reason = `${told.join(" and ")} lost less over the cuts than either alone: ${Math.exp(blend.loss).toPrecision(3)} of the naive forecast's loss.`;
  return { ...choice, chosen: stackName, weights: blend.weights, stack_weights: blend.weights, reason };
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
    isOnce: Array.from(pick(gather(numbers(summary, "frequency"), known)), (x) => x === 0),
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
