import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { ModelContext } from "../../../shared/domain/model.ts";
import { featureColumns } from "../../features/customer-features.ts";
import { type BoostedTrees, fitBoostedTrees, type TreeInput } from "../../numeric/boosted-trees.ts";
import { sigmoid } from "../../numeric/boosted-trees-loss.ts";
import { predictMargins } from "../../numeric/boosted-trees-predict.ts";
import { fitBtyd } from "../../numeric/btyd-fit.ts";
import { type BtydParams, probabilityOfNone } from "../../numeric/buy-till-you-die.ts";
import { createClock, type Harmonic } from "../../numeric/season.ts";
import { numbers } from "../tables.ts";

/** The share that bought again by days since the last purchase: the rule of thumb that the model is held against. */
export interface RecencyRule {
  /** Upper bounds of all groups but the last, ascending. */
  readonly bounds: readonly number[];
  readonly rates: readonly number[];
}

export interface FittedPropensity {
  readonly trees: BoostedTrees;
  /** Weight of the trees' log odds; the rest is MBG/NBD's. */
  readonly trees_share: number;
  /** MBG/NBD on the histories at the latest earlier cut: its chance is one of the trees' columns. */
  readonly btyd: BtydParams;
  /** The shop's season, on whose clock that model runs; its effect on the log odds is where the trees begin. */
  readonly season: readonly Harmonic[];
  readonly horizon_days: number;
  readonly recency: RecencyRule;
  readonly n_rows: number;
  readonly n_bought: number;
  readonly n_trees: number;
  readonly n_cuts: number;
}

const leastRows = 200;
const leastOfEach = 50;
const longestGrowth = 100;
const settings = { leaves: 8, learningRate: 0.1, l2: 5, minChildWeight: 8, patience: 12 } as const;
const treesUnjudged = 60;
const recencyGroups = 10;

/** The trees' columns: those of the feature table, and MBG/NBD's chance to buy within the horizon. */
export const columnNames = [...featureColumns.map(({ name }) => name), "btyd_chance"];

function logits(chance: Float64Array = new Float64Array(0)): Float64Array {
  return chance.map((p) => {
    const kept = Math.min(1 - 1e-6, Math.max(1e-6, p));
    return Math.log(kept / (1 - kept));
  });
}

/** The share of the trees' log odds, in tenths, by which the blend with another chance tells best what happened. */
function bestShare(trees: Float64Array, other: Float64Array, target: Float64Array): number {
  let best = { share: 1, loss: Number.POSITIVE_INFINITY };
  for (let tenth = 0; tenth <= 10; tenth++) {
    const share = tenth / 10;
    const own = trees.map((margin, row) => {
      const blended = share * margin + (1 - share) * (other[row] ?? 0);
      return Math.log1p(Math.exp(-Math.abs(blended))) + Math.max(0, blended) - (target[row] ?? 0) * blended;
    });
    // in order of size, so that the sum doesn't hang on the order of rows
    const loss = own.sort().reduce((sum, one) => sum + one, 0);
    if (loss < best.loss) best = { share, loss };
  }
  return best.share;
}

export interface Wide {
  readonly columns: readonly Float64Array[];
  /** What the season ahead adds to the log odds of each row. */
  readonly season: Float64Array;
}

/** Chances to buy within the horizon, and the log odds of MBG/NBD's that are blended in. */
export function chancesOf(
  fitted: FittedPropensity,
  { columns, season }: Wide,
): { chance: Float64Array; blended: Float64Array } {
  const share = fitted.trees_share;
  const btyd = logits(columns.at(-1));
  const blended = season.map((shift, row) => share * shift + (1 - share) * (btyd[row] ?? 0));
  const chance = predictMargins(fitted.trees, columns).map((margin, row) =>
    sigmoid(share * margin + (blended[row] ?? 0)),
  );
  return { blended, chance };
}

/** The trees' columns at the day `asOf` (days since 1970), or so many days before it as the rows' cut_days say. */
export function wideColumns(
  table: ColumnTable,
  { btyd, season }: { btyd: BtydParams; season: readonly Harmonic[] },
  horizonDays: number,
  asOf: number | undefined,
): Wide {
  if (season.length === 0 || asOf === undefined)
    return { columns: columnsOf(table, btyd, horizonDays), season: new Float64Array(table.rows) };
  const clock = createClock(season);
  const { frequency, recency, tAge, days } = onClock(table, clock, asOf);
  const chanceOf = (row: number, t: number) =>
    1 -
    probabilityOfNone("mbg_nbd", btyd, { x: frequency[row] ?? 0, recency: recency[row] ?? 0, tAge: tAge[row] ?? 0 }, t);
  const ahead = new Map<number, number>();
  for (const day of days) if (!ahead.has(day)) ahead.set(day, clock(day + horizonDays) - clock(day));
  const chance = frequency.map((_, row) => chanceOf(row, ahead.get(days[row] ?? 0) ?? horizonDays));
  const plain = logits(frequency.map((_, row) => chanceOf(row, horizonDays)));
  return {
    columns: [...featureColumns.map(({ name }) => numbers(table, name)), chance],
    season: logits(chance).map((own, row) => own - (plain[row] ?? 0)),
  };
}

