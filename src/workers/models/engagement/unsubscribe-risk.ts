import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { fitLogistic, type LogisticFit, logisticChances } from "../../numeric/logistic.ts";
import { brierErrors, meanInterval } from "../../numeric/scoring.ts";
import { defineModel } from "../define.ts";
import { compare, compareRanks, join, known, leastCustomers } from "../evaluation.ts";
import { blank, numbers, requireTable, scoreTable, texts } from "../tables.ts";

interface FittedLeaving {
  readonly hazard: LogisticFit;
  /** Whether more e-mails went with more leaving: without it no frequency can be advised. */
  readonly rises_with_frequency: boolean;
  readonly n_messages: number;
  readonly n_left: number;
}

const leastLeft = 15;
const mostAWeek = 7;
const period = 28;

/** Log of frequency first: the advice turns it. */
function columnsOf(table: ColumnTable, frequency = numbers(table, "sent_28")): Float64Array[] {
  const sent = numbers(table, "n_sent");
  const rate = (of: string) => numbers(table, of).map((count, row) => (count + 1) / ((sent[row] ?? 0) + 5));
  const faded = (of: string) => numbers(table, of).map((days) => (Number.isFinite(days) ? Math.exp(-days / 60) : 0));
  return [
    frequency.map((count) => Math.log1p(Math.max(0, count))),
    rate("n_opened"),
    rate("n_clicked"),
    faded("days_since_opened"),
    sent.map((count) => Math.log1p(count)),
    numbers(table, "days_since_first").map((days) => Math.log1p(Number.isFinite(days) ? Math.max(0, days) : 0)),
  ];
}

/** Chance to leave within four weeks of so many e-mails, each with its own hazard at that frequency. */
function withinPeriod(hazard: Float64Array, frequency: number | Float64Array): Float64Array {
  const sent = (row: number) => (typeof frequency === "number" ? frequency : (frequency[row] ?? 0));
  return hazard.map((p, row) => -Math.expm1(sent(row) * Math.log1p(-Math.min(0.999999, p))));
}

function fittedLeaving(given: Json): FittedLeaving | null {
  return typeof given === "object" && given !== null && "hazard" in given ? (given as unknown as FittedLeaving) : null;
}

