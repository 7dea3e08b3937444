import { unlink } from "node:fs/promises";
import type { Json } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import type { Session } from "../engine/duckdb.ts";
import { ident, literal, parquet } from "../engine/sql.ts";
import { type CompiledNode, predicateOf } from "./compile-segment.ts";
import { numberOf, textOrNull } from "./estimate.ts";
import { compileIn, type SegmentInput } from "./segment-in.ts";
import type { OpenSnapshot } from "./session-pool.ts";

export interface MovesInput extends SegmentInput {
  /** Columns of `profiles` whose values are shown then and now. */
  readonly fields: readonly string[];
  /** Customers named in each direction. */
  readonly limit: number;
}
export interface Mover {
  customer_id: string;
  name: string | null;
  /** Paths of the rules that turned; none where the customer wasn't known at one of the two. */
  paths: string[];
  values: { field: string; before: Json; now: Json }[];
}
export interface Direction {
  customers: number;
  /** Customers whom one of the two snapshots doesn't know: new ones; records joined to another, or erased. */
  unknown: number;
  revenue_minor: number;
  /** Customers by the rule that turned, the most frequent first; who had several counts in each. */
  reasons: { path: string; customers: number }[];
  rows: Mover[];
}
export interface Moves {
  stayed: number;
  entered: Direction;
  left: Direction;
  /** Why the two can't be compared by this rule; null where they can. */
  why_not: string | null;
}

interface Leaf {
  readonly path: string;
  readonly sql: string;
  /** Whether it stands inside an odd number of groups that are turned round. */
  readonly isTurned: boolean;
}
/** Bits of a DuckDB BIGINT without its sign. */
const mostLeaves = 62;

function leavesOf(node: CompiledNode, path = "", isTurned = false): Leaf[] {
  if (node.kind === "leaf") return [{ path: path || "0", sql: node.sql, isTurned }];
  return node.nodes.flatMap((child, at) =>
    leavesOf(child, path === "" ? String(at) : `${path}.${at}`, isTurned !== node.not),
  );
}

const bit = (at: number) => 2n ** BigInt(at);
const flagsOf = (leaves: readonly Leaf[]) =>
  leaves.map(({ sql }, at) => `CASE WHEN ${sql} THEN ${bit(at)}::BIGINT ELSE 0 END`).join(" + ") || "0";

async function judge(snapshot: OpenSnapshot, session: Session, input: MovesInput) {
  const compiled = await compileIn(snapshot, session, input);
  const leaves = leavesOf(compiled).slice(0, mostLeaves);
  const shown = input.fields.filter((field) => snapshot.profileColumns.has(field));
  const sql = `SELECT customer_id, (${predicateOf(compiled)}) AS is_in, ${flagsOf(leaves)} AS flags, revenue_minor,
      predicted_value_minor, ${shown.length > 0 ? `{${shown.map((field) => `${literal(field)}: ${ident(field)}`).join(", ")}}` : "NULL"} AS shown
    FROM profiles`;
  return { leaves, sql };
}

/** Who came into a segment and who went between two snapshots under one rule, by which of its rules turned. Someone enters by
 *  the rules that hold now and didn't, and leaves by those that held and don't; within a group that is turned round it is the
 *  other way. `scratch` is a file of its own, removed afterwards. */
export async function segmentMoves(
  now: OpenSnapshot,
  then: OpenSnapshot,
  input: MovesInput,
  scratch: string,
  signal?: AbortSignal,
): Promise<Moves> {
  try {
    await then.use(signal, async (session) => session.toParquet((await judge(then, session, input)).sql, scratch));
  } catch (error) {
    if (!(error instanceof AssayError) || error.code !== "bad_input") throw error;
    await now.use(signal, (session) => judge(now, session, input)); // a rule that is wrong today is the caller's error
    const none = { customers: 0, unknown: 0, revenue_minor: 0, reasons: [], rows: [] };
    return { stayed: 0, entered: none, left: none, why_not: error.message };
  }
  try {
    return await now.use(signal, (session) => compareWith(now, session, input, scratch));
  } finally {
    await unlink(scratch).catch(() => {});
  }
}

