import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { ModelContext } from "../../../shared/domain/model.ts";
import { firstOrderColumns } from "../../features/first-orders.ts";
import { type BoostedTrees, fitBoostedTrees } from "../../numeric/boosted-trees.ts";
import { sigmoid } from "../../numeric/boosted-trees-loss.ts";
import { predictMargins } from "../../numeric/boosted-trees-predict.ts";
import { contentHashes, drawn, fitLabelMeans, type LabelMeans, labelMeansOf, pick } from "../learning.ts";
import { numbers, texts } from "../tables.ts";

/** As JSON holds it. */
export interface FittedSecond {
  /** Share of all first buyers who have bought again by the end of week 0, 1, 2 …; from the last on it grows as it did lately. */
  readonly by_week: readonly number[];
  /** Growth a week of −ln(1 − share) beyond the last. */
  readonly tail: number;
  readonly trees: BoostedTrees;
  /** What of the trees' shift held on customers that weren't learnt from, in tenths. */
  readonly trees_share: number;
  readonly category: LabelMeans;
  readonly channel: LabelMeans;
  readonly n_first: number;
  readonly n_second: number;
}

const leastFirst = 200;
const leastSecond = 50;
const mostWeeks = 156;
const mostRows = 24_000;
const landmarks = [28, 91, 365] as const;
const settings = { trees: 40, leaves: 8, learningRate: 0.1, l2: 10, minChildWeight: 10 } as const;

/** Kaplan–Meier share that has bought again by each week's end, its hazards smoothed over neighbouring weeks from the third on. */
function shareByWeek(second: Float64Array, age: Float64Array): { shares: number[]; tail: number } {
  const last = Math.min(mostWeeks, Math.floor(age.reduce((most, days) => Math.max(most, days), 0) / 7));
  const [events, atRisk] = [new Float64Array(last + 2), new Float64Array(last + 2)];
  for (let row = 0; row < age.length; row++) {
    const days = second[row] ?? Number.NaN;
    const isSecond = Number.isFinite(days);
    const week = Math.min(last, Math.floor((isSecond ? days : (age[row] ?? 0)) / 7));
    // a week counts for whoever was seen through it, or bought in it
    for (let at = 0; at < week; at++) atRisk[at] = (atRisk[at] ?? 0) + 1;
    if (!isSecond) continue;
    atRisk[week] = (atRisk[week] ?? 0) + 1;
    events[week] = (events[week] ?? 0) + 1;
  }
  const shares: number[] = [];
  let survived = 1;
  for (let week = 0; week <= last && (atRisk[week] ?? 0) >= 20; week++) {
    const reach = week < 2 ? 0 : week < 12 ? 1 : 4;
    let [n, k] = [0, 0];
    for (let at = Math.max(0, week - reach); at <= Math.min(last, week + reach); at++) {
      n += atRisk[at] ?? 0;
      k += events[at] ?? 0;
    }
    survived *= 1 - Math.min(0.95, n > 0 ? k / n : 0);
    shares.push(1 - survived);
  }
  const [end, before] = [shares.at(-1) ?? 0, shares.at(-14) ?? 0];
  const weeks = Math.min(13, Math.max(1, shares.length - 1));
  return { shares, tail: Math.max(1e-5, (Math.log1p(-before) - Math.log1p(-end)) / weeks) };
}

/** Share of all first buyers who have bought again so many days after the first. */
export function shareBy({ by_week: shares, tail }: Pick<FittedSecond, "by_week" | "tail">, days: number): number {
  const weeks = Math.max(0, days) / 7;
  const at = Math.floor(weeks);
  const of = (week: number) => -Math.log1p(-(week < 0 ? 0 : (shares[week] ?? shares.at(-1) ?? 0)));
  const beyond = Math.max(0, weeks - shares.length) * tail;
  const inside = weeks >= shares.length ? of(shares.length - 1) : of(at - 1) + (weeks - at) * (of(at) - of(at - 1));
  return Math.min(0.9999, Math.max(1e-6, -Math.expm1(-inside - beyond)));
}

