import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { ModelContext } from "../../../shared/domain/model.ts";
import { type BoostedTrees, fitBoostedTrees } from "../../numeric/boosted-trees.ts";
import { sigmoid } from "../../numeric/boosted-trees-loss.ts";
import { predictMargins } from "../../numeric/boosted-trees-predict.ts";
import { fitBtyd } from "../../numeric/btyd-fit.ts";
import type { BtydParams } from "../../numeric/buy-till-you-die.ts";
import { fitPlatt, type Platt } from "../../numeric/platt.ts";
import { brierErrors, meanInterval } from "../../numeric/scoring.ts";
import { defineModel } from "../define.ts";
import { calibrationBins, compare, compareRanks, join, known, leastCustomers } from "../evaluation.ts";
import { fitReader } from "../fit-reader.ts";
import { contentHashes, drawn, logitsOf, pick } from "../learning.ts";
import { blank, matchRows, numbers, requireTable, scoreTable, texts } from "../tables.ts";
import { columnsOf, type RecencyRule, rateByRecency, recencyRule } from "./propensity-fit.ts";
import { ladderIn } from "./stage-ladder.ts";
import { stagesBefore } from "./stage-rules.ts";

interface Fitted {
  readonly trees: BoostedTrees;
  readonly platt: Platt;
  readonly btyd: BtydParams;
  readonly horizon_days: number;
  readonly recency: RecencyRule;
  readonly n_lapsed: number;
  readonly n_came_back: number;
}

const readFit = fitReader<Fitted>("win_back", {
  trees: "object",
  platt: "object",
  btyd: "object",
  horizon_days: "number",
  recency: "object",
  n_lapsed: "number",
  n_came_back: "number",
});

const leastRows = 200;
const leastBack = 30;
const mostRows = 15_000;
const settings = { trees: 40, leaves: 6, learningRate: 0.1, l2: 10, minChildWeight: 5 } as const;

function historiesOf(table: ColumnTable) {
  const [frequency, recency, tAge] = ["frequency", "recency", "t_age"].map((name) => numbers(table, name));
  const none = new Float64Array(0);
  return { frequency: frequency ?? none, recency: recency ?? none, tAge: tAge ?? none };
}

/** Trees on those who had lapsed at earlier cuts, from MBG/NBD's log odds on; levelled by the cut that wasn't learnt from. */
function fitWinBack(table: ColumnTable, context: ModelContext): Fitted | null {
  const { seed, throwIfCancelled, purchaseHorizonDays: horizon } = context;
  if (table.rows < leastRows) return null;
  const cut = numbers(table, "cut_days");
  const latest = cut.reduce((least, days) => Math.min(least, days), Number.POSITIVE_INFINITY);
  const all = historiesOf(table);
  const recent = Uint32Array.from(cut.keys()).filter((row) => cut[row] === latest);
  const btyd = fitBtyd(
    "mbg_nbd",
    pick(all.frequency, recent),
    pick(all.recency, recent),
    pick(all.tAge, recent),
  ).params;
  const ladder = ladderIn(context.fits?.["lifecycle_stage"]);
  const stages = stagesBefore(btyd, all, { horizon, ladder, throwIfCancelled });
  const lapsed = Uint32Array.from(cut.keys()).filter((row) => stages[row] === "lapsed");
  const wide = columnsOf(table, btyd, horizon).map((column) => pick(column, lapsed));
  const rows = drawn(contentHashes(wide), mostRows);
  const columns = wide.map((column) => pick(column, rows));
  const target = pick(pick(numbers(table, "is_buyer"), lapsed), rows);
  const back = target.reduce((sum, one) => sum + one, 0);
  if (rows.length < leastRows || back < leastBack || rows.length - back < leastBack) return null;
  const offset = logitsOf(columns.at(-1) ?? new Float64Array(0));
  const isLatest = Uint8Array.from(rows, (row) => (cut[lapsed[row] ?? 0] === latest ? 1 : 0));
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
  const places = Uint32Array.from(target.keys());
  const judged = places.filter((row) => isLatest[row] === 1);
  const rest = places.filter((row) => isLatest[row] !== 1);
  const trees = learn(places);
  let platt: Platt = { slope: 1, offset: 0 };
  if (judged.length >= leastRows && rest.length >= leastRows) {
    const margins = predictMargins(
      learn(rest),
      columns.map((column) => pick(column, judged)),
    );
    platt = fitPlatt(
      margins.map((margin, at) => margin + (offset[judged[at] ?? 0] ?? 0)),
      pick(target, judged),
    );
  }
  const days = pick(pick(numbers(table, "days_since_last_purchase"), lapsed), rows);
  return {
    trees,
    platt,
    btyd,
    horizon_days: horizon,
    recency: recencyRule(days, target),
    n_lapsed: rows.length,
    n_came_back: back,
  };
}

function chancesOf({ trees, platt, btyd, horizon_days: horizon }: Fitted, features: ColumnTable): Float64Array {
  const columns = columnsOf(features, btyd, horizon);
  const offset = logitsOf(columns.at(-1) ?? new Float64Array(0));
  const margins = predictMargins(trees, columns);
  return margins.map((margin, row) => sigmoid(platt.slope * (margin + (offset[row] ?? 0)) + platt.offset));
}

