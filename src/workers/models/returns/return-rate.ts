import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { betaBinomialLog, fitConcentration } from "../../numeric/beta-binomial.ts";
import { clusteredWorth } from "../../numeric/design-effect.ts";
import { betaLimits } from "../../numeric/distributions.ts";
import { meanInterval } from "../../numeric/scoring.ts";
import { fitDirichlet } from "../../numeric/shrinkage.ts";
import { defineModel } from "../define.ts";
import { compare, coverage, known, leastCustomers } from "../evaluation.ts";
import { fitReader } from "../fit-reader.ts";
import { blank, numbers, requireTable, scoreTable, texts } from "../tables.ts";

interface Fitted {
  readonly mean: number;
  readonly concentration: number;
  /** How many independent lines one line is worth: fewer where lines of one order come back together. */
  readonly worth: number;
  readonly categories: Readonly<Record<string, number>>;
}

const readFit = fitReader<Fitted>("return_rate", {
  mean: "number",
  concentration: "number",
  worth: "number",
  categories: "object",
});

interface Counts {
  readonly ids: readonly string[];
  readonly settled: Float64Array;
  readonly returned: Float64Array;
  /** Σ over settled lines of their category's rate. */
  readonly expected: Float64Array;
  /** Pairs of lines of one order, both ways, and those that both came back. */
  readonly pairs: Float64Array;
  readonly returnedPairs: Float64Array;
  readonly reason: (string | null)[];
}

/** Customers in order of their id; categories in order of their name within one, so that the order of rows moves no digit. */
function countsOf(table: ColumnTable, fitted: Fitted | null): Counts {
  const owners = texts(table, "customer_id").map((id) => id ?? "");
  const categories = texts(table, "category").map((name) => name ?? "");
  const [n, k, why] = [numbers(table, "n_settled"), numbers(table, "n_returned"), texts(table, "reason")];
  const [together, backTogether] = [numbers(table, "n_line_pairs"), numbers(table, "n_returned_pairs")];
  const rows = Array.from(owners.keys()).sort((a, b) => {
    const [one, other] = [`${owners[a]}\u001f${categories[a]}`, `${owners[b]}\u001f${categories[b]}`];
    return one < other ? -1 : one > other ? 1 : 0;
  });
  const ids: string[] = [];
  const reason: (string | null)[] = [];
  const [settled, returned, expected, pairs, returnedPairs]: number[][] = [[], [], [], [], []];
  for (const row of rows) {
    if (ids.at(-1) !== owners[row]) {
      ids.push(owners[row] ?? "");
      reason.push(why[row] ?? null);
      for (const sums of [settled, returned, expected, pairs, returnedPairs]) sums?.push(0);
    }
    const at = ids.length - 1;
    const rate = fitted ? rateOf(fitted, categories[row] ?? "") : 0;
    const add = (sums: number[] | undefined, more: number) => {
      if (sums) sums[at] = (sums[at] ?? 0) + more;
    };
    add(settled, n[row] ?? 0);
    add(returned, k[row] ?? 0);
    add(expected, (n[row] ?? 0) * rate);
    add(pairs, together[row] ?? 0);
    add(returnedPairs, backTogether[row] ?? 0);
  }
  const made = (values: number[] | undefined) => Float64Array.from(values ?? []);
  return {
    ids,
    settled: made(settled),
    returned: made(returned),
    expected: made(expected),
    pairs: made(pairs),
    returnedPairs: made(returnedPairs),
    reason,
  };
}

function rateOf({ categories, mean }: Fitted, category: string): number {
  return Object.hasOwn(categories, category) ? (categories[category] ?? mean) : mean;
}

