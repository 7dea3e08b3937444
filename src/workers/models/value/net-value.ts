import type { Json } from "../../../shared/base/canonical-json.ts";
import type { Tables } from "../../../shared/domain/model.ts";
import { absoluteErrors, biasInterval, meanInterval, spearman, spearmanDifference } from "../../numeric/scoring.ts";
import { defineModel } from "../define.ts";
import { compare, compareLimits, join, known, leastCustomers } from "../evaluation.ts";
import { fitReader } from "../fit-reader.ts";
import { blank, gather, matchRows, numbers, requireTable, scoreTable, texts } from "../tables.ts";

interface Fitted {
  /** Refunds over revenue; null without a source of returns, or of one that tells no refunds. */
  readonly refund_share: number | null;
  /** Mean of customers' return rates, by what each has bought. */
  readonly mean_rate: number | null;
  /** Margin over revenue of lines whose cost is known; null without any. */
  readonly margin_share: number | null;
  /** Money that a customer's own margin is weighed against. */
  readonly margin_weight: number;
}

const readFit = fitReader<Fitted>("net_value", {
  refund_share: "number?",
  mean_rate: "number?",
  margin_share: "number?",
  margin_weight: "number",
});

const sortedSum = (values: Float64Array) =>
  values
    .filter(Number.isFinite)
    .sort()
    .reduce((sum, value) => sum + value, 0);

interface Customers {
  readonly value: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly rate: Float64Array;
  readonly rateLow: Float64Array;
  readonly rateHigh: Float64Array;
  readonly returned: Float64Array;
  readonly costed: Float64Array;
  readonly cost: Float64Array;
}

/** Columns of the inputs in the summary's order. */
function customersOf(inputs: Tables): Customers {
  const summary = requireTable(inputs, "summary");
  const [value, returns, margins] = ["value", "returns", "margins"].map((name) => requireTable(inputs, name));
  const of = (table: typeof summary | undefined, name: string) =>
    table && table.rows > 0 ? gather(numbers(table, name), matchRows(summary, table)) : blank(summary.rows);
  return {
    value: of(value, "predicted_value_minor"),
    low: of(value, "predicted_value_minor_low"),
    high: of(value, "predicted_value_minor_high"),
    rate: of(returns, "return_rate"),
    rateLow: of(returns, "return_rate_low"),
    rateHigh: of(returns, "return_rate_high"),
    returned: of(returns, "n_returned"),
    costed: of(margins, "costed_minor"),
    cost: of(margins, "cost_minor"),
  };
}

/** Share of a customer's revenue that is expected back: that of all, as the customer's rate of lines is to the mean one. */
function refundShare({ refund_share: share, mean_rate: mean }: Fitted, rate: number): number {
  if (share === null) return 0;
  return Math.min(0.95, Number.isFinite(rate) && mean ? (share * rate) / mean : share);
}

const serialReturns = 4;

