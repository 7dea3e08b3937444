import { describe, expect, it } from "vitest";
import { createRandom, type Random } from "../../../shared/base/random.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { pinnedChoice } from "../../../shared/domain/tournament.ts";
import { criteriaOf } from "./choose.ts";
import { combineColumn, reasonsOf } from "./combine.ts";
import { judgeTournament, type Split } from "./judge.ts";
import { bestShare, refiningFactors } from "./refine.ts";
import { targets } from "./targets.ts";

const purchases = targets.find(({ target }) => target === "purchases");
const table = (columns: ColumnTable["columns"]): ColumnTable => ({ rows: columns.customer_id?.length ?? 0, columns });
const n = 3_000;

function poisson(random: Random, mean: number): number {
  let [count, left] = [0, Math.exp(-mean)];
  for (let product = random.next(); product > left; product *= random.next()) count++;
  return count;
}

/** Customers whose rate is a mixture; the two models know one half of it each, the third is noise. */
function split(cutOn: string, seed: number): Split {
  const random = createRandom(seed, "tournament");
  const ids = Array.from({ length: n }, (_, at) => `c${at}`);
  const [a, b] = [0, 1].map(() => Float64Array.from({ length: n }, () => random.gamma(0.8, 1))) as [
    Float64Array,
    Float64Array,
  ];
  const rate = a.map((value, at) => 0.5 * value + 0.5 * (b[at] ?? 0));
  const n_purchases = rate.map((value) => poisson(random, value));
  const scored = (expected_purchases: Float64Array) =>
    table({ customer_id: ids, expected_purchases, reason: ids.map(() => null) });
  return {
    cutOn,
    summary: table({
      customer_id: ids,
      frequency: rate.map((value) => poisson(random, value)),
      t_age: a.map(() => 90),
    }),
    outcomes: table({ customer_id: ids, n_purchases }),
    scores: {
      left: scored(a.map((value) => 0.4 + 0.5 * value)),
      right: scored(b.map((value) => 0.4 + 0.5 * value)),
      noise: scored(a.map(() => 2 * random.next())),
    },
  };
}
const candidates = ["left", "right", "noise"].map((model) => ({ model, column: "expected_purchases" }));
const judge = (
  splits: readonly Split[],
  more: readonly { model: string; column: string; onlyShown?: string }[] = [],
) => {
  if (!purchases) throw new Error("no such target");
  const all = [...candidates, ...more];
  return judgeTournament({ target: purchases, candidates: all, splits, fitAsOf: "2026-06-28", horizonDays: 90 });
};
const judgeOnly = (models: readonly string[], splits: readonly Split[]) => {
  if (!purchases) throw new Error("no such target");
  const own = models.map((model) => ({ model, column: "expected_purchases" }));
  return judgeTournament({ target: purchases, candidates: own, splits, fitAsOf: "2026-06-28", horizonDays: 90 });
};