/** Rates of categories, those with few lines drawn towards that of all. */
function categoryRates(table: ColumnTable): Pick<Fitted, "mean" | "categories"> {
  const sums = new Map<string, { n: number; k: number }>();
  const [n, k] = [numbers(table, "n_settled"), numbers(table, "n_returned")];
  for (const [row, name] of texts(table, "category").entries()) {
    const own = sums.get(name ?? "") ?? { n: 0, k: 0 };
    sums.set(name ?? "", { n: own.n + (n[row] ?? 0), k: own.k + (k[row] ?? 0) });
  }
  const groups = [...sums].filter(([, own]) => own.n > 0).sort(([a], [b]) => (a < b ? -1 : 1));
  const all = groups.reduce((total, [, own]) => ({ n: total.n + own.n, k: total.k + own.k }), { n: 0, k: 0 });
  const mean = (all.k + 0.5) / (all.n + 1);
  const pairs = groups.map(
    ([, own]) =>
      [
        [0, own.k],
        [1, own.n - own.k],
      ] as const,
  );
  const weight = fitDirichlet(
    pairs.map((pair) => pair.filter(([, count]) => count > 0)),
    2,
  ).concentration;
  const rates = groups.map(([name, own]) => [name, (own.k + weight * mean) / (own.n + weight)] as const);
  return { mean, categories: Object.fromEntries(rates) };
}

/** Beta(α, β) of a customer's rate, given settled and returned lines and the mean rate of their categories. */
function posterior(
  fitted: Fitted,
  settled: number,
  returned: number,
  expected: number,
): { alpha: number; beta: number } {
  const prior = settled > 0 ? expected / settled : fitted.mean;
  return {
    alpha: fitted.worth * returned + fitted.concentration * prior,
    beta: fitted.worth * (settled - returned) + fitted.concentration * (1 - prior),
  };
}

