import type { Json } from "../../shared/base/canonical-json.ts";
import { toEpochDay } from "../../shared/base/time.ts";
import type { Session } from "../engine/duckdb.ts";
import { ident } from "../engine/sql.ts";
import { numberOf, numberOrNull } from "./estimate.ts";
import type { OpenSnapshot } from "./session-pool.ts";
import type { MedianCustomer } from "./why.ts";

export interface Range {
  readonly median: number | null;
  readonly low: number | null;
  readonly high: number | null;
}
export interface Yardstick {
  readonly ranges: ReadonlyMap<string, Range>;
  readonly median: MedianCustomer;
}

/** Days count from 1970-01-01, so that they can be measured like numbers. */
export const onDay = (value: Json | undefined) =>
  typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value) ? toEpochDay(value.slice(0, 10)) : numberOrNull(value);

/** Medians and the drawn scale of every score over the buyers, and the customer in the middle of them; once a session. */
export async function yardstick(
  snapshot: OpenSnapshot,
  session: Session,
  names: readonly string[],
): Promise<Yardstick> {
  const known = snapshot.memo.get("yardstick") as Yardstick | undefined;
  if (known) return known;
  const columns = names.filter((name) => snapshot.profileColumns.has(name));
  const cell = (name: string) =>
    snapshot.profileColumns.get(name) === "DATE" ? `${ident(name)} - DATE '1970-01-01'` : ident(name);
  const [row = {}] = await session.rows(
    `SELECT ${columns
      .map(
        (name, at) =>
          `quantile_disc(${cell(name)}, 0.5) AS m${at}, quantile_disc(${cell(name)}, 0.05) AS a${at}, quantile_disc(${cell(name)}, 0.95) AS z${at}`,
      )
      .join(", ")} FROM profiles WHERE order_count > 0`,
  );
  const [middle = {}] =
    await session.rows(`SELECT quantile_disc(frequency, 0.5) AS x, quantile_disc(t_age, 0.5) AS t_age,
      quantile_disc(t_age - recency, 0.5) AS silence, (SELECT median(predicted_value_minor / expected_purchases) FROM profiles
        WHERE predicted_value_minor > 0 AND expected_purchases > 0) AS spend FROM summary_seen`);
  const tAge = numberOf(middle.t_age);
  const x = numberOf(middle.x);
  const made: Yardstick = {
    ranges: new Map(
      columns.map((name, at) => [
        name,
        { median: numberOrNull(row[`m${at}`]), low: numberOrNull(row[`a${at}`]), high: numberOrNull(row[`z${at}`]) },
      ]),
    ),
    median: {
      history: { x, tAge, recency: x > 0 ? Math.max(0, tAge - numberOf(middle.silence)) : 0 },
      spend_minor: numberOrNull(middle.spend),
    },
  };
  snapshot.memo.set("yardstick", made);
  return made;
}