describe("a tournament", () => {
  const found = judge([split("2026-03-29", 1), split("2025-12-28", 2)]);

  it("takes the combination where it is surely better, with weights that hold", () => {
    expect(found.chosen).toBe("stack");
    expect(found.weights.left).toBeCloseTo(0.5, 1);
    expect(found.weights.right).toBeCloseTo(0.5, 1);
    expect(Object.keys(found.weights)).not.toContain("noise");
  });

  it("shows every candidate at every cut beside the naive forecast", () => {
    const shown = found.rows.map(({ cut_on, candidate }) => `${cut_on} ${candidate}`);
    expect(shown).toHaveLength(9);
    expect(shown).toContain("2025-12-28 naive");
    expect(found.rows.find(({ candidate }) => candidate === "naive")?.relative).toBe(1);
    expect(
      found.rows.filter(({ candidate }) => candidate === "noise").every(({ relative }) => (relative ?? 0) > 1),
    ).toBe(true);
  });

  it("is the same whatever the order of the rows", () => {
    const turned = [split("2026-03-29", 1), split("2025-12-28", 2)].map((one) => ({
      ...one,
      outcomes: table(
        Object.fromEntries(
          Object.entries(one.outcomes.columns).map(([name, values]) => [name, values.slice().reverse()]),
        ),
      ),
    }));
    const again = judge(turned);
    expect([again.chosen, again.weights, again.ranking]).toEqual([found.chosen, found.weights, found.ranking]);
  });

  it("chooses a single model from one cut alone, and what stands where there is none", () => {
    const [first] = [split("2026-03-29", 1)];
    const one = judge(first ? [first] : []);
    expect(["left", "right"]).toContain(one.chosen);
    expect(one.stack_weights).toBeNull();
    expect(judge([], [{ model: "mbg_nbd", column: "expected_purchases" }])).toMatchObject({
      chosen: "mbg_nbd",
      rows: [],
    });
  });

  it("leaves out who scores too few, and never chooses what is only shown", () => {
    const own = split("2026-03-29", 1);
    const gaps = own.scores.left?.columns.expected_purchases as Float64Array;
    const scores = {
      ...own.scores,
      right: table({
        ...own.scores.right?.columns,
        expected_purchases: gaps.map((v, at) => (at % 3 ? v : Number.NaN)),
      }),
      truth: own.scores.left ?? own.outcomes,
    };
    const best = judge([{ ...own, scores }], [{ model: "truth", column: "expected_purchases", onlyShown: "a trap" }]);
    expect(best.chosen).toBe("left");
    expect(best.left_out).toEqual([{ candidate: "right", reason: "scores 67 % of the customers on 2026-03-29" }]);
    expect(best.rows.some(({ candidate }) => candidate === "truth")).toBe(true);
  });

  it("takes the standing model where another told the same", () => {
    const told = [split("2026-03-29", 1), split("2025-12-28", 2)].map((one) => {
      const same = one.scores.left ?? one.outcomes;
      return { ...one, scores: { mbg_nbd: same, mbg_cnbd_k: same, noise: one.scores.noise ?? same } };
    });
    const found = judgeOnly(["mbg_cnbd_k", "mbg_nbd", "noise"], told);
    expect([found.chosen, found.ranking]).toEqual(["mbg_nbd", ["mbg_nbd", "mbg_cnbd_k", "noise"]]);
  });

  it("moves all counts where too many were told at every cut, and no further than that is sure", () => {
    const shrunk = [split("2026-03-29", 1), split("2025-12-28", 2)].map((one) => {
      const table = one.scores.left ?? one.outcomes;
      const twice = (table.columns.expected_purchases as Float64Array).map((value) => 2 * value);
      return { ...one, scores: { left: { ...table, columns: { ...table.columns, expected_purchases: twice } } } };
    });
    const found = judgeOnly(["left"], shrunk);
    expect(found.level).toBeGreaterThan(0.5);
    expect(found.level).toBeLessThan(0.65);
    expect(found.reason).toContain("fewer came after each cut");
    expect(pinnedChoice(found, "right").level).toBeUndefined();
    expect(judgeOnly(["left"], [split("2026-03-29", 1), split("2025-12-28", 2)]).level).toBeUndefined();
  });

  it("gives way to a pin, and says so", () => {
    expect(pinnedChoice(found, "auto")).toBe(found);
    expect(pinnedChoice(found, "right")).toMatchObject({ chosen: "right", weights: { right: 1 } });
    expect(pinnedChoice(found, "right").reason).toContain("itself chose stack");
    const single = { ...found, chosen: "left", weights: { left: 1 } };
    expect(pinnedChoice(single, "stack").weights).toEqual(found.stack_weights);
    expect(pinnedChoice({ ...single, stack_weights: null }, "stack").chosen).toBe("left");
  });
});