export const returnRate = defineModel({
  name: "return_rate",
  version: 3,
  title: "Return rate",
  group: "returns",
  inputs: { counts: { feature: "return_counts" } },
  apart: { inputs: ["counts"] },
  outcomes: { returns: { feature: "return_outcomes" } },
  params: {
    prior_weight: {
      kind: "number",
      default: 1,
      min: 0.01,
      max: 100,
      label: "Weight of the categories' rates",
      help: "Times the weight that the spread between customers gives them: more draws everybody nearer to the mean.",
    },
  },
  outputs: [
    { name: "return_rate", type: "DOUBLE", unit: "share" },
    { name: "return_rate_low", type: "DOUBLE", unit: "share" },
    { name: "return_rate_high", type: "DOUBLE", unit: "share" },
    { name: "n_settled", type: "INTEGER", unit: "count" },
    { name: "n_returned", type: "INTEGER", unit: "count" },
  ],
  card: {
    purpose: "What share of the lines that somebody buys comes back in the long run.",
    method:
      "Beta-binomial: returned among settled lines, drawn towards the mean rate of the categories bought by as many lines as the spread between customers is worth (maximum likelihood). Where lines of one order come back together more than a customer's lines of different orders, a line counts for less (design effect). Rates of categories are drawn towards that of all lines likewise.",
    references: [
      "Skellam (1948): A probability distribution derived from the binomial, JRSS B 10(2).",
      "Minka (2000): Estimating a Dirichlet distribution, for the weight of categories.",
      "Kish (1965): Survey Sampling, section 5.4, for the design effect.",
    ],
    assumptions: ["A customer's inclination stays the same.", "Orders come back independently, given the inclination."],
    limits: [
      "Lines whose window is open aren't counted.",
      "Limits are those of the customer's rate, not of the next few lines; where nearly nobody sends anything back the upper one is the mean.",
      "Without a source of returns there is no rate.",
    ],
    metrics: [
      "log_loss of the lines settled after the cut, a line each, against everybody's mean rate and against the category's",
      "coverage of the 80 % limits of how many came back (randomised PIT)",
    ],
  },
  fit: (inputs, params): Json => {
    const table = requireTable(inputs, "counts");
    if (!numbers(table, "n_settled").some((n) => n > 0)) return null;
    const rates = { ...categoryRates(table), concentration: 0, worth: 1 };
    const { settled, returned, expected, pairs, returnedPairs } = countsOf(table, rates);
    const each = Array.from(settled, (n, at) => ({
      n,
      hits: returned[at] ?? 0,
      pairs: pairs[at] ?? 0,
      bothHits: returnedPairs[at] ?? 0,
    }));
    const worth = clusteredWorth([each]);
    const prior = expected.map((sum, at) => sum / Math.max(1, settled[at] ?? 0));
    const weighed = (counts: Float64Array) => counts.map((count) => worth * count);
    const concentration = fitConcentration(weighed(returned), weighed(settled), prior) * Number(params.prior_weight);
    return { ...rates, concentration, worth };
  },
  score: (inputs, json) => {
    const fitted = readFit(json);
    const { ids, settled, returned, expected, reason } = countsOf(requireTable(inputs, "counts"), fitted);
    const [value, low, high] = [blank(ids.length), blank(ids.length), blank(ids.length)];
    for (let at = 0; fitted && at < ids.length; at++) {
      if (!((settled[at] ?? 0) > 0)) continue;
      const { alpha, beta } = posterior(fitted, settled[at] ?? 0, returned[at] ?? 0, expected[at] ?? 0);
      value[at] = alpha / (alpha + beta);
      [low[at], high[at]] = betaLimits(alpha, beta);
    }
    const isScored = (at: number) => Number.isFinite(value[at]);
    return scoreTable(
      [...ids],
      { return_rate: value, return_rate_low: low, return_rate_high: high, n_settled: settled, n_returned: returned },
      {
        enough: settled.map((n, at) => (isScored(at) && n >= 5 ? 1 : 0)),
        reason: reason.map((why, at) => (isScored(at) ? null : (settled[at] ?? 0) > 0 ? "not_enough_data" : why)),
      },
    );
  },
  evaluate: (inputs, _scores, { tables = {} }, json, _, { seed }) => {
    const fitted = readFit(json);
    const lines = requireTable(tables, "returns");
    if (!fitted || lines.rows < leastCustomers) return [];
    const counts = countsOf(requireTable(inputs, "counts"), fitted);
    const places = new Map(counts.ids.map((id, at) => [id, at]));
    const followed = new Map<number, { n: number; k: number }>();
    const [owners, categories, isReturned] = [
      texts(lines, "customer_id"),
      texts(lines, "category"),
      numbers(lines, "is_returned"),
    ];
    const errors = { own: [] as number[], mean: [] as number[], category: [] as number[] };
    for (let row = 0; row < lines.rows; row++) {
      const at = places.get(owners[row] ?? "") ?? -1;
      if (!((counts.settled[at] ?? 0) > 0)) continue;
      const [n, k, sum] = [counts.settled[at] ?? 0, counts.returned[at] ?? 0, counts.expected[at] ?? 0];
      const prior = rateOf(fitted, categories[row] ?? "");
      const weight = fitted.worth * n + fitted.concentration;
      const inclination = (fitted.worth * k + fitted.concentration * (sum / n)) / weight / (sum / n);
      const came = isReturned[row] === 1;
      errors.own.push(lossOf(prior * inclination, came));
      errors.mean.push(lossOf(fitted.mean, came));
      errors.category.push(lossOf(prior, came));
      const own = followed.get(at) ?? { n: 0, k: 0 };
      followed.set(at, { n: own.n + 1, k: own.k + (came ? 1 : 0) });
    }
    if (errors.own.length < leastCustomers) return [];
    const own = meanInterval(Float64Array.from(errors.own));
    const common = { metric: "log_loss", own, n: errors.own.length, better: "lower" } as const;
    const naive = (losses: number[]) => meanInterval(Float64Array.from(losses)).value;
    const people = [...followed].sort(([a], [b]) => a - b);
    const chances = people.map(([at, { n, k }]) => {
      const { alpha, beta } = posterior(
        fitted,
        counts.settled[at] ?? 0,
        counts.returned[at] ?? 0,
        counts.expected[at] ?? 0,
      );
      const chance = (m: number) => Math.exp(betaBinomialLog(m, n, alpha / (alpha + beta), alpha + beta));
      return { below: Array.from({ length: k }, (_one, m) => chance(m)).reduce((sum, p) => sum + p, 0), at: chance(k) };
    });
    return known([
      compare({ ...common, baseline: "mean rate", naive: naive(errors.mean) }),
      compare({ ...common, metric: "log_loss_in_category", baseline: "category rate", naive: naive(errors.category) }),
      coverage(
        Float64Array.from(chances, ({ below }) => below),
        Float64Array.from(chances, ({ at }) => at),
        seed,
      ),
    ]);
  },
});

function lossOf(chance: number, happened: boolean): number {
  const p = Math.min(1 - 1e-6, Math.max(1e-6, chance));
  return -Math.log(happened ? p : 1 - p);
}
