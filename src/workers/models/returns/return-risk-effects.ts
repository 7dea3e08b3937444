import type { ColumnTable } from "../../../shared/domain/column.ts";
import { fitMixedLogistic, type MixedLogistic, type MixedLogisticInput } from "../../numeric/mixed-logistic.ts";
import { canonicalOrder, standardised, standardOf } from "../../numeric/standardise.ts";
import { numbers, texts } from "../tables.ts";

/** What moves a line's log odds: by a level each, or a slope on a standardised number. */
export interface RiskEffects {
  readonly base: number;
  readonly factors: readonly {
    readonly name: FactorName;
    readonly variance: number;
    /** Mean over the lines that were learned from. */
    readonly mean: number;
    readonly levels: Readonly<Record<string, number>>;
  }[];
  readonly slopes: readonly {
    readonly name: SlopeName;
    readonly slope: number;
    readonly mean: number;
    readonly spread: number;
  }[];
}

type Levels = readonly (string | null)[];

const fewestLines = 3;
const parts = 3;
const none = "";

const capped = (table: ColumnTable, name: string, most: number): Levels =>
  Array.from(numbers(table, name), (value) => (Number.isFinite(value) ? String(Math.min(most, value)) : none));
const banded = (table: ColumnTable, name: string, starts: readonly number[]): Levels =>
  Array.from(numbers(table, name), (value) =>
    Number.isFinite(value) ? String(starts.findLast((start) => value >= start) ?? starts[0]) : none,
  );
const both = (one: Levels, other: Levels): Levels => one.map((level, row) => `${level ?? none}|${other[row] ?? none}`);

const factorsOf = {
  category: (table) => texts(table, "category"),
  subcategory: (table) => texts(table, "subcategory"),
  brand: (table) => texts(table, "brand"),
  product_id: (table) => texts(table, "product_id"),
  size: (table) => texts(table, "size"),
  channel: (table) => texts(table, "channel"),
  gender: (table) => texts(table, "gender"),
  region: (table) => texts(table, "region"),
  age_from: (table) => capped(table, "age_from", 65),
  person: (table) => both(both(texts(table, "category"), texts(table, "gender")), capped(table, "age_from", 65)),
  month: (table) => capped(table, "month", 12),
  sizes_in_order: (table) => capped(table, "sizes_in_order", 4),
  delivery_days: (table) => banded(table, "delivery_days", [0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 16]),
  order_lines: (table) => capped(table, "order_lines", 8),
  past_orders: (table) => capped(table, "past_orders", 4),
  discount_depth: (table) => banded(table, "discount_depth", [0, 0.05, 0.15, 0.25, 0.35, 0.45, 0.55]),
} as const satisfies Readonly<Record<string, (table: ColumnTable) => Levels>>;
export type FactorName = keyof typeof factorsOf;
export const factorNames = Object.keys(factorsOf) as readonly FactorName[];

const logged = (table: ColumnTable, name: string, least: number) =>
  numbers(table, name).map((value) => Math.log(Math.max(least, value)));

const slopesOf = {
  price_minor: (table) => logged(table, "price_minor", 1),
  order_minor: (table) => logged(table, "order_minor", 1),
  price_ratio: (table) => logged(table, "price_ratio", 0.05),
  discount_depth: (table) => numbers(table, "discount_depth"),
  order_share: (table) => numbers(table, "order_share"),
  quantity: (table) => logged(table, "quantity", 1),
  inclination: (_, inclination) => inclination.map((ratio) => Math.log(Math.max(1e-6, ratio))),
} as const satisfies Readonly<Record<string, (table: ColumnTable, inclination: Float64Array) => Float64Array>>;
export type SlopeName = keyof typeof slopesOf;
export const slopeNames = Object.keys(slopesOf) as readonly SlopeName[];

/** Effects learned from settled lines, and each line's log odds by what the other days say: a third of the days at a time is left
 *  out, so that what is built upon them sees them as lines to come will be seen. */