export const netValue = defineModel({
  name: "net_value",
  version: 2,
  title: "Net value",
  group: "value",
  inputs: {
    summary: { feature: "purchase_summary" },
    value: { scores: "customer_value" },
    returns: { scores: "return_rate" },
    margins: { feature: "customer_margins" },
  },
  outcomes: { refunds: { feature: "outcome_refunds" } },
  needs: "a source of returns, or lines that say whether they came back, and 20 customers or more at a cut",
  params: {
    serial_times: {
      kind: "number",
      default: 2,
      min: 1,
      max: 20,
      label: "Serial from",
      help: "Times the mean return rate that the lower limit of a serial returner's rate lies above; with four returned lines or more.",
    },
  },
  outputs: [
    { name: "net_value_minor", type: "DOUBLE", unit: "minor" },
    { name: "net_value_minor_low", type: "DOUBLE", unit: "minor" },
    { name: "net_value_minor_high", type: "DOUBLE", unit: "minor" },
    { name: "expected_refund_share", type: "DOUBLE", unit: "share" },
    { name: "margin_share", type: "DOUBLE", unit: "share" },
    { name: "is_serial_returner", type: "BOOLEAN" },
  ],
  card: {
    purpose:
      "What a customer's predicted value leaves after expected returns and, where costs are known, after the cost of goods; and who sends back far more than others.",
    method:
      "Customer value × (1 − expected refunds) × margin. Refunds: the share of all revenue that goes back, as the customer's return rate is to the mean one. Margin: of the lines whose product has a cost, the customer's own drawn towards everybody's by the worth of three orders. Limits combine those of value and of the return rate.",
    references: [
      "Chamberlain et al. (2017): Customer Lifetime Value Prediction Using Embeddings, KDD, arXiv 1703.02596: value as sales less returns.",
      "Fader, Hardie & Lee (2005): RFM and CLV, JMR 42(4), for the value.",
    ],
    assumptions: ["Returned goods can be sold again at their cost.", "The money of returns goes as their number does."],
    limits: [
      "Without a source of returns nothing is taken off for them (no_returns_source), nor where lines came back without a refund being told (no_refunds); without costs in the catalogue the value stays revenue and margin_share is NULL.",
      "Postage and handling of returns aren't counted.",
      "Costs are today's catalogue's.",
      "Serial means the rate, not the intent: tall people send back trousers too.",
    ],
    metrics: [
      "mae_net_minor: error of revenue less refunds after the cut, against value before returns; costs can't be judged",
      "spearman_net with revenue less refunds, against value before returns",
      "bias_net of the sum, against value before returns",
      "interval_score of the 80 % limits (their width and ten times what lies outside) against what became of those alike by the rule of thumb",
    ],
  },
  fit: (inputs): Json => {
    const summary = requireTable(inputs, "summary");
    if (summary.rows === 0) return null;
    const { rate, returned, costed, cost } = customersOf(inputs);
    const revenue = numbers(summary, "revenue_minor");
    const net = numbers(summary, "net_revenue_minor");
    const total = sortedSum(revenue);
    const refunds = Math.max(0, total - sortedSum(net));
    const isTold = rate.some(Number.isFinite) && (refunds > 0 || !returned.some((n) => n > 0));
    const bought = numbers(summary, "transaction_count").map((n, at) => (Number.isFinite(rate[at]) ? n : 0));
    const rates = sortedSum(bought.map((n, at) => n * (rate[at] ?? 0)));
    const costs = sortedSum(costed);
    return {
      refund_share: isTold && total > 0 ? Math.min(0.95, refunds / total) : null,
      mean_rate: sortedSum(bought) > 0 ? rates / sortedSum(bought) : null,
      margin_share: costs > 0 ? Math.min(1, (costs - sortedSum(cost)) / costs) : null,
      margin_weight: (3 * total) / Math.max(1, sortedSum(numbers(summary, "order_count"))),
    };
  },
  score: (inputs, json, settings) => {
    const fitted = readFit(json);
    const summary = requireTable(inputs, "summary");
    const n = summary.rows;
    const { value, low, high, rate, rateLow, rateHigh, returned, costed, cost } = customersOf(inputs);
    const [net, netLow, netHigh, share, margin, serial] = Array.from({ length: 6 }, () => blank(n)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    for (let at = 0; fitted && at < n; at++) {
      const { margin_share: common, margin_weight: weight } = fitted;
      const own = Number.isFinite(costed[at]) ? (costed[at] ?? 0) : 0;
      const kept = own > 0 ? own - (cost[at] ?? 0) : 0;
      const part = common === null ? 1 : (kept + weight * common) / Math.max(1e-9, own + weight);
      if (common !== null) margin[at] = part;
      const back = (of: number) => 1 - refundShare(fitted, of);
      if (fitted.refund_share !== null) share[at] = refundShare(fitted, rate[at] ?? Number.NaN);
      net[at] = (value[at] ?? Number.NaN) * back(rate[at] ?? Number.NaN) * part;
      const limits = [
        (low[at] ?? Number.NaN) * back(rateHigh[at] ?? Number.NaN) * part,
        (high[at] ?? Number.NaN) * back(rateLow[at] ?? Number.NaN) * part,
      ];
      [netLow[at], netHigh[at]] = [Math.min(...limits), Math.max(...limits)];
      if (fitted.mean_rate !== null) {
        const isFar = (rateLow[at] ?? 0) > Number(settings.serial_times) * fitted.mean_rate;
        serial[at] = isFar && (returned[at] ?? 0) >= serialReturns ? 1 : 0;
      }
    }
    const reason = Array.from(net, (one, at) => {
      if (!Number.isFinite(one)) return "not_enough_data";
      if (!Number.isFinite(netLow[at])) return "no_limits_without_repeat_buyers";
      if (!Number.isFinite(share[at])) return fitted?.mean_rate === null ? "no_returns_source" : "no_refunds";
      return Number.isFinite(margin[at]) ? null : "no_costs";
    });
    const outputs = {
      net_value_minor: net,
      net_value_minor_low: netLow,
      net_value_minor_high: netHigh,
      expected_refund_share: share,
      margin_share: margin,
      is_serial_returner: serial,
    };
    const enough = numbers(summary, "frequency").map((x, at) => (x > 0 && Number.isFinite(net[at]) ? 1 : 0));
    return scoreTable(texts(summary, "customer_id"), outputs, { enough, reason });
  },
  evaluate: (inputs, scores, { outcomes, tables = {}, horizonDays }, json) => {
    const fitted = readFit(json);
    // where nothing is known to come back, net is gross: there is nothing to judge
    if (!fitted?.refund_share) return [];
    const refunds = requireTable(tables, "refunds");
    const gross = requireTable(inputs, "value");
    const summary = requireTable(inputs, "summary");
    const scored = numbers(scores, "net_value_minor");
    const places = matchRows(outcomes, scores);
    const joined = join(outcomes, [summary, scores, gross], (row) => Number.isFinite(scored[places[row] ?? -1]));
    const n = joined.n;
    if (n < leastCustomers) return [];
    const ids = texts(refunds, "customer_id");
    const sent = new Map(refunds.rows > 0 ? ids.map((id, at) => [id, numbers(refunds, "refund_minor")[at] ?? 0]) : []);
    const whose = joined.texts(outcomes, "customer_id");
    const actual = joined.numbers(outcomes, "revenue_minor").map((one, at) => one - (sent.get(whose[at] ?? "") ?? 0));
    const value = joined.numbers(gross, "predicted_value_minor");
    const age = joined.numbers(summary, "t_age");
    const carried = joined
      .numbers(summary, "net_revenue_minor")
      .map((money, at) => (money / Math.max(30, age[at] ?? 30)) * horizonDays);
    const share = joined.numbers(scores, "expected_refund_share");
    const own = value.map((one, at) => one * (1 - (Number.isFinite(share[at]) ? (share[at] ?? 0) : 0)));
    const pairs = { own: absoluteErrors(own, actual), naive: absoluteErrors(value, actual) };
    const common = { baseline: "value before returns", n } as const;
    return known([
      compare({
        metric: "mae_net_minor",
        own: meanInterval(pairs.own),
        naive: meanInterval(pairs.naive).value,
        pairs,
        better: "lower",
        ...common,
      }),
      compare({
        metric: "spearman_net",
        own: spearman(own, actual),
        naive: spearman(value, actual).value,
        difference: spearmanDifference(own, value, actual),
        better: "higher",
        ...common,
      }),
      compare({
        metric: "bias_net",
        own: biasInterval(own, actual),
        naive: biasInterval(value, actual).value,
        better: "nearer to 0",
        ...common,
      }),
      ...compareLimits({
        metric: "interval_score_net_minor",
        rule: "net revenue per day × horizon",
        forecast: carried,
        low: joined.numbers(scores, "net_value_minor_low"),
        high: joined.numbers(scores, "net_value_minor_high"),
        actual,
      }),
    ]);
  },
});
