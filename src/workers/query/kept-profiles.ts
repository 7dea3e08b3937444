import type { Session } from "../engine/duckdb.ts";
import { ident } from "../engine/sql.ts";
import { purchasesVariance, valueVariance } from "./estimate.ts";
import { reachSql } from "./reach.ts";
import type { OpenSnapshot } from "./session-pool.ts";

/** What lists and counts ask of nearly every time. */
const usual =
  `customer_id order_count revenue_minor net_revenue_minor lifecycle_stage last_order_on days_since_last_purchase
  predicted_value_minor predicted_value_minor_low predicted_value_minor_high expected_purchases expected_purchases_low
  expected_purchases_high reachable_email is_suppressed`.split(/\s+/);

/** Beyond so many columns those that nobody asks for any more are given up. */
const mostKept = 48;

/** Of a kept relation: whether a list by e-mail would hold the customer, and what the limits of totals rest on. */
export const keptFigures = {
  reach: '"is reached by e-mail"',
  value: '"variance of value"',
  purchases: '"variance of purchases"',
} as const;

/** The same over `profiles` itself. */
export async function asComputed(
  snapshot: OpenSnapshot,
  session: Session,
): Promise<Record<keyof typeof keptFigures, string>> {
  return { reach: await reachSql(snapshot, session), value: valueVariance, purchases: purchasesVariance };
}

interface Kept {
  readonly table: string;
  readonly columns: ReadonlySet<string>;
}

/** The columns of `profiles` that a text of SQL names (and perhaps a few more); null where it can't be told. */
export function columnsIn(snapshot: OpenSnapshot, sql: string): string[] | null {
  if (sql.includes("*") || /\bcolumns\s*\(/i.test(sql)) return null;
  const words = new Set(sql.toLowerCase().split(/[^\p{L}\p{N}_$]+/u));
  return [...snapshot.profileColumns.keys()].filter((name) => words.has(name.toLowerCase()) || /\W/.test(name));
}

/** A relation called `profiles` in memory that has at least these columns, the figures above, and a `rowid` that
 *  stands for the same customer as long as the snapshot is open: the columns asked for so far, row by row as they lie in the files. */
export async function keptProfiles(snapshot: OpenSnapshot, session: Session, names: Iterable<string>): Promise<string> {
  const wanted = [...new Set(names)].filter((name) => snapshot.profileColumns.has(name));
  const before = snapshot.memo.get("kept profiles") as Kept | undefined;
  const missing = wanted.filter((name) => !before?.columns.has(name));
  if (before && missing.length === 0) return `${before.table} AS profiles`;
  const made = Number(snapshot.memo.get("kept profiles made") ?? 0) + 1;
  const table = `kept_profiles_${made}`;
  const isAdded = before !== undefined && before.columns.size + missing.length <= mostKept;
  const columns = isAdded ? missing : usual.filter((name) => snapshot.profileColumns.has(name)).concat(wanted);
  const variances = `, ${valueVariance} AS ${keptFigures.value}, ${purchasesVariance} AS ${keptFigures.purchases}`;
  const from = `SELECT ${[...new Set(columns)].map(ident).join(", ")}${isAdded ? "" : variances} FROM profiles`;
  await session.run(
    `CREATE TEMP TABLE ${table} AS ${isAdded ? `SELECT k.*, p.* FROM ${before.table} k POSITIONAL JOIN (${from}) p` : from}`,
  );
  if (!isAdded) await addFigures(snapshot, session, table);
  if (before) await session.run(`DROP TABLE ${before.table}`);
  const kept: Kept = { table, columns: new Set([...(isAdded ? before.columns : []), ...columns]) };
  snapshot.memo.set("kept profiles", kept).set("kept profiles made", made);
  return `${table} AS profiles`;
}

/** In place, so that every row stays where it is. */
async function addFigures(snapshot: OpenSnapshot, session: Session, table: string): Promise<void> {
  const holds = await reachSql(snapshot, session);
  const { reach } = keptFigures;
  await session.run(`ALTER TABLE ${table} ADD COLUMN ${reach} BOOLEAN DEFAULT false`);
  await session.run(`UPDATE ${table} SET ${reach} = true WHERE ${holds}`);
}
