import { eventWords, type OwnEvent, type OwnPopulation } from "../../../shared/domain/own-model.ts";
import { bandCuts } from "../../../shared/domain/return-bands.ts";
import { predictResponses } from "../../numeric/boosted-trees-predict.ts";
import { type Alternative, splitPoints } from "../../numeric/nearest-change.ts";
import { type BandChanges, bandChanges } from "../band-changes.ts";
import { afterOrders, behaviourLevers, type FeatureRow, type Lever, times } from "../lifecycle/behaviour-levers.ts";
import type { FittedOwn } from "./propensity-fit.ts";

interface Asked {
  readonly event: OwnEvent;
  readonly population: OwnPopulation;
}

const windows = [90, 365] as const;
const mostTimes = 3;

/** The customer as they would be had the event happened on so many days more, the last of them today. */
function afterEvents(row: FeatureRow, n: number): FeatureRow {
  const of = (name: string) => row[name] ?? 0;
  const counts = ["event_days", ...windows.map((days) => `event_days_${days}`)];
  return { ...row, ...Object.fromEntries(counts.map((name) => [name, of(name) + n])), days_since_event: 0 };
}

/** Further days in which it doesn't happen: what has left a window wholly counts no more. */
function afterQuiet(row: FeatureRow, days: number): FeatureRow {
  const since = (row.days_since_event ?? Number.NaN) + days;
  const gone = windows.filter((length) => since >= length).map((length) => [`event_days_${length}`, 0]);
  return { ...row, days_since_event: since, ...Object.fromEntries(gone) };
}

/** Whether doing this is the event itself. */
function isEvent({ kind }: Lever, event: OwnEvent): boolean {
  if (event.kind === "purchase")
    return kind === "orders" && [event.category, event.brand, event.product_id].every((one) => one === undefined);
  if (event.kind === "visit") return kind === "visits" && event.type === undefined;
  return event.kind === "message" && event.type === "opened" && kind === "opens";
}

/** What only the customer can do and no other lever is: of a message, only a click. */
function eventLevers(event: OwnEvent, row: FeatureRow, levers: readonly Lever[]): Lever[] {
  const isTold = levers.some((lever) => isEvent(lever, event));
  const isTheirs = event.kind === "message" ? event.type === "clicked" : event.kind !== "return";
  if (isTold || !isTheirs) return [];
  return Array.from({ length: mostTimes }, (_, at): Lever => {
    const n = at + 1;
    const bought = event.kind === "purchase" ? afterOrders(row, n) : row;
    const text = `${times(n, "day")} on which they ${eventWords(event)}, the last one today`;
    return { row: afterEvents(bought, n), text, kind: "orders", n };
  });
}

function isScored(row: FeatureRow, { bought_within_days, least_purchases, is_first_time }: OwnPopulation): boolean {
  const of = (name: string) => row[name] ?? 0;
  return (
    (bought_within_days === undefined || of("days_since_last_purchase") < bought_within_days) &&
    (least_purchases === undefined || of("frequency") + 1 >= least_purchases) &&
    (!is_first_time || of("event_days") === 0)
  );
}

/** The nearest changes of what a customer does that would move their chance of an event of one's own into the bands beside: the levers of
 *  the chance to buy, and the event itself, scored anew with all that hangs on them. Whoever would leave the population has no chance then, so
 *  that such changes are none. `row`: features and the event's own past. */
export function ownChanges(fitted: FittedOwn, asked: Asked, row: FeatureRow): BandChanges {
  const points = fitted.columns.map((_, at) => splitPoints(fitted.trees, at));
  const pointsOf = (name: string) => points[fitted.columns.indexOf(name)] ?? [];
  const known = behaviourLevers(pointsOf, row).map((lever): Lever => {
    if (lever.kind === "silence") return { ...lever, row: afterQuiet(lever.row, lever.n) };
    return isEvent(lever, asked.event) ? { ...lever, row: afterEvents(lever.row, lever.n) } : lever;
  });
  const levers = [...known, ...eventLevers(asked.event, row, known)].filter((lever) =>
    isScored(lever.row, asked.population),
  );
  const rows = [row, ...levers.map((lever) => lever.row)];
  const columns = fitted.columns.map((name) => Float64Array.from(rows, (one) => one[name] ?? Number.NaN));
  const chance = predictResponses(fitted.trees, columns);
  const columnsAt = (at: number) => columns.map((column) => column[at] ?? Number.NaN);
  const alternatives = levers.map(({ text }, at): Alternative => ({ columns: columnsAt(at + 1), text }));
  const own = { columns: columnsAt(0), score: chance[0] ?? Number.NaN };
  return bandChanges(bandCuts(fitted.base_rate), points, own, { alternatives, scores: chance.slice(1) });
}