export const winBack = defineModel({
  name: "win_back",
  version: 2,
  title: "Win-back",
  group: "lifecycle",
  inputs: { features: { feature: "customer_features" }, stage: { scores: "lifecycle_stage" } },
  learns: { rows: { feature: "purchase_training" } },
  consults: ["lifecycle_stage"],
  params: {},
  needs:
    "customers whom the lifecycle stage calls lapsed: 200 or more at earlier cuts, 30 of whom came back, and 20 at a cut",
  outputs: [
    { name: "probability_win_back", type: "DOUBLE", unit: "share" },
    { name: "win_back_rank", type: "DOUBLE", unit: "share" },
  ],
  card: {
    purpose:
      "Of those who have lapsed: who comes back on their own within the horizon, and so whom a letter is likeliest to reach in time.",
    method:
      "Gradient-boosted trees on what those did next who had lapsed at earlier cuts, beginning at the log odds of MBG/NBD; the level is corrected on the latest cut (Platt). The rank is the place among the lapsed, 0 the likeliest.",
    references: [
      "Buckinx & Van den Poel (2005): Customer base analysis: partial defection of behaviourally loyal clients, EJOR 164(1).",
      "Friedman (2001): Greedy function approximation, Annals of Statistics 29(5).",
      "Platt (1999): Probabilistic outputs for support vector machines.",
    ],
    assumptions: ["Those who lapse now come back as those did who lapsed before."],
    limits: [
      "Coming back or not: limits of that outcome are 0 and 1, so none are given.",
      "The chance is that of coming back anyway; what a letter changes only an experiment tells.",
      "Whoever hasn't lapsed has no chance here (not_lapsed).",
      "At earlier cuts lapsed is told by the stage's usual cuts, also where a retailer has moved them.",
    ],
    metrics: [
      "auc among the lapsed against days since the last purchase",
      "brier against the share that came back by days since the last purchase",
      "lift_at_10: share that came back among the tenth ranked first, over that of all, against ranking by days",
    ],
  },
  fit: (inputs, _, context): Json => fitWinBack(requireTable(inputs, "rows"), context) as unknown as Json,
  score: (inputs, json) => {
    const fitted = readFit(json);
    const features = requireTable(inputs, "features");
    const stage = requireTable(inputs, "stage");
    const places = matchRows(features, stage);
    const stages = texts(stage, "lifecycle_stage");
    const isLapsed = (row: number) => stages[places[row] ?? -1] === "lapsed";
    const told = fitted && features.rows > 0 ? chancesOf(fitted, features) : null;
    const chance = blank(features.rows);
    for (let row = 0; told && row < chance.length; row++) if (isLapsed(row)) chance[row] = told[row] ?? Number.NaN;
    const sorted = chance.filter(Number.isFinite).sort();
    const rank = chance.map((p) =>
      Number.isFinite(p) ? (sorted.length - upTo(sorted, p)) / sorted.length : Number.NaN,
    );
    const reason = Array.from(chance, (p, row) =>
      isLapsed(row) ? (Number.isFinite(p) ? null : "not_enough_data") : "not_lapsed",
    );
    return scoreTable(
      texts(features, "customer_id"),
      { probability_win_back: chance, win_back_rank: rank },
      { enough: chance.map((p) => (Number.isFinite(p) ? 1 : 0)), reason },
    );
  },
  evaluate: (inputs, scores, { outcomes }, json) => {
    const fitted = readFit(json);
    const features = requireTable(inputs, "features");
    const scored = numbers(scores, "probability_win_back");
    const rows = matchRows(outcomes, scores);
    const joined = join(outcomes, [features, scores], (row) => Number.isFinite(scored[rows[row] ?? -1]));
    const n = joined.n;
    if (!fitted || n < leastCustomers) return [];
    const back = Array.from(joined.numbers(outcomes, "n_purchases"), (count) => count > 0);
    const own = joined.numbers(scores, "probability_win_back");
    const days = joined.numbers(features, "days_since_last_purchase");
    const late = days.map((one) => -one);
    const byRecency = days.map((one) => rateByRecency(fitted.recency, one));
    const errors = { own: brierErrors(own, back), naive: brierErrors(byRecency, back) };
    const rank = { n, better: "higher" } as const;
    const baseline = "days since the last purchase";
    return known([
      compareRanks({ metric: "auc", baseline, own, naive: late, isPositive: back }),
      {
        ...compare({
          metric: "brier",
          own: meanInterval(errors.own),
          baseline: "share by days since the last purchase",
          naive: meanInterval(errors.naive).value,
          pairs: errors,
          n,
          better: "lower",
        }),
        calibration: calibrationBins(own, Float64Array.from(back, Number)),
      },
      compare({ metric: "lift_at_10", own: liftAt(own, back), baseline, naive: liftAt(late, back).value, ...rank }),
    ]);
  },
});

/** How many of ascending values are up to one. */
function upTo(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Share of positives among the tenth ranked first over that of all, with its 95 % interval. */
function liftAt(values: Float64Array, isPositive: readonly boolean[]) {
  const n = values.length;
  const share = isPositive.filter(Boolean).length / n;
  const top = Math.max(1, Math.round(n / 10));
  const limit = Float64Array.from(values).sort()[n - top] ?? 0;
  // those who tie with the last place count by the part of them that fits
  const above = Array.from(values.keys()).filter((at) => (values[at] ?? 0) > limit);
  const tied = Array.from(values.keys()).filter((at) => values[at] === limit);
  const rate = (rows: number[]) => (rows.length > 0 ? rows.filter((at) => isPositive[at]).length / rows.length : 0);
  const found = (above.length * rate(above) + (top - above.length) * rate(tied)) / top;
  const half = (1.959963984540054 * Math.sqrt((found * (1 - found)) / top)) / share;
  return { value: found / share, low: Math.max(0, found / share - half), high: found / share + half };
}
