import { createRandom } from "../../src/shared/base/random.ts";
import type { ColumnTable, ColumnValues } from "../../src/shared/domain/column.ts";

const nan = Number.NaN;
export const table = (columns: Record<string, ColumnValues>): ColumnTable => ({
  rows: Object.values(columns)[0]?.length ?? 0,
  columns,
});

/** A line bought on a day, and its chance to come back. */
export interface Line {
  readonly n: number;
  readonly day: number;
  readonly category: string;
  readonly past: number;
  readonly back: number;
  readonly sizes: number;
  readonly chance: number;
}

export const rates: Readonly<Record<string, number>> = { dresses: 0.25, shoes: 0.12, towels: 0.03 };

/** Lines whose chance to come back follows from the category, several sizes in the order, and a person's inclination. */
export function drawLines(n: number, seed: number, days: number): Line[] {
  const random = createRandom(seed, "lines");
  return Array.from({ length: n }, (_, at): Line => {
    const category = random.pick(Object.keys(rates));
    const inclination = random.gamma(1.5, 1 / 1.5);
    const past = random.below(20);
    const back = Array.from({ length: past }, () => random.next() < 0.13 * inclination).filter(Boolean).length;
    const sizes = random.next() < 0.2 ? 2 : 1;
    const rate = (rates[category] ?? 0) * inclination;
    const chance = Math.min(0.9, rate) * (sizes > 1 ? 0.5 : 1) + (sizes > 1 ? 0.45 : 0);
    return { n: at, day: Math.floor((at * days) / n), category, past, back, sizes, chance };
  });
}

/** The lines as the feature tables have them; `ageOf` in days at the day of the table. */
export function featuresOf(lines: readonly Line[], came: readonly boolean[], asOf: number): ColumnTable {
  const of = (pick: (line: Line) => number) => Float64Array.from(lines, pick);
  const blank = () => new Float64Array(lines.length).fill(nan);
  const texts = (pick: (line: Line) => string | null) => lines.map(pick);
  return table({
    order_id: texts(({ n }) => `o${n}`),
    line_id: texts(() => "1"),
    customer_id: texts(({ n }) => `c${String(n).padStart(6, "0")}`),
    key_space: texts(() => "brand"),
    source: texts(() => "shop"),
    day: of(({ day }) => day),
    known_on: of(({ day }) => day + 30),
    returned_on: Float64Array.from(lines, ({ day, n }, at) => (came[at] ? day + 3 + (n % 20) : nan)),
    is_returned: Float64Array.from(came, (one) => (one ? 1 : 0)),
    window_days: of(() => 30),
    category: texts(({ category }) => category),
    subcategory: texts(() => null),
    brand: texts(({ n }) => `b${n % 3}`),
    product_id: texts(({ category, n }) => `${category}-${n % 40}`),
    size: texts(() => null),
    channel: texts(({ n }) => (n % 2 ? "web" : null)),
    gender: texts(() => null),
    region: texts(() => null),
    price_minor: of(({ n }) => 1000 + (n % 50) * 100),
    price_ratio: of(({ n }) => 0.5 + (n % 50) / 50),
    discount_depth: of(({ n }) => (n % 5 ? 0 : 0.3)),
    quantity: of(() => 1),
    order_lines: of(() => 2),
    order_minor: of(() => 5000),
    order_share: of(() => 0.5),
    sizes_in_order: of(({ sizes }) => sizes),
    alike_in_order: of(() => 1),
    category_in_order: of(() => 1),
    past_lines: of(({ past }) => past),
    past_returns: of(({ back }) => back),
    past_expected: of(({ past }) => past * 0.13),
    past_category_returns: of(() => 0),
    past_product_lines: of(() => 0),
    past_product_returns: of(() => 0),
    past_orders: of(({ past }) => Math.ceil(past / 2)),
    tenure_days: of(({ past }) => past * 20),
    pause_days: of(({ past }) => (past > 0 ? 20 : nan)),
    delivery_days: blank(),
    age_from: blank(),
    month: of(({ day }) => 1 + (Math.floor(day / 30) % 12)),
    age_days: of(({ day }) => asOf - day),
  });
}

/** Lines of 700 days whose window has passed by day 760, and those of the 30 days before it; whether each came back, and when. */
export function drawShop() {
  const random = createRandom(4, "came");
  const settledLines = drawLines(5_000, 1, 700);
  const settled = featuresOf(
    settledLines,
    settledLines.map(({ chance }) => random.next() < chance),
    760,
  );
  const openLines = drawLines(1_500, 2, 30).map((line) => ({ ...line, day: line.day + 730 }));
  /** Whether and on which day of the window; those that came before day 760 aren't open then. */
  const later = openLines.map(({ chance, n }) => (random.next() < chance ? 3 + (n % 20) : nan));
  const stillOpen = openLines.flatMap((line, at) =>
    line.day + (later[at] ?? nan) <= 760 ? [] : [{ line, came: !Number.isNaN(later[at]) }],
  );
  const open = featuresOf(
    stillOpen.map(({ line }) => line),
    stillOpen.map(() => false),
    760,
  );
  return { settledLines, settled, openLines, later, stillOpen, open };
}
