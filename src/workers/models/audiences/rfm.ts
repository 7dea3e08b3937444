import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { fitConcentration } from "../../numeric/beta-binomial.ts";
import { auc, aucDifference } from "../../numeric/scoring.ts";
import { defineModel } from "../define.ts";
import { calibrationBins, compare, join, known, leastCustomers } from "../evaluation.ts";
import { fitReader } from "../fit-reader.ts";
import { pick } from "../learning.ts";
import { blank, numbers, quintiles, requireTable, scoreTable, stepOf, texts } from "../tables.ts";

interface Bounds {
  readonly days: readonly number[];
  readonly orders: readonly number[];
  readonly money: readonly number[];
}

interface FittedRfm extends Bounds {
  /** Share of each code that bought within the horizon after earlier cuts, drawn to that of its recency digit; null where too few did. */
  readonly rates: Readonly<Record<string, number>> | null;
  /** The same of each recency digit, for codes that nobody had. */
  readonly by_recency: readonly number[];
}

const readRfm = fitReader<FittedRfm>("rfm", {
  days: "list",
  orders: "list",
  money: "list",
  rates: "object?",
  by_recency: "list",
});

const leastBuyers = 50;

interface Bought {
  /** Days since the last purchase, less than zero. */
  readonly late: Float64Array;
  readonly orders: Float64Array;
  readonly money: Float64Array;
}

const boundsOf = ({ late, orders, money }: Bought): Bounds => ({
  days: quintiles(late),
  orders: quintiles(orders),
  money: quintiles(money),
});

const digitsOf = ({ late, orders, money }: Bought, bounds: Bounds, row: number) =>
  [
    stepOf(late[row] ?? Number.NaN, bounds.days),
    stepOf(orders[row] ?? Number.NaN, bounds.orders),
    stepOf(money[row] ?? Number.NaN, bounds.money),
  ] as const;

/** What share of each code bought after earlier cuts, each cut's codes by its own quintiles (Hughes 1994: codes are read by their response). */
function ratesOf(rows: ColumnTable): Pick<FittedRfm, "rates" | "by_recency"> {
  const none = { rates: null, by_recency: [] };
  const isBuyer = numbers(rows, "is_buyer");
  const bought = isBuyer.filter((one) => one === 1).length;
  if (bought < leastBuyers || rows.rows - bought < leastBuyers) return none;
  const cut = numbers(rows, "cut_days");
  const all = {
    late: numbers(rows, "days_since_last_purchase").map((days) => -days),
    orders: numbers(rows, "transaction_count"),
    money: numbers(rows, "revenue_minor"),
  };
  const codes = new Map<string, { n: number; k: number; recency: number }>();
  for (const days of new Set(cut)) {
    const places = Uint32Array.from(cut.keys()).filter((row) => cut[row] === days);
    const at = {
      late: pick(all.late, places),
      orders: pick(all.orders, places),
      money: pick(all.money, places),
    };
    const bounds = boundsOf(at);
    for (const [place, row] of places.entries()) {
      const digits = digitsOf(at, bounds, place);
      const own = codes.get(digits.join("")) ?? { n: 0, k: 0, recency: digits[0] };
      codes.set(digits.join(""), { ...own, n: own.n + 1, k: own.k + (isBuyer[row] ?? 0) });
    }
  }
  const share = bought / rows.rows;
  const by_recency = [1, 2, 3, 4, 5].map((digit) => {
    const own = [...codes.values()].filter(({ recency }) => recency === digit);
    const [n, k] = [own.reduce((sum, one) => sum + one.n, 0), own.reduce((sum, one) => sum + one.k, 0)];
    return (k + share) / (n + 1);
  });
  const told = [...codes].sort(([a], [b]) => (a < b ? -1 : 1));
  const column = (of: (code: { n: number; k: number; recency: number }) => number) =>
    Float64Array.from(told, ([, code]) => of(code));
  const prior = column(({ recency }) => by_recency[recency - 1] ?? share);
  const weight = fitConcentration(
    column(({ k }) => k),
    column(({ n }) => n),
    prior,
  );
  const rates = told.map(([code, { n, k }], at) => [code, (k + weight * (prior[at] ?? share)) / (n + weight)] as const);
  return { rates: Object.fromEntries(rates), by_recency };
}

