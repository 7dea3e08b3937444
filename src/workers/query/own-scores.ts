import type { Json } from "../../shared/base/canonical-json.ts";
import type { OwnPropensity } from "../../shared/domain/own-model.ts";
import type { Session } from "../engine/duckdb.ts";
import { ident, literal } from "../engine/sql.ts";
import type { BandChange } from "../models/band-changes.ts";
import { ownChanges } from "../models/own/own-changes.ts";
import { fittedOwn } from "../models/own/propensity-fit.ts";
import type { Score } from "./customer-scores.ts";
import { numberOrNull, textOrNull } from "./estimate.ts";
import { agrees } from "./purchase-model.ts";
import type { OpenSnapshot } from "./session-pool.ts";
import { toldDrivers } from "./why.ts";

/** A retailer's own propensity as a customer's page asks for it. */
export type AskedPropensity = Pick<OwnPropensity, "name" | "title" | "horizon_days" | "event" | "population">;

/** A customer's chances of the retailer's own events, with drivers and the nearest change, of those that this snapshot has. */
export async function ownScoresOf(
  snapshot: OpenSnapshot,
  session: Session,
  customerId: string,
  asked: readonly AskedPropensity[],
): Promise<Score[]> {
  const found: Score[] = [];
  for (const one of asked) {
    const table = `scores_${one.name}`;
    if (!snapshot.columnsOf(table).has("probability")) continue;
    const [stored = {}] = await session.rows(
      `SELECT * FROM ${ident(table)} WHERE customer_id = ${literal(customerId)}`,
    );
    const value = numberOrNull(stored.probability);
    if (value === null && textOrNull(stored.reason) === "outside_population") continue;
    found.push({
      name: `${one.name}_probability`,
      label: one.title,
      model: one.name,
      kind: "share",
      unit: `chance, ${one.horizon_days} days`,
      value,
      low: null,
      high: null,
      median: await medianOf(snapshot, session, table),
      scale_low: 0,
      scale_high: 1,
      enough_data: typeof stored.enough_data === "boolean" ? stored.enough_data : null,
      ground: "",
      reason: value === null ? (textOrNull(stored.reason) ?? "not_scored") : null,
      why: toldDrivers(stored.drivers),
      nearest: value === null ? [] : await nearestOfOwn(snapshot, session, one, { customerId, value, stored }),
    });
  }
  return found;
}

async function medianOf(snapshot: OpenSnapshot, session: Session, table: string): Promise<number | null> {
  const key = `median of ${table}`;
  if (!snapshot.memo.has(key))
    snapshot.memo.set(key, numberOrNull(await session.value(`SELECT median(probability) FROM ${ident(table)}`)));
  return snapshot.memo.get(key) as number | null;
}

interface Scored {
  readonly customerId: string;
  readonly value: number;
  readonly stored: Readonly<Record<string, Json>>;
}

/** None where the definition, the features or the fit aren't those that the score was made with: the formula gives another score then. */
async function nearestOfOwn(
  snapshot: OpenSnapshot,
  session: Session,
  asked: AskedPropensity,
  { customerId, value, stored }: Scored,
): Promise<BandChange[]> {
  const fitted = fittedOwn(snapshot.handle.fits?.[asked.name] ?? null);
  const past = textOrNull(stored.event_past);
  if (!fitted || past === null || !snapshot.has("customer_features")) return [];
  const [row] = await session.rows(
    `SELECT * EXCLUDE (customer_id) FROM customer_features WHERE customer_id = ${literal(customerId)}`,
  );
  if (!row) return [];
  const all = Object.entries({ ...row, ...(JSON.parse(past) as Record<string, Json>) });
  const known = all.map(([name, one]) => [name, numberOrNull(one) ?? Number.NaN] as const);
  const { score, changes } = ownChanges(fitted, asked, Object.fromEntries(known));
  return agrees(score, value) ? [...changes] : [];
}