async function compareWith(now: OpenSnapshot, session: Session, input: MovesInput, scratch: string): Promise<Moves> {
  const { leaves, sql } = await judge(now, session, input);
  await session.run(`CREATE OR REPLACE TEMP TABLE moved AS
    SELECT coalesce(n.customer_id, t.customer_id) AS customer_id, coalesce(n.is_in, false) AS is_in, n.customer_id IS NULL OR t.customer_id IS NULL AS is_unknown,
      coalesce(n.is_in, false) AND coalesce(t.is_in, false) AS stayed, coalesce(n.flags, 0) AS flags, coalesce(t.flags, 0) AS flags_then,
      coalesce(n.revenue_minor, t.revenue_minor) AS revenue_minor, coalesce(n.predicted_value_minor, t.predicted_value_minor) AS worth, n.shown AS shown, t.shown AS shown_then
    FROM (${sql}) n FULL JOIN ${parquet([scratch])} t USING (customer_id)
    WHERE coalesce(n.is_in, false) OR coalesce(t.is_in, false)`);
  const [row = {}] = await session.rows("SELECT count(*) FILTER (WHERE stayed) AS stayed FROM moved");
  return {
    stayed: numberOf(row.stayed),
    entered: await direction(session, leaves, true, input),
    left: await direction(session, leaves, false, input),
    why_not: null,
  };
}

/** Whether a leaf speaks for the direction: it holds now and didn't, or the other way round. */
function turns({ isTurned }: Leaf, at: number, isEntering: boolean): string {
  const [holds, fails] = isEntering !== isTurned ? ["flags", "flags_then"] : ["flags_then", "flags"];
  return `NOT is_unknown AND (${holds} & ${bit(at)}::BIGINT) <> 0 AND (${fails} & ${bit(at)}::BIGINT) = 0`;
}

async function direction(
  session: Session,
  leaves: readonly Leaf[],
  isEntering: boolean,
  { fields, limit }: MovesInput,
): Promise<Direction> {
  const of = `NOT stayed AND ${isEntering ? "is_in" : "NOT is_in"}`;
  const counts = leaves
    .map((leaf, at) => `, count(*) FILTER (WHERE ${turns(leaf, at, isEntering)}) AS r${at}`)
    .join("");
  const [row = {}] = await session.rows(`SELECT count(*) AS customers, count(*) FILTER (WHERE is_unknown) AS strangers,
      CAST(coalesce(sum(revenue_minor), 0) AS BIGINT) AS revenue_minor${counts} FROM moved WHERE ${of}`);
  const flags = leaves.map((leaf, at) => `, ${turns(leaf, at, isEntering)} AS r${at}`).join("");
  const rows = await session.rows(`SELECT m.customer_id, shown, shown_then${flags},
      (SELECT any_value(s.name) FROM names_seen s WHERE s.customer_id = m.customer_id) AS shown_name
    FROM moved m WHERE ${of} ORDER BY worth DESC NULLS LAST, revenue_minor DESC NULLS LAST, m.customer_id
    LIMIT ${Math.max(0, Math.min(100, Math.floor(limit)))}`);
  const shownOf = (all: Json | undefined, field: string): Json => (all as Record<string, Json> | null)?.[field] ?? null;
  return {
    customers: numberOf(row.customers),
    unknown: numberOf(row.strangers),
    revenue_minor: numberOf(row.revenue_minor),
    reasons: leaves
      .map(({ path }, at) => ({ path, customers: numberOf(row[`r${at}`]) }))
      .filter(({ customers }) => customers > 0)
      .sort((a, b) => b.customers - a.customers),
    rows: rows.map((one) => ({
      customer_id: String(one.customer_id),
      name: textOrNull(one.shown_name),
      paths: leaves.filter((_, at) => one[`r${at}`] === true).map(({ path }) => path),
      values: fields.map((field) => ({
        field,
        before: shownOf(one.shown_then, field),
        now: shownOf(one.shown, field),
      })),
    })),
  };
}