export const rfm = defineModel({
  name: "rfm",
  version: 4,
  title: "RFM scores",
  group: "audiences",
  inputs: { summary: { feature: "purchase_summary" }, windows: { feature: "rfm_windows" } },
  learns: { rows: { feature: "earlier_buyers" } },
  params: {},
  outputs: [
    { name: "recency_score", type: "INTEGER" },
    { name: "frequency_score", type: "INTEGER" },
    { name: "monetary_score", type: "INTEGER" },
    { name: "rfm_code", type: "VARCHAR" },
    { name: "rfm_purchase_rate", type: "DOUBLE", unit: "share" },
  ],
  card: {
    purpose:
      "Three digits that every marketer knows: how lately, how often and for how much somebody bought, each 1 to 5, 5 best.",
    method:
      "Quintiles of days since the last purchase (reversed), of purchase days and of revenue; equal values get equal digits. Each code stands with the share of those who had it at two earlier cuts and bought within the horizon, drawn to the share of its recency digit by a beta-binomial.",
    references: [
      "Hughes (1994): Strategic Database Marketing.",
      "Bult & Wansbeek (1995): Optimal selection for direct mail, Marketing Science 14(4).",
      "Griffiths (1973): Maximum likelihood estimation for the beta-binomial distribution, Biometrics 29(4).",
    ],
    assumptions: [
      "Ranks within this retailer say more than amounts.",
      "Those with a code buy as often as those who had it before.",
    ],
    limits: [
      "Where most customers bought once, several quintiles of frequency fall together.",
      "The digits describe the past; what they promise is the share of their code that bought. It has no limits of its own: its calibration says how far it can be trusted.",
      "Digits added up rank worse than days since the last purchase alone wherever most have bought once.",
      "Without 50 who bought after earlier cuts and 50 who didn't there is no share (no_rate).",
    ],
    metrics: [
      "auc of the code's share for buying after the cut, against recency alone",
      "auc_sum of the summed digits, against the same",
    ],
  },
  fit: (inputs): Json => {
    const summary = requireTable(inputs, "summary");
    if (summary.rows === 0) return null;
    const rates = inputs.rows ? ratesOf(inputs.rows) : { rates: null, by_recency: [] };
    return { ...boundsOf(boughtIn(summary)), ...rates } as unknown as Json;
  },
  score: (inputs, given) => {
    const summary = requireTable(inputs, "summary");
    const fitted = readRfm(given);
    const n = summary.rows;
    const [recency, frequency, money, rate] = [blank(n), blank(n), blank(n), blank(n)];
    const code = new Array<string | null>(n).fill(null);
    const bought = boughtIn(summary);
    for (let row = 0; fitted && row < n; row++) {
      const digits = digitsOf(bought, fitted, row);
      [recency[row], frequency[row], money[row]] = digits;
      code[row] = digits.join("");
      if (fitted.rates) rate[row] = fitted.rates[digits.join("")] ?? fitted.by_recency[digits[0] - 1] ?? Number.NaN;
    }
    const outputs = {
      recency_score: recency,
      frequency_score: frequency,
      monetary_score: money,
      rfm_code: code,
      rfm_purchase_rate: rate,
    };
    return scoreTable(texts(summary, "customer_id"), outputs, {
      enough: new Float64Array(n).fill(fitted ? 1 : 0),
      reason: code.map((one) => (one === null ? "not_enough_data" : fitted?.rates ? null : "no_rate")),
    });
  },
  evaluate: (inputs, scores, { outcomes }) => {
    const summary = requireTable(inputs, "summary");
    const joined = join(outcomes, [summary, scores]);
    const n = joined.n;
    if (n < leastCustomers) return [];
    const bought = Array.from(joined.numbers(outcomes, "n_purchases"), (count) => count > 0);
    const digits = ["recency_score", "frequency_score", "monetary_score"].map((name) => joined.numbers(scores, name));
    const sum = Float64Array.from(bought, (_, at) => digits.reduce((total, digit) => total + (digit[at] ?? 0), 0));
    const rate = joined.numbers(scores, "rfm_purchase_rate");
    const late = joined.numbers(summary, "days_since_last_purchase").map((days) => -days);
    const common = {
      baseline: "days since the last purchase",
      naive: auc(late, bought).value,
      n,
      better: "higher",
    } as const;
    const ranked = (metric: string, own: Float64Array) =>
      compare({ metric, own: auc(own, bought), difference: aucDifference(own, late, bought), ...common });
    if (!rate.every(Number.isFinite)) return known([ranked("auc_sum", sum)]);
    const response = { ...ranked("auc", rate), calibration: calibrationBins(rate, Float64Array.from(bought, Number)) };
    return known([response, ranked("auc_sum", sum)]);
  },
});

function boughtIn(summary: ColumnTable): Bought {
  return {
    late: numbers(summary, "days_since_last_purchase").map((days) => -days),
    orders: numbers(summary, "transaction_count"),
    money: numbers(summary, "revenue_minor"),
  };
}