describe("the slope of one-time buyers", () => {
  /** One-time buyers of two kinds, whose forecasts differ by more than what comes, beside repeat buyers who are told rightly. */
  function overtold(
    cutOn: string,
    seed: number,
    { told, came, repeat }: Record<"told" | "came", number[]> & { repeat: number },
  ) {
    const random = createRandom(seed, "slope");
    const ids = Array.from({ length: n }, (_, at) => `c${at}`);
    const of = (values: readonly number[]) => Float64Array.from(ids, (_, at) => values[at % 3] ?? repeat);
    return {
      cutOn,
      summary: table({
        customer_id: ids,
        frequency: Float64Array.from(ids, (_, at) => (at % 3 < 2 ? 0 : 3)),
        t_age: Float64Array.from(ids, () => 200),
      }),
      outcomes: table({ customer_id: ids, n_purchases: of(came).map((mean) => poisson(random, mean)) }),
      scores: { left: table({ customer_id: ids, expected_purchases: of(told), reason: ids.map(() => null) }) },
    };
  }
  const slopeFor = (shape: Parameters<typeof overtold>[2]) =>
    judgeOnly(["left"], [overtold("2026-03-29", 1, shape), overtold("2025-12-28", 2, shape)]).one_time_slope;

  it("turns theirs where the loss doesn't grow by it, and leaves them where it would put them before others who buy more", () => {
    expect(slopeFor({ told: [0.1, 0.4], came: [0.2, 0.3], repeat: 1 })).toBeLessThan(0.6);
    expect(slopeFor({ told: [0.3, 0.9], came: [0.2, 0.3], repeat: 0.4 })).toBeUndefined();
  });
});

describe("where nothing can be judged", () => {
  const fitted = (log_likelihood: number | null, ...names: string[]) => ({
    params: Object.fromEntries(names.map((name) => [name, 1])),
    log_likelihood,
    n_customers: 100,
  });
  const fits = {
    mbg_nbd: fitted(-1000, "r", "alpha", "a", "b"),
    pareto_nbd: fitted(-1002, "r", "alpha", "s", "beta"),
    mbg_cnbd_k: fitted(-999.5, "k", "r", "alpha", "a", "b"),
  };
  const models = ["mbg_cnbd_k", "mbg_nbd", "pareto_nbd"];
  const chosenBy = (told: Parameters<typeof criteriaOf>[0]) => {
    if (!purchases) throw new Error("no such target");
    const own = models.map((model) => ({ model, column: "expected_purchases" }));
    const asked = { target: purchases, candidates: own, splits: [], fitAsOf: "2026-06-28", horizonDays: 90 };
    return judgeTournament({ ...asked, criteria: criteriaOf(told) });
  };

  it("the likeliest for its number of parameters stands, and the others follow", () => {
    expect(criteriaOf(fits)).toEqual({ mbg_nbd: 2008, pareto_nbd: 2012, mbg_cnbd_k: 2009 });
    expect(criteriaOf({ ...fits, mbg_nbd: { ...fits.mbg_nbd, n_customers: 50 } })).toEqual({});
    expect(chosenBy(fits)).toMatchObject({ chosen: "mbg_nbd", ranking: ["mbg_nbd", "mbg_cnbd_k", "pareto_nbd"] });
    const regular = { ...fits, mbg_cnbd_k: fitted(-900, "k", "r", "alpha", "a", "b") };
    expect(chosenBy(regular).chosen).toBe("mbg_cnbd_k");
    expect(chosenBy(regular).reason).toContain("likeliest under mbg_cnbd_k");
  });

  it("the usual one stands where no fit tells a likelihood", () => {
    expect(chosenBy({ mbg_nbd: null, pareto_nbd: fitted(null, "r") })).toMatchObject({ chosen: "mbg_nbd" });
  });
});

