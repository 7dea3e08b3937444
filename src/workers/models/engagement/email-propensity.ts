import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { messageColumns } from "../../features/message-activity.ts";
import { fitConcentration } from "../../numeric/beta-binomial.ts";
import { brierErrors, meanInterval } from "../../numeric/scoring.ts";
import { defineModel } from "../define.ts";
import { calibrationBins, compare, compareRanks, join, known, leastCustomers } from "../evaluation.ts";
import { blank, numbers, requireTable, scoreTable, texts } from "../tables.ts";
import { fitResponse, type ResponseTrees, responseChances, shrunkRate } from "./response-trees.ts";

interface FittedEmail {
  readonly open: ResponseTrees | null;
  readonly click: ResponseTrees | null;
  readonly open_rate: number;
  readonly click_rate: number;
  /** By how many e-mails the own rate is drawn to that of all. */
  readonly open_weight: number;
  readonly click_weight: number;
  readonly n_messages: number;
}

const leastMessages = 200;
const ownWeight = 5;

const columnsOf = (table: ColumnTable) => messageColumns.map(({ name }) => numbers(table, name));

const countOf = { open: "n_opened", click: "n_clicked" } as const;

/** Log odds of the own past rate, drawn to that of all. */
function ownOdds(table: ColumnTable, of: "open" | "click", given: { rate: number; weight: number }): Float64Array {
  return shrunkRate(numbers(table, countOf[of]), numbers(table, "n_sent"), given).map((p) => {
    const kept = Math.min(0.999, Math.max(0.001, p));
    return Math.log(kept / (1 - kept));
  });
}

/** How much people differ: the concentration of a beta-binomial over what each had opened or clicked. */
function weightOf(activity: ColumnTable, of: "open" | "click", rate: number): number {
  const sent = numbers(activity, "n_sent");
  const yes = numbers(activity, countOf[of]).map((count, row) => Math.min(count, sent[row] ?? 0));
  return Math.min(200, fitConcentration(yes, sent, new Float64Array(sent.length).fill(Math.max(0.005, rate))));
}

function share(target: Float64Array): number {
  return target.reduce((sum, one) => sum + one, 0) / Math.max(1, target.length);
}

function fittedEmail(given: Json): FittedEmail | null {
  return typeof given === "object" && given !== null && "n_messages" in given
    ? (given as unknown as FittedEmail)
    : null;
}