export const unsubscribeRisk = defineModel({
  name: "unsubscribe_risk",
  version: 2,
  title: "Unsubscribe risk",
  group: "engagement",
  inputs: { activity: { feature: "message_activity" } },
  learns: { rows: { feature: "message_training" } },
  outcomes: { messages: { feature: "outcome_messages" } },
  params: {
    most_risk: {
      kind: "number",
      default: 0.02,
      min: 0.001,
      max: 0.5,
      unit: "share",
      label: "Bearable risk",
      help: "Chance to lose a subscriber within four weeks that the advised frequency may carry.",
    },
  },
  outputs: [
    { name: "unsubscribe_risk", type: "DOUBLE", unit: "share" },
    { name: "unsubscribe_risk_28", type: "DOUBLE", unit: "share" },
    { name: "advised_messages_28", type: "INTEGER", unit: "count" },
  ],
  needs: "events of messages: sent, opened, unsubscribed; 15 people or more who unsubscribed",
  card: {
    purpose:
      "The chance that somebody unsubscribes, or complains, at the next e-mail and within four weeks, and how many e-mails in four weeks keep it bearable.",
    method:
      "Discrete hazard: a logistic regression (drawn in by ridge) over e-mails of the last year on how many came in the four weeks before, how many were opened and clicked, how long ago the last was opened, and for how long they have been written to. The advised frequency is the greatest at which 1 − (1 − hazard)^frequency stays below the bearable risk, at most 28.",
    references: [
      "Singer & Willett (1993): It's about time: using discrete-time survival analysis to study duration and the timing of events, Journal of Educational Statistics 18(2).",
      "Hoerl & Kennard (1970): Ridge regression: biased estimation for nonorthogonal problems, Technometrics 12(1).",
    ],
    assumptions: [
      "Whoever leaves within seven days of an e-mail leaves because of it.",
      "Those who are written to more often are otherwise like those who aren't, given what they opened: an association, not a tested effect.",
    ],
    limits: [
      "Needs 15 e-mails after which somebody left; leaving is rare, so that small lists say little.",
      "On the demo retailer it ranks no better than the number of e-mails before: unproven there.",
      "Where more e-mails don't go with more leaving no frequency is advised (no_advice).",
      "A chance of a single event has no limits of its own.",
      "Who has left already has no risk: the reason says so.",
    ],
    metrics: [
      "auc against the number of e-mails in the four weeks before, for leaving within the horizon",
      "brier of the chance to leave within the horizon at the frequency of the four weeks before, against the overall hazard at the mean frequency",
    ],
  },
  fit: (inputs): Json => {
    const rows = requireTable(inputs, "rows");
    if (rows.rows === 0) return null;
    const left = numbers(rows, "has_left");
    const n = left.reduce((sum, one) => sum + one, 0);
    if (n < leastLeft || rows.rows - n < leastLeft) return null;
    const hazard = fitLogistic(columnsOf(rows), left, 4);
    return {
      hazard,
      rises_with_frequency: (hazard.slopes[0] ?? 0) > 0,
      n_messages: rows.rows,
      n_left: n,
    } as unknown as Json;
  },
  score: (inputs, given, params) => {
    const activity = requireTable(inputs, "activity");
    const fitted = fittedLeaving(given);
    const n = activity.rows;
    const has = fitted !== null;
    const gone = numbers(activity, "has_left");
    const sent = numbers(activity, "sent_28");
    const present = fitted ? logisticChances(fitted.hazard, columnsOf(activity)) : blank(n);
    const risk = present.map((p, row) => (gone[row] === 1 ? Number.NaN : p));
    const within = withinPeriod(risk, sent);
    const advised = fitted?.rises_with_frequency ? advise(fitted, activity, Number(params.most_risk)) : blank(n);
    const outputs = {
      unsubscribe_risk: risk,
      unsubscribe_risk_28: within,
      advised_messages_28: advised.map((count, row) => (gone[row] === 1 ? Number.NaN : count)),
    };
    const without = fitted && !fitted.rises_with_frequency ? "no_advice" : null;
    const reason = Array.from(gone, (one) => (!has ? "not_enough_data" : one === 1 ? "has_unsubscribed" : without));
    const enough = numbers(activity, "n_sent").map((count, row) => (has && count >= 3 && gone[row] !== 1 ? 1 : 0));
    return scoreTable(texts(activity, "customer_id"), outputs, { enough, reason });
  },
  evaluate: (inputs, scores, { tables, horizonDays }, given) => {
    const fitted = fittedLeaving(given);
    const activity = requireTable(inputs, "activity");
    const after = tables ? requireTable(tables, "messages") : undefined;
    if (!fitted || !after) return [];
    const joined = join(after, [activity, scores]);
    const n = joined.n;
    const leaves = joined.numbers(after, "leaves");
    const yes = Array.from(leaves, (one) => one === 1);
    if (n < leastCustomers || !yes.includes(true)) return [];
    const hazard = joined.numbers(scores, "unsubscribe_risk").map((p) => (Number.isFinite(p) ? p : 0));
    const frequency = joined.numbers(activity, "sent_28");
    const expected = frequency.map((count) => (count * horizonDays) / period);
    const own = withinPeriod(hazard, expected);
    const mean = expected.reduce((sum, one) => sum + one, 0) / n;
    const overall = -Math.expm1(mean * Math.log1p(-fitted.n_left / fitted.n_messages));
    const errors = { own: brierErrors(own, yes), naive: brierErrors(new Float64Array(n).fill(overall), yes) };
    return known([
      compareRanks({
        metric: "auc",
        baseline: "e-mails in the four weeks before",
        own: hazard,
        naive: frequency,
        isPositive: yes,
      }),
      compare({
        metric: "brier",
        baseline: "share that left",
        own: meanInterval(errors.own),
        naive: meanInterval(errors.naive).value,
        pairs: errors,
        n,
        better: "lower",
      }),
    ]);
  },
});

/** The greatest number of e-mails in four weeks whose risk stays bearable; 0 where not even one does. */
function advise(fitted: FittedLeaving, activity: ColumnTable, most: number): Float64Array {
  const found = new Float64Array(activity.rows);
  for (let count = 1; count <= (mostAWeek * period) / 7; count++) {
    const hazard = logisticChances(fitted.hazard, columnsOf(activity, new Float64Array(activity.rows).fill(count)));
    const risk = withinPeriod(hazard, count);
    for (let row = 0; row < found.length; row++) if ((risk[row] ?? 1) <= most) found[row] = count;
  }
  return found;
}