export function learnEffects(
  table: ColumnTable,
  inclination: Float64Array,
  throwIfCancelled: () => void,
): { effects: RiskEffects; margins: Float64Array } {
  const [target, day] = [numbers(table, "is_returned"), numbers(table, "day")];
  const named = factorNames.map((name) => ({ name, ...coded(factorsOf[name](table)) }));
  const telling = named.filter(({ names }) => names.length > 1);
  const columns = slopeNames.map((name) => slopesOf[name](table, inclination));
  const rows = canonicalOrder([day, target, ...columns, ...telling.map(({ codes }) => Float64Array.from(codes))]);
  const standard = standardOf(columns);
  const input = {
    factors: telling.map(({ codes, names }) => ({ codes, levels: names.length })),
    numbers: standardised(columns, standard),
    target,
    rows,
    throwIfCancelled,
  };
  const whole = fitMixedLogistic(input);
  const partOf = partsByDay(day);
  const margins = new Float64Array(table.rows).fill(whole.base);
  for (let part = 0; part < parts; part++) {
    const [kept, left] = [rows.filter((row) => partOf[row] !== part), rows.filter((row) => partOf[row] === part)];
    if (kept.length === 0 || left.length === 0) continue;
    const fit = fitMixedLogistic({ ...input, rows: kept, from: whole, rounds: 3 });
    setMargins(margins, left, fit, input);
  }
  const effects: RiskEffects = {
    base: whole.base,
    factors: telling.map(({ name, names, codes }, at) => {
      const own = whole.effects[at] ?? new Float64Array();
      const sum = rows.reduce((total, row) => total + (own[codes[row] ?? -1] ?? 0), 0);
      return {
        name,
        variance: whole.variances[at] ?? 0,
        mean: sum / Math.max(1, table.rows),
        levels: Object.fromEntries(names.map((level, code) => [level, own[code] ?? 0])),
      };
    }),
    slopes: slopeNames.map((name, at) => ({
      name,
      mean: standard.means[at] ?? 0,
      spread: standard.spreads[at] ?? 0,
      slope: whole.slopes[at] ?? 0,
    })),
  };
  return { effects, margins };
}

/** Log odds of some lines by a fit, column by column: row by row takes several times as long. */
function setMargins(
  margins: Float64Array,
  rows: Uint32Array,
  fit: MixedLogistic,
  { factors, numbers }: Pick<MixedLogisticInput, "factors" | "numbers">,
): void {
  const [ofLevels, ofNumbers] = [new Float64Array(rows.length).fill(fit.base), new Float64Array(rows.length)];
  for (const [at, { codes }] of factors.entries()) {
    const own = fit.effects[at] ?? new Float64Array();
    for (let place = 0; place < rows.length; place++) {
      const code = codes[rows[place] ?? 0] ?? -1;
      if (code >= 0) ofLevels[place] = (ofLevels[place] ?? 0) + (own[code] ?? 0);
    }
  }
  for (const [at, column] of numbers.entries()) {
    const slope = fit.slopes[at] ?? 0;
    for (let place = 0; place < rows.length; place++)
      ofNumbers[place] = (ofNumbers[place] ?? 0) + slope * (column[rows[place] ?? 0] ?? 0);
  }
  for (let place = 0; place < rows.length; place++)
    margins[rows[place] ?? 0] = (ofLevels[place] ?? 0) + (ofNumbers[place] ?? 0);
}

/** Levels of at least three lines as codes, in the order of their names. */
function coded(levels: Levels): { codes: Int32Array; names: readonly string[] } {
  const counts = new Map<string, number>();
  for (const level of levels) counts.set(level ?? none, (counts.get(level ?? none) ?? 0) + 1);
  const names = [...counts].flatMap(([level, n]) => (n >= fewestLines ? [level] : [])).sort();
  const codeOf = new Map(names.map((level, code) => [level, code]));
  const codes = new Int32Array(levels.length);
  for (const [row, level] of levels.entries()) codes[row] = codeOf.get(level ?? none) ?? -1;
  return { names, codes };
}

/** Days in turn, so that each part holds some of all seasons; lines of one order stay together. */
function partsByDay(day: Float64Array): Int32Array {
  const days = [...new Set(day)].sort((a, b) => a - b);
  const place = new Map(days.map((one, at) => [one, at % parts]));
  return Int32Array.from(day, (one) => place.get(one) ?? 0);
}

/** How far each factor and number moves each line's log odds from the lines' mean. */
export function effectsOf(
  table: ColumnTable,
  inclination: Float64Array,
  effects: RiskEffects,
): Map<FactorName | SlopeName, Float64Array> {
  const moved = new Map<FactorName | SlopeName, Float64Array>();
  const add = (name: FactorName | SlopeName, column: Float64Array) => {
    const own = moved.get(name);
    moved.set(name, own ? own.map((sum, row) => sum + (column[row] ?? 0)) : column);
  };
  for (const { name, levels, mean } of effects.factors) {
    const of = (level: string | null) => (Object.hasOwn(levels, level ?? none) ? (levels[level ?? none] ?? 0) : 0);
    add(
      name,
      Float64Array.from(factorsOf[name](table), (level) => of(level) - mean),
    );
  }
  for (const { name, slope, mean, spread } of effects.slopes) {
    const [scaled] = standardised([slopesOf[name](table, inclination)], { means: [mean], spreads: [spread] });
    if (scaled)
      add(
        name,
        scaled.map((value) => slope * value),
      );
  }
  return moved;
}

/** The log odds of a line like the mean one. */
export function usualMargin({ base, factors }: RiskEffects): number {
  return factors.reduce((sum, { mean }) => sum + mean, base);
}
