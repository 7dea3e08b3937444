import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { bandCuts, bandOf } from "../../../shared/domain/return-bands.ts";
import { sigmoid } from "../../numeric/boosted-trees-loss.ts";
import { defineModel } from "../define.ts";
import { blank, numbers, requireTable, texts } from "../tables.ts";
import { givenAge, lagsOfLines } from "./return-lags.ts";
import { type ScoredColumns, scoreColumns } from "./return-risk-columns.ts";
import { judgeAtPurchase, judgeOpen, lineKeys } from "./return-risk-evaluation.ts";
import { chanceOf, type FittedRisk, fitRisk, groupedEffects, marginsOf, readRisk } from "./return-risk-fit.ts";
import { type DriverGroup, describeLines } from "./return-risk-words.ts";

const mostDrivers = 4;

/** The strongest drivers of each line as JSON: group, effect on the chance (points as a share), words. */
function driversOf(
  table: ColumnTable,
  given: ScoredColumns,
  fitted: FittedRisk,
  risk: Float64Array,
): (string | null)[] {
  const { trees, platt, lags } = fitted;
  const groups = groupedEffects(trees, given);
  const margins = marginsOf(trees, given);
  const [age, lagsOf] = [numbers(table, "age_days"), lagsOfLines(table, lags)];
  const describe = describeLines(table, given.columns);
  return Array.from(risk, (value, row) => {
    if (!Number.isFinite(value)) return null;
    const margin = platt.slope * (margins[row] ?? 0) + platt.offset;
    const without = (sum: number) => givenAge(sigmoid(margin - platt.slope * sum), age[row] ?? 0, lagsOf[row] ?? []);
    const effects: [DriverGroup, number][] = [...groups].map(([group, sums]) => [
      group,
      value - without(sums[row] ?? 0),
    ]);
    effects.push(["age", value - sigmoid(margin)]);
    const strongest = effects
      .filter(([, effect]) => Math.abs(effect) >= 0.0005)
      .sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]))
      .slice(0, mostDrivers);
    return JSON.stringify(
      strongest.map(([driver, effect]) => ({ driver, effect: Number(effect.toFixed(4)), text: describe(driver, row) })),
    );
  });
}

