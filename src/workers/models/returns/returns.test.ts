import { describe, expect, it } from "vitest";
import { drawShop, featuresOf, type Line, rates, table } from "../../../../test/support/return-lines.ts";
import { canonicalJson } from "../../../shared/base/canonical-json.ts";
import { createRandom } from "../../../shared/base/random.ts";
import type { ColumnTable, ColumnValues } from "../../../shared/domain/column.ts";
import type { ModelContext } from "../../../shared/domain/model.ts";
import { defaultsOf } from "../../../shared/domain/params.ts";
import { returnRisk } from "./return-risk.ts";
import { returnRiskChanges } from "./return-risk-changes.ts";
import type { FittedRisk } from "./return-risk-fit.ts";

const nan = Number.NaN;
const context: ModelContext = { horizonDays: 90, purchaseHorizonDays: 90, seed: 1, throwIfCancelled: () => undefined };
const riskParams = { ...defaultsOf(returnRisk.params), trees: 60 };
const none: ColumnTable = { rows: 0, columns: {} };
const { settledLines, settled, stillOpen, open } = drawShop();

describe("return risk", () => {
  const fitted = returnRisk.fit({ open, settled }, riskParams, context);
  const scores = returnRisk.score({ open }, fitted, riskParams, context);
  const risk = scores.columns["return_risk"] as Float64Array;
  it("takes customers for alike where their past tells nothing, and for different where it does", () => {
    expect((fitted as unknown as FittedRisk).inclination_weight).toBeLessThan(8);
    const random = createRandom(9, "alike");
    const lines = settledLines.map((line) => ({ ...line, chance: rates[line.category] ?? 0 }));
    const alike = featuresOf(
      lines,
      lines.map(({ chance }) => random.next() < chance),
      760,
    );
    const plain = returnRisk.fit({ open, settled: alike }, riskParams, context) as unknown as FittedRisk;
    expect(plain.inclination_weight).toBeGreaterThan(8);
  });

  it("comes close to the true chances where what moves them adds up, and where it doesn't", () => {
    const random = createRandom(12, "adds up");
    const swing = Array.from({ length: 40 }, () => 2.4 * (random.next() - 0.5));
    const dear = (n: number) => n % 50 >= 25;
    const ways = {
      adds: ({ n, sizes }: Line) => -1.5 + (swing[n % 40] ?? 0) + (sizes > 1 ? 1 : 0) + (dear(n) ? 0.5 : 0),
      joins: ({ n, sizes }: Line) => (sizes > 1 && dear(n) ? 1 : -2),
    };
    for (const margin of Object.values(ways)) {
      const chances = settledLines.map((line) => 1 / (1 + Math.exp(-margin(line))));
      const known = featuresOf(
        settledLines,
        chances.map((chance) => random.next() < chance),
        760,
      );
      const own = returnRisk.fit({ open, settled: known }, riskParams, context);
      const drawn = returnRisk.score({ open: known }, own, riskParams, context).columns["risk_at_purchase"];
      const excess = chances.map((chance, at) => {
        const told = Number(drawn?.[at]);
        return chance * Math.log(chance / told) + (1 - chance) * Math.log((1 - chance) / (1 - told));
      });
      expect(excess.reduce((sum, one) => sum + one, 0) / excess.length).toBeLessThan(0.014);
    }
  });

  it("reads the person's age band and where they live", () => {
    const random = createRandom(10, "person");
    const young = settledLines.map(() => random.next() < 0.33);
    const [age, north] = [young.map((one) => (one ? 25 : 55)), settledLines.map(() => random.next() < 0.25)];
    const came = settledLines.map((_, at) => random.next() < (young[at] ? 0.3 : 0.05) + (north[at] ? 0.15 : 0));
    const known = featuresOf(settledLines, came, 760);
    const told = {
      ...known,
      columns: {
        ...known.columns,
        age_from: Float64Array.from(age),
        region: north.map((one) => (one ? "north" : "south")),
      },
    };
    const own = returnRisk.fit({ open, settled: told }, riskParams, context);
    expect((own as unknown as FittedRisk).importance[0]?.driver).toBe("person");
    const drawn = returnRisk.score({ open: told }, own, riskParams, context).columns[
      "risk_at_purchase"
    ] as Float64Array;
    const mean = (isOf: (at: number) => boolean) => {
      const some = drawn.filter((_, at) => isOf(at));
      return some.reduce((sum, one) => sum + one, 0) / some.length;
    };
    expect(mean((at) => young[at] === true && north[at] === true)).toBeGreaterThan(0.35);
    expect(mean((at) => young[at] === false && north[at] === false)).toBeLessThan(0.09);
  });

  it("takes what isn't delivered yet for delivered after the usual days, not for what never was", () => {
    const random = createRandom(14, "delivery");
    const isLost = settledLines.map(() => random.next() < 0.1);
    const came = settledLines.map(({ chance }, at) => !isLost[at] && random.next() < chance);
    const lines = featuresOf(settledLines, came, 760);
    const delivery_days = Float64Array.from(isLost, (lost, at) => (lost ? nan : 2 + (at % 3)));
    const known = { ...lines, columns: { ...lines.columns, delivery_days } };
    const own = returnRisk.fit({ open, settled: known }, riskParams, context);
    const riskAt = (days: number) => {
      const some = { ...open, columns: { ...open.columns, delivery_days: new Float64Array(open.rows).fill(days) } };
      return returnRisk.score({ open: some }, own, riskParams, context).columns["risk_at_purchase"];
    };
    expect(riskAt(nan)).toEqual(riskAt(3));
  });

  it("knows the calibration of chances on lines that no tree had seen", () => {
    const { bins, n } = fitted as unknown as FittedRisk;
    expect(n).toBe(5_000);
    expect(bins.reduce((sum, bin) => sum + bin.n, 0)).toBeGreaterThan(900);
    for (const { expected, actual, n: size } of bins) {
      expect(Math.abs(expected - actual)).toBeLessThan(4 * Math.sqrt(0.25 / size));
    }
  });

  it("falls with every day that passes without a return, to nothing at the window's end", () => {
    const line = stillOpen[0]?.line;
    if (!line) throw new Error("no line");
    const ages = [0, 5, 15, 25, 30].map((age) => ({ ...line, day: 760 - age }));
    const aged = returnRisk.score(
      {
        open: featuresOf(
          ages,
          ages.map(() => false),
          760,
        ),
      },
      fitted,
      riskParams,
      context,
    );
    const values = [...(aged.columns["return_risk"] as Float64Array)];
    expect(values).toEqual([...values].sort((a, b) => b - a));
    expect(values.at(-1)).toBeLessThan(0.02);
  });

  it("says in words what drives it, strongest first, with effects on the chance", () => {
    const told = (scores.columns["drivers"] as string[]).map(
      (text) => JSON.parse(text) as { driver: string; effect: number; text: string }[],
    );
    const bracketed = stillOpen.findIndex(({ line }) => line.sizes > 1 && line.day > 755);
    expect(told[bracketed]?.map(({ text }) => text)).toContain("2 sizes of it in the order");
    expect(told[bracketed]?.find(({ driver }) => driver === "selection")?.effect).toBeGreaterThan(0.1);
    for (const list of told) {
      const sizes = list.map(({ effect }) => Math.abs(effect));
      expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
      expect(list.length).toBeLessThanOrEqual(4);
    }
  });

  it("is the same again, also after JSON, and whatever the order of rows", () => {
    const carried = JSON.parse(canonicalJson(fitted));
    expect(returnRisk.score({ open }, carried, riskParams, context)).toEqual(scores);
    const order = Array.from({ length: settled.rows }, (_, row) => settled.rows - 1 - row);
    const turned = table(
      Object.fromEntries(
        Object.entries(settled.columns).map(([name, values]) => [
          name,
          values instanceof Float64Array
            ? Float64Array.from(order, (row) => values[row] ?? nan)
            : order.map((row) => values[row] ?? null),
        ]),
      ) as Record<string, ColumnValues>,
    );
    const other = returnRisk.fit({ open, settled: turned }, riskParams, context) as unknown as FittedRisk;
    expect({ ...other, importance: [] }).toEqual({ ...(fitted as unknown as FittedRisk), importance: [] });
  });

  it("is chances in bands of the mean rate's odds, and nothing without settled lines of both kinds", () => {
    expect(risk.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(new Set(scores.columns["return_risk_band"] as string[])).toEqual(
      new Set(["low", "medium", "high", "very_high"]),
    );
    const never = featuresOf(
      settledLines.slice(0, 300),
      settledLines.slice(0, 300).map(() => false),
      760,
    );
    for (const settled of [none, never]) {
      const empty = returnRisk.fit({ open, settled }, riskParams, context);
      expect(empty).toBeNull();
      const unscored = returnRisk.score({ open }, empty, riskParams, context);
      expect(unscored.columns["reason"]).toEqual(new Array(open.rows).fill("not_enough_data"));
    }
  });

  it("stays finite on few lines of nothing", () => {
    const few = settledLines.slice(0, 12);
    const some = featuresOf(
      few,
      few.map((_, at) => at % 2 === 0),
      760,
    );
    const small = returnRisk.fit({ open, settled: some }, riskParams, context);
    expect(JSON.parse(canonicalJson(small))).toEqual(small);
    const values = returnRisk.score({ open }, small, riskParams, context).columns["return_risk"] as Float64Array;
    expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
  });
});

describe("the nearest change of an open line's risk", () => {
  const json = returnRisk.fit({ open, settled }, riskParams, context);
  const fitted = json as unknown as FittedRisk;
  const line = (at: number, edit: Readonly<Record<string, number>> = {}): ColumnTable =>
    table(
      Object.fromEntries(
        Object.entries(open.columns).map(([name, values]) => [
          name,
          values instanceof Float64Array
            ? Float64Array.of(edit[name] ?? values[at] ?? nan)
            : ([values[at] ?? null] as ColumnValues),
        ]),
      ),
    );
  const scored = (one: ColumnTable) => {
    const scores = returnRisk.score({ open: one }, json, riskParams, context);
    return {
      risk: (scores.columns["return_risk"] as Float64Array)[0] ?? nan,
      band: scores.columns["return_risk_band"]?.[0],
    };
  };
  const doubled = [...(open.columns["sizes_in_order"] as Float64Array).entries()].filter(([, n]) => n > 1).slice(-60);

  it("names the second size of the order, without which the line is scored into the band that it says", () => {
    const told = doubled.flatMap(([at]) => {
      const { score, changes } = returnRiskChanges(fitted, line(at));
      expect(score).toBeCloseTo(scored(line(at)).risk, 9);
      return changes.filter(({ text }) => text.startsWith("no other size")).map((change) => ({ at, ...change }));
    });
    expect(told.length).toBeGreaterThan(10);
    for (const { at, after, to } of told) {
      const without = scored(line(at, { sizes_in_order: 1, alike_in_order: 1, category_in_order: 1 }));
      expect(without.risk).toBeCloseTo(after, 9);
      expect(without.band).toBe(to);
    }
  });

  it("is the same every time it is asked", () => {
    const [at = 0] = doubled[0] ?? [];
    expect(returnRiskChanges(fitted, line(at))).toEqual(returnRiskChanges(fitted, line(at)));
  });
});
