import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { ModelDeclaration } from "../../../shared/domain/model.ts";
import { eventWords, type OwnPopulation, type OwnPropensity } from "../../../shared/domain/own-model.ts";
import { predictResponses } from "../../numeric/boosted-trees-predict.ts";
import { defineModel } from "../define.ts";
import { behaviourGroups, type DriverGroups, strongestDrivers } from "../lifecycle/propensity-words.ts";
import { blank, gather, matchRows, numbers, requireTable, scoreTable, texts } from "../tables.ts";
import { eventColumns, eventsStep, outcomesStep, trainingStep } from "./event-steps.ts";
import { judgeEvent } from "./judge.ts";
import { fitOwn, fittedOwn } from "./propensity-fit.ts";

function populationWords({ bought_within_days, least_purchases, is_first_time }: OwnPopulation): string {
  const parts = [
    bought_within_days === undefined ? "" : `bought within ${bought_within_days} days`,
    least_purchases === undefined ? "" : `bought on at least ${least_purchases} days`,
    is_first_time ? "it hasn't happened to before" : "",
  ].filter((part) => part !== "");
  return parts.length > 0 ? `Customers who ${parts.join(" and ")}.` : "Everybody who has bought.";
}

const times = (n: number) => `on ${Math.round(n)} ${Math.round(n) === 1 ? "day" : "days"}`;

const groups: DriverGroups = {
  event: {
    features: eventColumns.map(({ name }) => name),
    text: (of) =>
      of("event_days") > 0
        ? `it happened ${times(of("event_days"))}, last ${Math.round(of("days_since_event"))} days ago`
        : "it never happened before",
  },
  ...behaviourGroups,
};

/** What the event's own past was when a customer was scored, as JSON by column; null where nobody was. */
function pastOf(past: ColumnTable, rows: ArrayLike<number>, isScored: Float64Array): (string | null)[] {
  const columns = eventColumns.map(({ name }) => [name, numbers(past, name)] as const);
  return Array.from(isScored, (one, at) => {
    if (one !== 1) return null;
    const said = columns.map(([name, values]) => [name, values[rows[at] ?? -1] ?? Number.NaN] as const);
    return JSON.stringify(Object.fromEntries(said.filter(([, value]) => Number.isFinite(value))));
  });
}

/** A propensity of any event, from its definition: the same kind of trees as the purchase propensity's, on the same features and
 *  the event's own past. */
export function ownPropensity(definition: OwnPropensity): ModelDeclaration {
  const { name, event, horizon_days: horizonDays, leave_out } = definition;
  const words = eventWords(event);
  const learns = `${leave_out.length > 0 ? `, but not ${leave_out.join(", ")}` : ""}`;
  return defineModel({
    name,
    version: 3,
    title: definition.title,
    group: "own",
    inputs: { features: { feature: "customer_features" }, past: { feature: eventsStep(name) } },
    learns: { rows: { feature: trainingStep(name) } },
    outcomes: { happened: { feature: outcomesStep(name) } },
    params: {},
    outputs: [
      { name: "probability", type: "DOUBLE", unit: "share" },
      { name: "drivers", type: "VARCHAR" },
      { name: "event_past", type: "VARCHAR" },
    ],
    card: {
      purpose: definition.purpose || `The chance that customers ${words} within ${horizonDays} days.`,
      method: `Gradient-boosted trees on what customers had done at earlier cuts (up to 90, 180, 270 and 365 days ago, those at least ${horizonDays} days back) and whether it followed; the latest cut tells how many trees are enough. Read: the features of the purchase propensity and the event's own past${learns}. Drivers are Shapley values of the trees (TreeSHAP).`,
      references: [
        "Friedman (2001): Greedy function approximation: a gradient boosting machine, Annals of Statistics 29(5).",
        "Lundberg et al. (2020): From local explanations to global understanding with explainable AI for trees, Nature Machine Intelligence 2.",
      ],
      assumptions: [
        `Scored: ${populationWords(definition.population)}`,
        "The coming weeks follow customers' behaviour as those after the earlier cuts did.",
        "An event counts on the day that its source gives it; a source that delivers late makes it look rarer.",
      ],
      limits: [
        "A chance of a single event has no limits of its own: its calibration says how far it can be trusted.",
        "Needs 200 histories at earlier cuts with 30 to whom it happened and 30 to whom it didn't.",
        "Drivers say what the chance rests on; the nearest change, on a customer's page, what would move it by these trees: association, not effect.",
        `Judged only at cuts that at least ${horizonDays} days have followed.`,
      ],
      metrics: ["auc against days since it last happened", "brier against the share at the latest earlier cut"],
    },
    fit: (inputs, _, context): Json => fitOwn(requireTable(inputs, "rows"), leave_out, context) as unknown as Json,
    score: (inputs, given, _, { throwIfCancelled }) => {
      const [features, past] = [requireTable(inputs, "features"), requireTable(inputs, "past")];
      const fitted = fittedOwn(given);
      const n = features.rows;
      const rows = matchRows(features, past);
      const isScored = gather(numbers(past, "is_scored"), rows);
      const own = new Set(eventColumns.map((column) => column.name));
      const columns = (fitted?.columns ?? []).map((column) =>
        own.has(column) ? gather(numbers(past, column), rows) : numbers(features, column),
      );
      const all = fitted ? predictResponses(fitted.trees, columns) : blank(n);
      throwIfCancelled();
      const probability = all.map((p, row) => (isScored[row] === 1 ? p : Number.NaN));
      const drivers = fitted
        ? strongestDrivers({ ...fitted, share: 1, names: fitted.columns, columns, chance: probability, groups })
        : new Array<string | null>(n).fill(null);
      const reason = Array.from(isScored, (one) =>
        !fitted ? "not_enough_data" : one === 1 ? null : "outside_population",
      );
      const enough = isScored.map((one) => (fitted && one === 1 ? 1 : 0));
      const event_past = pastOf(past, rows, isScored);
      return scoreTable(texts(features, "customer_id"), { probability, drivers, event_past }, { enough, reason });
    },
    evaluate: (inputs, scores, holdout, given) => {
      const baseRate = fittedOwn(given)?.base_rate;
      if (baseRate === undefined) return [];
      return judgeEvent({ inputs, scores, holdout, column: "probability", horizonDays, baseRate });
    },
  });
}