export const emailPropensity = defineModel({
  name: "email_propensity",
  version: 2,
  title: "E-mail propensity",
  group: "engagement",
  inputs: { activity: { feature: "message_activity" } },
  learns: { rows: { feature: "message_training" } },
  outcomes: { messages: { feature: "outcome_messages" } },
  params: {},
  outputs: [
    { name: "probability_open", type: "DOUBLE", unit: "share" },
    { name: "probability_click", type: "DOUBLE", unit: "share" },
  ],
  mainMetric: "brier_open",
  needs: "events of messages: sent, opened, clicked; of 200 messages or more",
  card: {
    purpose: "The chance that somebody opens, and clicks, the next e-mail that they get.",
    method:
      "The own past rate, drawn to that of all by a beta-binomial, and gradient-boosted trees that start from its log odds and are kept only where they tell the latest quarter better by a standard error, on e-mails of the last year whose week of answers has passed: what was sent, opened and clicked before (each counted with weights that fade over a month and over four), how often they were written to lately, and how long ago each thing was. The latest quarter of the e-mails tells how many trees are enough and brings their margins to chances (Platt). Opens that the platform marks as made by a program don't count as opens.",
    references: [
      "Friedman (2001): Greedy function approximation: a gradient boosting machine, Annals of Statistics 29(5).",
      "Griffiths (1973): Maximum likelihood estimation for the beta-binomial distribution, Biometrics 29(4).",
      "Platt (1999): Probabilistic outputs for support vector machines, Advances in Large Margin Classifiers.",
    ],
    assumptions: [
      "An answer within seven days belongs to the latest e-mail of its campaign before it.",
      "The next e-mail is like those of the last year.",
    ],
    limits: [
      "Opens by programs that the platform doesn't mark count as people's: then the click is the better guide.",
      "A chance of a single event has no limits of its own: its calibration says how far it can be trusted.",
      "Needs 200 e-mails, and 30 that were opened and 30 that weren't; without them each has the own past rate, drawn to that of all.",
      "Says nothing of the e-mail's subject, offer or hour.",
      "Where people keep to their habits there is little to add to the own rate: on the demo retailer its Brier score does not beat it, while the chance to open follows the true one with a rank correlation of .82 (clicks .69).",
    ],
    metrics: [
      "brier_open and brier_click: squared error of the chances for the first e-mail after the cut, against the own past rate drawn to that of all",
      "auc_open and auc_click against the same rate",
    ],
  },
  fit: (inputs, _, { seed, throwIfCancelled }): Json => {
    const rows = requireTable(inputs, "rows");
    if (rows.rows === 0) return null;
    const [opened, clicked] = [numbers(rows, "is_opened"), numbers(rows, "is_clicked")];
    const daysAgo = numbers(rows, "days_ago");
    const columns = columnsOf(rows);
    const isEnough = rows.rows >= leastMessages;
    const activity = requireTable(inputs, "activity");
    const priors = {
      open: { rate: share(opened), weight: weightOf(activity, "open", share(opened)) },
      click: { rate: share(clicked), weight: weightOf(activity, "click", share(clicked)) },
    };
    const learn = (target: Float64Array, of: "open" | "click") => {
      const offset = ownOdds(rows, of, priors[of]);
      return isEnough ? fitResponse({ columns, target, daysAgo, offset }, { seed, throwIfCancelled }) : null;
    };
    return {
      open: learn(opened, "open"),
      click: learn(clicked, "click"),
      open_rate: priors.open.rate,
      click_rate: priors.click.rate,
      open_weight: priors.open.weight,
      click_weight: priors.click.weight,
      n_messages: rows.rows,
    } as unknown as Json;
  },
  score: (inputs, given) => {
    const activity = requireTable(inputs, "activity");
    const fitted = fittedEmail(given);
    const n = activity.rows;
    const columns = fitted ? columnsOf(activity) : [];
    const chances = (of: "open" | "click") => {
      if (!fitted) return blank(n);
      return rateOrTrees(fitted, of, activity, columns);
    };
    const sent = numbers(activity, "n_sent");
    const enough = sent.map((count) => (fitted?.open && count >= 3 ? 1 : 0));
    const reason = new Array<string | null>(n).fill(fitted ? null : "not_enough_data");
    const [open, click] = [chances("open"), chances("click")];
    const outputs = { probability_open: open, probability_click: click };
    return scoreTable(texts(activity, "customer_id"), outputs, { enough, reason });
  },
  evaluate: (inputs, scores, { tables }, given) => {
    const fitted = fittedEmail(given);
    const activity = requireTable(inputs, "activity");
    const after = tables ? requireTable(tables, "messages") : undefined;
    if (!fitted || !after) return [];
    const joined = join(after, [activity, scores]);
    if (joined.n < leastCustomers) return [];
    const rows = (["open", "click"] as const).map((of) => {
      const happened = joined.numbers(after, of === "open" ? "is_opened" : "is_clicked");
      const own = joined.numbers(scores, `probability_${of}`);
      const rate = shrunkRate(
        joined.numbers(activity, of === "open" ? "n_opened" : "n_clicked"),
        joined.numbers(activity, "n_sent"),
        { rate: of === "open" ? fitted.open_rate : fitted.click_rate, weight: ownWeight },
      );
      const yes = Array.from(happened, (one) => one === 1);
      const errors = { own: brierErrors(own, yes), naive: brierErrors(rate, yes) };
      const common = { baseline: "own past rate", n: joined.n };
      return {
        brier: {
          ...compare({
            metric: `brier_${of}`,
            ...common,
            own: meanInterval(errors.own),
            naive: meanInterval(errors.naive).value,
            pairs: errors,
            better: "lower",
          }),
          calibration: calibrationBins(own, happened),
        },
        auc: compareRanks({ metric: `auc_${of}`, baseline: common.baseline, own, naive: rate, isPositive: yes }),
      };
    });
    return known([...rows.map(({ brier }) => brier), ...rows.map((one) => one.auc)]);
  },
});

/** The trees' chance where there are trees, else the own past rate drawn to that of all. */
function rateOrTrees(
  fitted: FittedEmail,
  of: "open" | "click",
  activity: ColumnTable,
  columns: readonly Float64Array[],
): Float64Array {
  const prior = { rate: fitted[`${of}_rate`], weight: fitted[`${of}_weight`] };
  const trees = fitted[of];
  if (trees) return responseChances(trees, columns, ownOdds(activity, of, prior));
  return shrunkRate(numbers(activity, countOf[of]), numbers(activity, "n_sent"), prior);
}