/** The same of somebody whose log odds differ from the common ones by `shift` (proportional odds). */
export function ownShareBy(fitted: FittedSecond, shift: number, days: number): number {
  const share = shareBy(fitted, days);
  return sigmoid(Math.log(share / (1 - share)) + shift);
}

export function firstColumns(table: ColumnTable, { category, channel }: Pick<FittedSecond, "category" | "channel">) {
  const own = firstOrderColumns.map(({ name }) => numbers(table, name));
  return [...own, labelMeansOf(category, texts(table, "category")), labelMeansOf(channel, texts(table, "channel"))];
}

/** How the odds to have bought again differ by the first order, whatever the time since: trees on whether the second had come by
 *  some ages, from the common log odds at that age on. Null where there is too little to learn from. */
export function fitSecond(table: ColumnTable, { seed, throwIfCancelled }: ModelContext): FittedSecond | null {
  const [age, second] = [numbers(table, "age_days"), numbers(table, "second_after_days")];
  const n_second = second.filter(Number.isFinite).length;
  if (table.rows < leastFirst || n_second < leastSecond) return null;
  const { shares, tail } = shareByWeek(second, age);
  if (shares.length < 4) return null;
  const curve = { by_week: shares, tail };
  const isEarly = second.map((days) => (days <= 91 ? 1 : 0));
  const labels = {
    category: fitLabelMeans(texts(table, "category"), isEarly),
    channel: fitLabelMeans(texts(table, "channel"), isEarly),
  };
  const all = firstColumns(table, labels);
  const rows = drawn(contentHashes([...all, age]), mostRows / 2);
  const places: number[] = [];
  const ages: number[] = [];
  for (const row of rows) {
    const own = age[row] ?? 0;
    for (const days of new Set([...landmarks.filter((mark) => mark < own), own])) {
      places.push(row);
      ages.push(days);
    }
  }
  const target = Float64Array.from(places, (row, at) => ((second[row] ?? Number.NaN) <= (ages[at] ?? 0) ? 1 : 0));
  const offset = Float64Array.from(ages, (days) => {
    const share = shareBy(curve, days + 1);
    return Math.log(share / (1 - share));
  });
  const columns = all.map((column) => pick(column, places));
  const hashes = contentHashes(all);
  const isJudged = Uint8Array.from(places, (row) => ((hashes[row] ?? 0) % 3 === 0 ? 1 : 0));
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
  const judged = lines.filter((at) => isJudged[at] === 1);
  const margins = predictMargins(
    learn(lines.filter((at) => isJudged[at] !== 1)),
    columns.map((column) => pick(column, judged)),
  );
  const share = shareThatHeld(margins, pick(offset, judged), pick(target, judged));
  return { ...curve, ...labels, trees: learn(lines), trees_share: share, n_first: table.rows, n_second };
}

/** The part of shifts, in tenths, by which the outcomes are the least surprising. */
function shareThatHeld(shifts: Float64Array, offset: Float64Array, target: Float64Array): number {
  let best = { share: 0, loss: Number.POSITIVE_INFINITY };
  for (let tenth = 0; tenth <= 10; tenth++) {
    const losses = shifts.map((shift, at) => {
      const margin = (offset[at] ?? 0) + (tenth / 10) * shift;
      return Math.max(margin, 0) - margin * (target[at] ?? 0) + Math.log1p(Math.exp(-Math.abs(margin)));
    });
    // in order of size, so that the order of rows moves no digit
    const loss = losses.sort().reduce((sum, one) => sum + one, 0);
    if (loss < best.loss) best = { share: tenth / 10, loss };
  }
  return best.share;
}

export function shiftsOf(fitted: FittedSecond, table: ColumnTable): Float64Array {
  return predictMargins(fitted.trees, firstColumns(table, fitted)).map((shift) => fitted.trees_share * shift);
}
