import { describe, expect, it } from "vitest";
import { createRandom } from "../../../shared/base/random.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { defaultsOf } from "../../../shared/domain/params.ts";
import { lifecycleStage } from "./lifecycle-stage.ts";
import { ladderIn, ladderOf } from "./stage-ladder.ts";
import { chancesAt, closenessOf, type Ladder, plainLadder } from "./stage-rules.ts";

const params = { r: 0.6, alpha: 50, a: 0.8, b: 1.4 };
const rules = { meanInterval: 60, newDays: 60, cuts: [0.1, 0.25, 0.5], horizon: 90 };

interface History {
  readonly x: number;
  readonly recency: number;
  readonly tAge: number;
}

/** Histories at two earlier cuts of which a share buys that hangs on what the model says of them. */
function earlier(chanceOf: (history: History, level: number) => number, n = 3_000): ColumnTable {
  const random = createRandom(7, "ladder");
  const rows = Array.from({ length: n }, (_, at) => {
    const x = Math.floor(6 * random.next());
    const tAge = 100 + 700 * random.next();
    const history = { x, recency: x === 0 ? 0 : Math.max(1, tAge * random.next()), tAge };
    const value = closenessOf(chancesAt(params, history, 90), history, { meanInterval: 60, horizon: 90, share: 0 });
    const level = rules.cuts.filter((least) => value >= least).length;
    return { ...history, cut: at % 2 === 0 ? 91 : 182, came: random.next() < chanceOf(history, level) ? 1 : 0 };
  });
  const column = (of: (row: (typeof rows)[number]) => number) => Float64Array.from(rows, of);
  return {
    rows: n,
    columns: {
      cut_days: column(({ cut }) => cut),
      frequency: column(({ x }) => x),
      recency: column(({ recency }) => recency),
      t_age: column(({ tAge }) => tAge),
      purchases_after: column(({ came }) => came),
      n_customers: new Float64Array(n).fill(1),
    },
  };
}

/** Shares that bought after a cut, by the ladder's stages, the lowest first. */
function ratesOf({ columns }: ColumnTable, { cadence_share: share, names }: Ladder, cut: number): number[] {
  const column = (name: string) => columns[name] as Float64Array;
  const found = new Map(names.map((name) => [name, { n: 0, bought: 0 }]));
  for (const [row, days] of column("cut_days").entries()) {
    if (days !== cut || (column("frequency")[row] === 0 && (column("t_age")[row] ?? 0) <= rules.newDays)) continue;
    const history = {
      x: column("frequency")[row] ?? 0,
      recency: column("recency")[row] ?? 0,
      tAge: column("t_age")[row] ?? 0,
    };
    const value = closenessOf(chancesAt(params, history, 90), history, { meanInterval: 60, horizon: 90, share });
    const own = found.get(names[rules.cuts.filter((least) => value >= least).length] ?? "");
    if (!own) continue;
    own.n++;
    own.bought += column("purchases_after")[row] ?? 0;
  }
  return [...found.values()].map(({ n, bought }) => bought / n);
}

const learn = (table: ColumnTable) => ladderOf(table, { params, ...rules });

describe("what earlier cuts tell of stages", () => {
  it("leaves four stages by the own cadence where each bought surely more than the next", () => {
    expect(learn(earlier((_, level) => [0.03, 0.15, 0.35, 0.7][level] ?? 0))).toEqual(plainLadder);
  });

  it("puts together neighbours that bought alike: what is left falls from stage to stage at each cut", () => {
    const table = earlier((_, level) => (level >= 2 ? 0.5 : 0.05));
    const ladder = learn(table);
    const stages = [...new Set(ladder.names)];
    expect(stages.length).toBeOneOf([2, 3]);
    for (const cut of [91, 182]) {
      const rates = ratesOf(table, ladder, cut);
      expect(rates.length).toBe(stages.length);
      for (const [at, rate] of rates.entries()) if (at > 0) expect(rate).toBeGreaterThan(rates[at - 1] ?? 1);
    }
  });

  it("tells a single stage where nothing hangs on silence, and never one that rises", () => {
    expect(new Set(learn(earlier(() => 0.4)).names).size).toBe(1);
    expect(new Set(learn(earlier((_, level) => [0.7, 0.35, 0.15, 0.03][level] ?? 0)).names).size).toBe(1);
  });

  it("asks each cut by itself: what one of them turns round isn't told apart", () => {
    const table = earlier((_, level) => [0.03, 0.15, 0.35, 0.7][level] ?? 0);
    const [cut, came] = [table.columns["cut_days"] as Float64Array, table.columns["purchases_after"] as Float64Array];
    const turned = came.map((own, row) => (cut[row] === 91 ? 1 - own : own));
    expect(new Set(learn({ ...table, columns: { ...table.columns, purchases_after: turned } }).names).size).toBe(1);
  });

  it("stands by convention where too few bought, or nothing is known", () => {
    expect(learn(earlier(() => 0.2, 60))).toEqual(plainLadder);
    expect(ladderIn(null)).toEqual(plainLadder);
    expect(ladderIn({ purchases: null })).toEqual(plainLadder);
  });

  it("doesn't hang on the order of rows", () => {
    const table = earlier((_, level) => [0.1, 0.12, 0.3, 0.33][level] ?? 0);
    const turned = Object.entries(table.columns).map(([name, values]) => [name, values.slice().reverse()] as const);
    expect(learn({ rows: table.rows, columns: Object.fromEntries(turned) })).toEqual(learn(table));
  });

  it("names stages by the ladder of the fit, and counts days since the stage began", () => {
    const silence = Array.from({ length: 900 }, (_, days) => days);
    const summary = {
      rows: silence.length,
      columns: {
        customer_id: silence.map((days) => `c${days}`),
        frequency: new Float64Array(silence.length).fill(6),
        recency: new Float64Array(silence.length).fill(300),
        t_age: Float64Array.from(silence, (days) => 300 + days),
      },
    };
    const context = { horizonDays: 365, purchaseHorizonDays: 90, seed: 1, throwIfCancelled: () => undefined };
    const ladder = { cadence_share: 0, names: ["lapsed", "lapsed", "active", "active"] };
    const fitted = { purchases: { params }, mean_interval_days: 60, ladder };
    const { columns } = lifecycleStage.score({ summary }, fitted, defaultsOf(lifecycleStage.params), context);
    const stages = columns["lifecycle_stage"] as string[];
    const days = columns["days_in_stage"] as Float64Array;
    expect([...new Set(stages)]).toEqual(["active", "lapsed"]);
    const turn = stages.indexOf("lapsed");
    expect([days[turn - 1], days[turn], days[turn + 5]]).toEqual([turn - 1, 0, 5]);
  });
});