/** Histories on the shop's clock, and the day that each row is of. */
function onClock(table: ColumnTable, clock: (day: number) => number, asOf: number) {
  const [frequency, recency, tAge] = histories(table);
  const cut = table.columns["cut_days"] ? numbers(table, "cut_days") : new Float64Array(table.rows);
  const days = cut.map((back) => asOf - back);
  const first = days.map((day, row) => day - (tAge[row] ?? 0));
  const since = first.map(clock);
  return {
    frequency,
    recency: recency.map((own, row) => (own > 0 ? clock((first[row] ?? 0) + own) - (since[row] ?? 0) : 0)),
    tAge: days.map((day, row) => clock(day) - (since[row] ?? 0)),
    days,
  };
}

export function columnsOf(table: ColumnTable, btyd: BtydParams, horizonDays: number): Float64Array[] {
  const [x, recency, tAge] = histories(table);
  const chance = x.map((count, row) => {
    const history = { x: count, recency: recency[row] ?? 0, tAge: tAge[row] ?? 0 };
    return 1 - probabilityOfNone("mbg_nbd", btyd, history, horizonDays);
  });
  return [...featureColumns.map(({ name }) => numbers(table, name)), chance];
}

function histories(table: ColumnTable): [Float64Array, Float64Array, Float64Array] {
  return [numbers(table, "frequency"), numbers(table, "recency"), numbers(table, "t_age")];
}

const logOdds = (share: number) => Math.log(share / (1 - share));
function pick(column: Float64Array, rows: Uint32Array): Float64Array {
  return Float64Array.from(rows, (row) => column[row] ?? Number.NaN);
}

/** Rates by groups of as many rows by days since the last purchase, equal days together. */
export function recencyRule(days: Float64Array, bought: Float64Array): RecencyRule {
  const sorted = Float64Array.from(days).sort();
  const bounds = [
    ...new Set(
      Array.from(
        { length: recencyGroups - 1 },
        (_, at) => sorted[Math.floor(((at + 1) * sorted.length) / recencyGroups)] ?? 0,
      ),
    ),
  ];
  const [n, buyers] = [new Float64Array(bounds.length + 1), new Float64Array(bounds.length + 1)];
  for (let row = 0; row < days.length; row++) {
    const at = groupOf(days[row] ?? 0, bounds);
    n[at] = (n[at] ?? 0) + 1;
    buyers[at] = (buyers[at] ?? 0) + (bought[row] ?? 0);
  }
  return { bounds, rates: Array.from(n, (count, at) => (count > 0 ? (buyers[at] ?? 0) / count : 0)) };
}

function groupOf(days: number, bounds: readonly number[]): number {
  const at = bounds.findIndex((bound) => days <= bound);
  return at < 0 ? bounds.length : at;
}

export function rateByRecency({ bounds, rates }: RecencyRule, days: number): number {
  return rates[groupOf(days, bounds)] ?? 0;
}

/** Trees on what followed earlier cuts, blended with MBG/NBD: the latest cut tells how many trees are enough and how much they
 *  weigh, then all cuts are learnt from. Null where there is too little to learn from. */
export function fitPropensity(
  rows: ColumnTable,
  { seed, purchaseHorizonDays, throwIfCancelled, asOf }: ModelContext,
  season: readonly Harmonic[] = [],
): FittedPropensity | null {
  if (rows.rows < leastRows) return null;
  const target = numbers(rows, "is_buyer");
  const bought = target.reduce((sum, one) => sum + one, 0);
  if (bought < leastOfEach || rows.rows - bought < leastOfEach) return null;
  const cut = numbers(rows, "cut_days");
  const cuts = [...new Set(cut)].sort((a, b) => a - b);
  const latest = cuts[0] ?? 0;
  const isLatest = Uint8Array.from(cut, (days) => (days === latest ? 1 : 0));
  const recent = Uint32Array.from(cut.keys()).filter((row) => isLatest[row] === 1);
  const time = asOf !== undefined && season.length > 0 ? onClock(rows, createClock(season), asOf) : null;
  const [x, last, age] = (time ? [time.frequency, time.recency, time.tAge] : histories(rows)).map((column) =>
    pick(column, recent),
  ) as [Float64Array, Float64Array, Float64Array];
  const btyd = fitBtyd("mbg_nbd", x, last, age).params;
  const { columns, season: shift } = wideColumns(rows, { btyd, season }, purchaseHorizonDays, asOf);
  const base = logOdds(bought / rows.rows);
  const offset = shift.map((one) => one + base);
  const learn = (more: Partial<TreeInput>, trees: number) =>
    fitBoostedTrees(
      { columns, target, throwIfCancelled, ...(time ? { offset } : {}), ...more },
      { ...settings, seed, trees },
    );
  const judged = cuts.length > 1 ? learn({ isValidation: isLatest }, longestGrowth) : null;
  const told =
    judged &&
    pick(
      predictMargins(judged, columns).map((one, row) => one + (time ? (offset[row] ?? 0) : 0)),
      recent,
    );
  const theirs = pick(logits(columns.at(-1)), recent);
  const share = told ? bestShare(told, theirs, pick(target, recent)) : 0.5;
  const fitted = learn({}, Math.max(10, judged?.trees.length ?? treesUnjudged));
  const days = numbers(rows, "days_since_last_purchase");
  return {
    trees: time ? { ...fitted, base } : fitted,
    trees_share: share,
    btyd,
    season,
    horizon_days: purchaseHorizonDays,
    recency: recencyRule(pick(days, recent), pick(target, recent)),
    n_rows: rows.rows,
    n_bought: bought,
    n_trees: fitted.trees.length,
    n_cuts: cuts.length,
  };
}

export function fittedPropensity(fitted: Json): FittedPropensity | null {
  return typeof fitted === "object" && fitted !== null && "trees" in fitted
    ? (fitted as unknown as FittedPropensity)
    : null;
}