export const returnRisk = defineModel({
  name: "return_risk",
  version: 4,
  title: "Return risk of open lines",
  group: "returns",
  inputs: { open: { feature: "return_open_lines" } },
  learns: { settled: { feature: "return_training_lines" } },
  outcomes: { returns: { feature: "return_outcomes" }, judged: { feature: "return_judged_lines" } },
  mainMetric: "auc_at_purchase",
  alsoDecide: { log_loss_at_purchase: "better", auc: "not_worse", log_loss: "not_worse" },
  keys: lineKeys.map((name) => ({ name, type: "VARCHAR" })),
  unscored: {
    from: { step: "return_ledger", output: "return_ledger" },
    where: "NOT is_settled AND reason <> 'window_open'",
  },
  params: {
    trees: {
      kind: "number",
      default: 200,
      min: 1,
      max: 2_000,
      label: "Most trees",
      help: "Growing ends earlier where lines that were kept out no longer gain.",
    },
    leaves: { kind: "number", default: 8, min: 2, max: 64, label: "Leaves", help: "Leaves of a tree, at most." },
    learning_rate: {
      kind: "number",
      default: 0.1,
      min: 0.005,
      max: 0.5,
      label: "Learning rate",
      help: "Part of each tree's correction that is taken.",
    },
  },
  outputs: [
    { name: "return_risk", type: "DOUBLE", unit: "share" },
    { name: "return_risk_band", type: "VARCHAR" },
    { name: "risk_at_purchase", type: "DOUBLE", unit: "share" },
    { name: "drivers", type: "VARCHAR" },
  ],
  card: {
    purpose: "The chance that a line whose return window is open comes back, and what makes it so.",
    method:
      "A logistic regression with random effects of category, product, brand, size, channel, person, month, basket, delivery and discount, and slopes on prices and on the customer's inclination (past returns ÷ those expected of such lines, drawn to 1 by as many expected returns as foretold the settled lines best): what few lines say is drawn in as far as such effects spread. From there on gradient-boosted trees on settled lines, with what was known when each was bought, for what doesn't add up; none are grown where they don’t surely help on newer lines. What trees read of the effects comes from the other days. Chances are corrected on newer lines where that surely helps (Platt), then lowered by the days that passed without a return: p (1 − F) ÷ (1 − p F), F the share of returns that come by that age, of category, channel and several alike in an order apart where their days clearly differ, drawn to that of all (Dirichlet). A line that isn’t delivered yet is taken for one delivered after its channel’s usual days. Drivers are effects and Shapley values.",
    references: [
      "Breslow & Clayton (1993): Approximate inference in generalized linear mixed models, JASA 88.",
      "Schall (1991): Estimation in generalized linear models with random effects, Biometrika 78.",
      "Friedman (2001): Greedy function approximation, Annals of Statistics 29(5).",
      "Prokhorenkova et al. (2018): CatBoost, for ordered target statistics, here by time.",
      "Lundberg et al. (2020): From local explanations to global understanding with explainable AI for trees, Nature MI 2.",
      "Platt (1999): Probabilistic outputs for support vector machines.",
      "Minka (2000): Estimating a Dirichlet distribution, for the days of returns.",
      "Obuchowski (1997): Nonparametric analysis of clustered ROC curve data, Biometrics 53(2), for intervals.",
    ],
    assumptions: [
      "Lines come back as such lines did of late.",
      "The time from purchase to return doesn't depend on what makes a return likely, beyond category, channel and several alike in an order.",
      "Lines of one customer come back independently, given what is known of them.",
    ],
    limits: [
      "A line comes back or doesn't: limits of that outcome are 0 and 1, so none are given. How far chances can be trusted is what their calibration shows.",
      "Lines that aren't settled though their window has passed (not delivered, partly refunded) carry a reason instead of a risk.",
      "Returns without a day count from the order's: no line that is still open came back then, and its risk is told too high. Where no return has a day, chances aren't judged on open lines.",
      "Chances at purchase are judged without the day of the delivery, which came later.",
      "A customer has no effect of their own beyond their past returns: fits hold nobody's share.",
      "Identity, categories, sizes and what is known of persons are as known today, also for lines of the past.",
    ],
    metrics: [
      "auc_at_purchase, log_loss_at_purchase: every line bought within the window before the cut, back by then or not, by its chance with what was known when it was bought, against its category's rate at purchase (of lines settled by the cut, drawn to the mean)",
      "auc, log_loss: lines still open at the cut, by their chance to come back after it, against their category's rate at the same age",
      "log_loss_over_mean_at_purchase, log_loss_over_mean: the same lines, against the mean rate at purchase and at that age",
      "bias_at_purchase, bias: expected returns ÷ returns that came − 1",
      "Proven where auc_at_purchase and log_loss_at_purchase are surely better than the category's rate and auc and log_loss of open lines aren't surely worse. Intervals take all lines of a customer together.",
    ],
  },
  fit: (inputs, params, { seed, throwIfCancelled }): Json =>
    fitRisk(requireTable(inputs, "settled"), params, seed, throwIfCancelled) as unknown as Json,
  score: (inputs, json) => {
    const fitted = readRisk(json);
    const table = requireTable(inputs, "open");
    const [risk, atPurchase] = [blank(table.rows), blank(table.rows)];
    const band = new Array<string | null>(table.rows).fill(null);
    let drivers = new Array<string | null>(table.rows).fill(null);
    if (fitted && table.rows > 0) {
      const given = scoreColumns(table, fitted);
      const [margins, age] = [marginsOf(fitted.trees, given), numbers(table, "age_days")];
      const [cuts, lags] = [bandCuts(fitted.mean), lagsOfLines(table, fitted.lags)];
      for (let row = 0; row < table.rows; row++) {
        atPurchase[row] = chanceOf(margins[row] ?? 0, fitted.platt);
        risk[row] = givenAge(atPurchase[row] ?? 0, age[row] ?? 0, lags[row] ?? []);
        band[row] = bandOf(risk[row] ?? 0, cuts);
      }
      drivers = driversOf(table, given, fitted, risk);
    }
    const keys = Object.fromEntries(lineKeys.map((name) => [name, texts(table, name)]));
    const enough = new Float64Array(table.rows).fill(fitted && fitted.n_returned >= 50 ? 1 : 0);
    const reason = new Array<string | null>(table.rows).fill(fitted ? null : "not_enough_data");
    return {
      rows: table.rows,
      columns: {
        ...keys,
        return_risk: risk,
        return_risk_band: band,
        risk_at_purchase: atPurchase,
        drivers,
        enough_data: enough,
        reason,
      },
    };
  },
  evaluate: (inputs, scores, { tables = {} }, json) => {
    const fitted = readRisk(json);
    if (!fitted) return [];
    return [
      ...judgeAtPurchase(fitted, requireTable(tables, "judged")),
      ...judgeOpen(fitted, requireTable(inputs, "open"), scores, requireTable(tables, "returns")),
    ];
  },
});
