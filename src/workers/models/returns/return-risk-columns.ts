import type { ColumnTable } from "../../../shared/domain/column.ts";
import {
  encodeCategories,
  orderedStatistics,
  type TargetStatistics,
  tellingOrder,
} from "../../numeric/ordered-target-statistics.ts";
import { numbers, texts } from "../tables.ts";
import {
  effectsOf,
  type FactorName,
  learnEffects,
  type RiskEffects,
  type SlopeName,
  usualMargin,
} from "./return-risk-effects.ts";

/** Texts that are read as the share of earlier lines that came back, and from how many rows on their own share counts most. */
export const encodedTexts = [
  ["category", 20],
  ["subcategory", 20],
  ["brand", 20],
  ["product_id", 20],
  ["size", 20],
  ["channel", 20],
  ["gender", 20],
  ["region", 20],
] as const;

const plain = [
  "price_minor",
  "price_ratio",
  "discount_depth",
  "quantity",
  "order_lines",
  "order_minor",
  "order_share",
  "sizes_in_order",
  "alike_in_order",
  "category_in_order",
  "past_lines",
  "past_returns",
  "past_category_returns",
  "past_product_lines",
  "past_product_returns",
  "past_orders",
  "tenure_days",
  "pause_days",
  "delivery_days",
  "age_from",
  "month",
] as const;

/** Columns of the trees, in their order. */
export const treeColumns: readonly string[] = [
  ...encodedTexts.map(([name]) => name),
  ...plain,
  "inclination",
  "margin",
];

/** By factor or number: how far it moves each line's log odds from the lines' mean. */
export type Moved = ReadonlyMap<FactorName | SlopeName, Float64Array>;

export interface ScoredColumns extends RiskColumns {
  readonly moved: Moved;
}

export type Encodings = Readonly<Record<string, TargetStatistics>>;

/** Columns of lines, the category's rate alone, and where the trees start from: what the effects say. Logits. */
export interface RiskColumns {
  readonly columns: readonly Float64Array[];
  readonly ofCategory: Float64Array;
  readonly offset: Float64Array;
}

/** Expected returns that draw a customer's inclination to 1, the fewest first: those of the least log loss of lines by what was known
 *  before them are taken; the last takes customers for alike. */
const inclinationWeights = [0.25, 0.5, 1, 2, 4, 8, 16, 1e6] as const;

const meanLoss = (offset: Float64Array, target: Float64Array) =>
  offset.reduce((sum, margin, row) => sum + Math.log1p(Math.exp(target[row] === 1 ? -margin : margin)), 0) /
  Math.max(1, offset.length);

function inclinationOf(table: ColumnTable, weight: number): Float64Array {
  const expected = numbers(table, "past_expected");
  return numbers(table, "past_returns").map((back, row) => (back + weight) / ((expected[row] ?? 0) + weight));
}

function rateOf(encoded: readonly Float64Array[], mean: number): Float64Array {
  return Float64Array.from(encoded[0] ?? [], (own) => (Number.isFinite(own) ? own : mean));
}

function weightOf(table: ColumnTable, rate: Float64Array): number {
  const target = numbers(table, "is_returned");
  const losses = inclinationWeights.map((weight) => {
    const inclination = inclinationOf(table, weight);
    return meanLoss(
      rate.map((own, row) => logit(own * (inclination[row] ?? 1))),
      target,
    );
  });
  return inclinationWeights[losses.indexOf(Math.min(...losses))] ?? 1;
}

function riskColumns(
  table: ColumnTable,
  encoded: readonly Float64Array[],
  mean: number,
  { inclination, offset }: { inclination: Float64Array; offset: Float64Array },
): RiskColumns {
  return {
    columns: [...encoded, ...plain.map((name) => numbers(table, name)), inclination, offset],
    ofCategory: rateOf(encoded, mean).map(logit),
    offset,
  };
}

export function logit(share: number): number {
  const p = Math.min(0.95, Math.max(0.001, share));
  return Math.log(p / (1 - p));
}

const fewestDelivered = 20;

