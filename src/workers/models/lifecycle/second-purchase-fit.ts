import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { ModelContext } from "../../../shared/domain/model.ts";
import { firstOrderColumns } from "../../features/first-orders.ts";
import { type BoostedTrees, fitBoostedTrees } from "../../numeric/boosted-trees.ts";
import { sigmoid } from "../../numeric/boosted-trees-loss.ts";
import { predictMargins } from "../../numeric/boosted-trees-predict.ts";
import { fitReader } from "../fit-reader.ts";
import { contentHashes, drawn, fitLabelMeans, type LabelMeans, labelMeansOf, pick } from "../learning.ts";
import { numbers, texts } from "../tables.ts";
import { chanceAhead, fitCurve, type SecondCurve } from "./second-purchase-curve.ts";

/** As JSON holds it. */
export interface FittedSecond {
  readonly curve: SecondCurve;
  /** Null where nobody is old enough to have been followed for the horizon. */
  readonly own: OwnOdds | null;
  readonly n_first: number;
  readonly n_second: number;
}

export const readSecond = fitReader<FittedSecond>("second_purchase", {
  curve: "object",
  own: "object?",
  n_first: "number",
  n_second: "number",
});

/** How the odds to buy again within the horizon differ by the first order and the age. */
interface OwnOdds {
  readonly trees: BoostedTrees;
  /** What of the trees' shift held on customers that weren't learnt from, in tenths. */
  readonly trees_share: number;
  readonly category: LabelMeans;
  readonly channel: LabelMeans;
}

const leastFirst = 200;
const leastSecond = 50;
const leastRows = 200;
const mostRows = 24_000;
/** Ages at which those who hadn't bought again are followed. */
const landmarks = [0, 28, 91, 182, 273, 365, 546, 730] as const;
const settings = { trees: 40, leaves: 4, learningRate: 0.1, l2: 30, minChildWeight: 30 } as const;

const logit = (p: number) => Math.log(p / (1 - p));

function columnsOf(table: ColumnTable, { category, channel }: Pick<OwnOdds, "category" | "channel">) {
  const own = firstOrderColumns.map(({ name }) => numbers(table, name));
  return [...own, labelMeansOf(category, texts(table, "category")), labelMeansOf(channel, texts(table, "channel"))];
}

/** The common curve, and how chances differ by the first order: null where there is too little to learn from. */
export function fitSecond(table: ColumnTable, context: ModelContext): FittedSecond | null {
  const [age, second] = [numbers(table, "age_days"), numbers(table, "second_after_days")];
  const n_second = second.filter(Number.isFinite).length;
  if (table.rows < leastFirst || n_second < leastSecond) return null;
  const curve = fitCurve(second, age);
  return curve && { curve, own: fitOwn(table, curve, context), n_first: table.rows, n_second };
}

/** Landmarks (van Houwelingen 2007): of everybody who hadn't bought again by some age, whether they did within the horizon after it;
 *  trees on that from the curve's log odds on. */
function fitOwn(
  table: ColumnTable,
  curve: SecondCurve,
  { seed, throwIfCancelled, purchaseHorizonDays: horizon }: ModelContext,
): OwnOdds | null {
  const [age, second] = [numbers(table, "age_days"), numbers(table, "second_after_days")];
  const isEarly = second.map((days) => (days <= 91 ? 1 : 0));
  const labels = {
    category: fitLabelMeans(texts(table, "category"), isEarly),
    channel: fitLabelMeans(texts(table, "channel"), isEarly),
  };
  const all = columnsOf(table, labels);
  const hashes = contentHashes([...all, age]);
  const places: number[] = [];
  const ages: number[] = [];
  const latest: number[] = [];
  for (const row of drawn(hashes, mostRows / 3)) {
    const [own = 0, days = Number.NaN] = [age[row], second[row]];
    const last = own - horizon;
    for (const mark of [...landmarks.filter((one) => one + horizon <= last), last]) {
      if (mark < 0 || days <= mark) continue;
      places.push(row);
      ages.push(mark);
      latest.push(mark === last ? 1 : 0);
    }
  }
  const target = Float64Array.from(places, (row, at) =>
    (second[row] ?? Number.NaN) <= (ages[at] ?? 0) + horizon ? 1 : 0,
  );
  const offset = Float64Array.from(ages, (days) => logit(chanceAhead(curve, days, horizon)));
  const columns = [...all.map((column) => pick(column, places)), Float64Array.from(ages)];
  const learn = (chosen: Uint32Array) =>
    fitBoostedTrees(
      {
        columns: columns.map((column) => pick(column, chosen)),
        target: pick(target, chosen),
        offset: pick(offset, chosen),
        throwIfCancelled,
      },
      { ...settings, seed },
    );
  const lines = Uint32Array.from(places.keys());
  const judged = lines.filter((at) => latest[at] === 1);
  const earlier = lines.filter((at) => latest[at] !== 1);
  if (earlier.length < leastRows || judged.length < leastRows) return null;
  const margins = predictMargins(
    learn(earlier),
    columns.map((column) => pick(column, judged)),
  );
  const share = shareThatHeld(margins, pick(offset, judged), pick(target, judged));
  return { ...labels, trees: learn(lines), trees_share: share };
}

/** The part of shifts, in tenths, by which the outcomes are the least surprising, each at the level that suits it: a season lifts all
 *  alike, and isn't what shifts are for. */
function shareThatHeld(shifts: Float64Array, offset: Float64Array, target: Float64Array): number {
  let best = { share: 0, loss: Number.POSITIVE_INFINITY };
  for (let tenth = 0; tenth <= 10; tenth++) {
    const loss = lossAtLevel(
      shifts.map((shift, at) => (offset[at] ?? 0) + (tenth / 10) * shift),
      target,
    );
    if (loss < best.loss - 1e-9) best = { share: tenth / 10, loss };
  }
  return best.share;
}

/** Log loss of log odds to which the level is added that makes it least. */
function lossAtLevel(margins: Float64Array, target: Float64Array): number {
  // in order of size, so that the order of rows moves no digit
  const sum = (values: Float64Array) => values.sort().reduce((total, one) => total + one, 0);
  const happened = sum(Float64Array.from(target));
  let level = 0;
  for (let step = 0; step < 20; step++) {
    const chances = margins.map((margin) => sigmoid(margin + level));
    const slope = sum(chances.map((p) => p * (1 - p)));
    const by = (happened - sum(chances)) / Math.max(1e-9, slope);
    level += Math.min(1, Math.max(-1, by));
    if (Math.abs(by) < 1e-9) break;
  }
  return sum(
    margins.map((own, at) => {
      const margin = own + level;
      return Math.max(margin, 0) - margin * (target[at] ?? 0) + Math.log1p(Math.exp(-Math.abs(margin)));
    }),
  );
}

/** By how much each row's log odds to buy again within the horizon differ from the common ones of the age. */
export function shiftsOf({ own }: FittedSecond, table: ColumnTable): Float64Array {
  if (!own) return new Float64Array(table.rows);
  const margins = predictMargins(own.trees, [...columnsOf(table, own), numbers(table, "age_days")]);
  return margins.map((shift) => own.trees_share * shift);
}

/** The common chance of an age, moved by one's own log odds. */
export function ownChance(
  { curve }: FittedSecond,
  shift: number,
  { age, days }: { age: number; days: number },
): number {
  return sigmoid(logit(chanceAhead(curve, age, days)) + shift);
}