describe("the chosen figures", () => {
  const base = table({ customer_id: ["a", "b", "c"] });
  const scores = new Map([
    [
      "left",
      table({ customer_id: ["a", "b"], expected_purchases: Float64Array.of(1, Number.NaN), reason: [null, null] }),
    ],
    ["right", table({ customer_id: ["a", "b"], expected_purchases: Float64Array.of(3, 5), reason: [null, "thin"] })],
  ]);

  it("are weighted means of those that know the customer, else the next in the ranking", () => {
    const stack = { base, scores, choice: { weights: { left: 0.75, right: 0.25 }, ranking: ["left", "right"] } };
    const both = combineColumn(stack, () => "expected_purchases");
    expect([...both.values]).toEqual([1.5, 5, Number.NaN]);
    expect(both.from).toEqual(["stack", "right", null]);
    expect(reasonsOf(stack, both.values)).toEqual([null, null, "not_enough_data"]);
    const one = combineColumn(
      { ...stack, choice: { weights: { left: 1 }, ranking: ["left", "right"] } },
      () => "expected_purchases",
    );
    expect([one.values[1], one.from[1]]).toEqual([5, "right"]);
  });
});

describe("a count whose chance of any is told better by another model", () => {
  /** Customers of whom the purchase model knows the rate, and the other whether they are still there. */
  function splitWithChance(cutOn: string, seed: number, isTold: boolean): Split {
    const random = createRandom(seed, "refining");
    const ids = Array.from({ length: n }, (_, at) => `c${at}`);
    const rate = Float64Array.from(ids, () => random.gamma(1.5, 0.8));
    const stays = rate.map(() => (random.next() < 0.5 ? 0.9 : 0.1));
    const n_purchases = rate.map((value, at) => (random.next() < (stays[at] ?? 0) ? poisson(random, value) : 0));
    const own = rate.map((value) => 0.5 * -Math.expm1(-value));
    const other = rate.map((value, at) => (isTold ? (stays[at] ?? 0) : random.next()) * -Math.expm1(-value));
    const reason = ids.map(() => null);
    return {
      cutOn,
      summary: table({
        customer_id: ids,
        frequency: rate.map((value) => poisson(random, value)),
        t_age: rate.map(() => 90),
      }),
      outcomes: table({ customer_id: ids, n_purchases }),
      scores: {
        left: table({
          customer_id: ids,
          expected_purchases: rate.map((v) => 0.5 * v),
          probability_purchase: own,
          reason,
        }),
      },
      refining: table({ customer_id: ids, probability_purchase: other, reason }),
    };
  }
  const judged = (isTold: boolean) => {
    if (!purchases) throw new Error("no such target");
    const splits = [splitWithChance("2026-03-29", 1, isTold), splitWithChance("2025-12-28", 2, isTold)];
    const some = candidates.filter(({ model }) => model === "left");
    return judgeTournament({ target: purchases, candidates: some, splits, fitAsOf: "2026-06-28", horizonDays: 90 });
  };

  it("is refined by it, and says so", () => {
    const choice = judged(true);
    expect(choice.chosen).toBe("left");
    expect(choice.refined).toEqual({ model: "purchase_propensity", share: 0.75 });
    expect(choice.reason).toContain("75 % from purchase_propensity");
    expect(pinnedChoice(choice, "right").refined).toBeUndefined();
  });

  it("is left alone where the other chance is noise", () => {
    expect(judged(false).refined).toBeUndefined();
  });

  it("takes no share whose gain may be luck", () => {
    const losses = [(share: number) => -0.01 * share];
    expect(bestShare(losses, 0.005)).toEqual({ share: 0.75, loss: -0.0075 });
    expect(bestShare(losses, 0.008).share).toBe(0);
  });

  it("changes no count by more than fourfold, nor one without a chance", () => {
    const own = Float64Array.of(0.001, 0.5, 0.5, Number.NaN);
    const other = Float64Array.of(0.999, 0.25, Number.NaN, 0.5);
    expect(Array.from(refiningFactors({ own, other }, 0))).toEqual([1, 1, 1, 1]);
    const found = refiningFactors({ own, other }, 0.75);
    expect(found[0]).toBe(4);
    expect(found[1]).toBeLessThan(1);
    expect([found[2], found[3]]).toEqual([1, 1]);
  });
});