/** Median days to the delivery by channel, of channels that tell it of at least half of their lines. */
function usualDelivery(table: ColumnTable): Record<string, number> {
  const channels = new Map<string, { n: number; days: number[] }>();
  const days = numbers(table, "delivery_days");
  for (const [row, channel] of texts(table, "channel").entries()) {
    const own = channels.get(channel ?? "") ?? { n: 0, days: [] };
    own.n++;
    if (Number.isFinite(days[row])) own.days.push(days[row] ?? 0);
    channels.set(channel ?? "", own);
  }
  const told = [...channels].filter(([, own]) => own.days.length >= fewestDelivered && 2 * own.days.length >= own.n);
  const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  return Object.fromEntries(told.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, own]) => [name, median(own.days)]));
}

/** Lines that aren't delivered yet as if they were after the days that are usual: of settled lines without a delivery none came, and
 *  those hardly come back. */
function withDelivery(table: ColumnTable, usual: Readonly<Record<string, number>>): ColumnTable {
  const channels = texts(table, "channel");
  const delivery_days = numbers(table, "delivery_days").map((days, row) => {
    const channel = channels[row] ?? "";
    return Number.isFinite(days) || !Object.hasOwn(usual, channel) ? days : (usual[channel] ?? days);
  });
  return { ...table, columns: { ...table.columns, delivery_days } };
}

/** Columns of lines whose outcome is known, each category as it stood before the line; and what is known in the end. Products seen
 *  once or twice aren't kept. */
export function learnColumns(table: ColumnTable, throwIfCancelled: () => void): RiskColumns & RiskScale {
  const [target, at, knownAt] = [numbers(table, "is_returned"), numbers(table, "day"), numbers(table, "known_on")];
  const mean = target.reduce((sum, one) => sum + one, 0) / Math.max(1, target.length);
  const encodings: Record<string, TargetStatistics> = {};
  const columns: Float64Array[] = [];
  const order = tellingOrder({ target, at, knownAt });
  for (const [name, weight] of encodedTexts) {
    const category = texts(table, name);
    const { encoded, final } = orderedStatistics({ category, target, at, knownAt, weight }, order);
    columns.push(encoded);
    const often = Object.keys(final.n).filter((key) => (final.n[key] ?? 0) > 2);
    const some = (counts: Readonly<Record<string, number>>) =>
      Object.fromEntries(often.map((key) => [key, counts[key] ?? 0]));
    encodings[name] = { ...final, n: some(final.n), sum: some(final.sum) };
  }
  const weight = weightOf(table, rateOf(columns, mean));
  const inclination = inclinationOf(table, weight);
  const { effects, margins: offset } = learnEffects(table, inclination, throwIfCancelled);
  const usual_delivery = usualDelivery(table);
  const scale = { encodings, mean, inclination_weight: weight, effects, usual_delivery };
  return { ...riskColumns(table, columns, mean, { inclination, offset }), ...scale };
}

/** What a fit tells of columns. */
export interface RiskScale {
  readonly encodings: Encodings;
  readonly mean: number;
  /** Expected returns that draw a customer's inclination to 1. */
  readonly inclination_weight: number;
  readonly effects: RiskEffects;
  /** Days to the delivery by channel, for lines that aren't delivered yet. */
  readonly usual_delivery: Readonly<Record<string, number>>;
}

/** Columns of lines as a fit reads them, with how far each effect moves them. */
export function scoreColumns(
  lines: ColumnTable,
  { encodings, mean, inclination_weight, effects, usual_delivery }: RiskScale,
): ScoredColumns {
  const table = withDelivery(lines, usual_delivery);
  const encoded = encodedTexts.map(([name, weight]) =>
    encodeCategories(texts(table, name), encodings[name] ?? { mean, weight, n: {}, sum: {} }),
  );
  const inclination = inclinationOf(table, inclination_weight);
  const moved = effectsOf(table, inclination, effects);
  const offset = new Float64Array(table.rows).fill(usualMargin(effects));
  for (const column of moved.values()) for (const [row, by] of column.entries()) offset[row] = (offset[row] ?? 0) + by;
  return { ...riskColumns(table, encoded, mean, { inclination, offset }), moved };
}
