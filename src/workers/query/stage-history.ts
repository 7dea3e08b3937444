import { throwIfCancelled } from "../../shared/base/errors.ts";
import { type Day, daysBetween } from "../../shared/base/time.ts";
import { defaultsOf } from "../../shared/domain/params.ts";
import type { Session } from "../engine/duckdb.ts";
import { literal, parquet } from "../engine/sql.ts";
import { lifecycleStage } from "../models/lifecycle/lifecycle-stage.ts";
import { numberOf } from "./estimate.ts";
import type { OpenSnapshot } from "./session-pool.ts";
import { purchaseHorizon } from "./snapshot.ts";

/** Customers by lifecycle stage on one day. */
export type StageCounts = ReadonlyMap<string, number>;
export interface Flow {
  from: string;
  to: string;
  customers: number;
}

const longAgo = 36_500;

/** Since when each customer was known: first bought or first recorded; NULL where undated, which counts as always. */
export function knownSince(snapshot: OpenSnapshot): string {
  return snapshot.columnsOf("customer_attributes").has("tenure_days")
    ? `SELECT p.customer_id, p.lifecycle_stage, least(p.first_order_on, DATE ${literal(snapshot.handle.as_of)} - CAST(a.tenure_days AS INTEGER)) AS known_on
        FROM profiles p LEFT JOIN customer_attributes a ON a.customer_id = p.customer_id`
    : "SELECT customer_id, lifecycle_stage, first_order_on AS known_on FROM profiles";
}

/** Stages at an earlier day by the snapshot's own fit and rules, so that a change is one of customers and not of parameters:
 *  makes the temporary table stages_then. False where the snapshot carries no fit, or its stages came by other parameters. */
async function makeStagesThen(
  snapshot: OpenSnapshot,
  session: Session,
  day: Day,
  signal?: AbortSignal,
): Promise<boolean> {
  const fitted = snapshot.handle.fits?.lifecycle_stage;
  if (!fitted || snapshot.memo.get("own stages") === false) return false;
  const table =
    await session.table(`SELECT customer_id, CAST(count(*) - 1 AS INTEGER) AS frequency, CAST(max(day) - min(day) AS DOUBLE) AS recency,
      CAST(DATE ${literal(day)} - min(day) AS DOUBLE) AS t_age FROM transactions_seen WHERE day <= DATE ${literal(day)} GROUP BY customer_id ORDER BY customer_id`);
  const context = {
    horizonDays: snapshot.handle.horizon_days,
    purchaseHorizonDays: purchaseHorizon(snapshot.handle),
    seed: 1,
    throwIfCancelled: () => throwIfCancelled(signal),
  };
  const scores = lifecycleStage.score({ summary: table }, fitted, defaultsOf(lifecycleStage.params), context);
  const columns = { customer_id: scores.columns.customer_id ?? [], stage: scores.columns.lifecycle_stage ?? [] };
  await session.load("stages_then", { rows: scores.rows, columns }, [
    { name: "customer_id", type: "VARCHAR" },
    { name: "stage", type: "VARCHAR" },
  ]);
  return true;
}

/** Whether the stages of the profiles are those that the fit gives by default rules. */
async function canRecompute(snapshot: OpenSnapshot, session: Session, signal?: AbortSignal): Promise<boolean> {
  const known = snapshot.memo.get("own stages") as boolean | undefined;
  if (known !== undefined) return known;
  const isMade = await makeStagesThen(snapshot, session, snapshot.handle.as_of, signal);
  const [row = {}] = isMade
    ? await session.rows(`SELECT count(*) AS n, count(*) FILTER (WHERE p.lifecycle_stage <> s.stage) AS other FROM profiles p
        JOIN stages_then s ON s.customer_id = p.customer_id WHERE p.order_count > 0`)
    : [];
  const is = isMade && numberOf(row.n) > 0 && numberOf(row.other) <= 0.01 * numberOf(row.n);
  snapshot.memo.set("own stages", is);
  return is;
}

/** A day on which nobody could have been in the lowest stage yet tells another ladder than today's: whether somebody whose only purchase
 *  was on the shop's first day would have stood there. True where the snapshot carries no fit to ask. */
export function couldHaveLapsed({ handle }: OpenSnapshot, first: Day, day: Day): boolean {
  const fitted = handle.fits?.lifecycle_stage;
  if (!fitted) return true;
  const none = Float64Array.of(0, 0);
  const tAge = Float64Array.of(Math.max(0, daysBetween(first, day)), longAgo);
  const columns = { customer_id: ["first", "ever"], frequency: none, recency: none, t_age: tAge };
  const context = {
    horizonDays: handle.horizon_days,
    purchaseHorizonDays: purchaseHorizon(handle),
    seed: 1,
    throwIfCancelled: () => {},
  };
  const params = defaultsOf(lifecycleStage.params);
  const [then, ever] = lifecycleStage.score({ summary: { rows: 2, columns } }, fitted, params, context).columns
    .lifecycle_stage as (string | null)[];
  return then === ever;
}

/** Stages at an earlier day, where they can be known: worked out again, else from the snapshot to compare with, else from where
 *  the published flow starts. */
export async function stagesAt(
  snapshot: OpenSnapshot,
  session: Session,
  day: Day,
  signal?: AbortSignal,
): Promise<StageCounts | null> {
  const flows = await flowSince(snapshot, session, day, signal);
  if (flows) {
    const counts = new Map<string, number>();
    for (const { from, customers } of flows)
      if (from !== "first_seen_later") counts.set(from, (counts.get(from) ?? 0) + customers);
    return counts;
  }
  const { before } = snapshot.handle;
  const files = before?.as_of === day ? before.tables.profiles : undefined;
  if (!files || files.length === 0) return null;
  const rows = await session.rows(`SELECT lifecycle_stage AS stage, count(*) AS n FROM ${parquet(files)} GROUP BY ALL`);
  return new Map(rows.map(({ stage, n }) => [String(stage), numberOf(n)]));
}

/** Today's customers by where they stood on the day: a stage, prospect, or first_seen_later. Null where that isn't known. */
export async function flowSince(
  snapshot: OpenSnapshot,
  session: Session,
  day: Day,
  signal?: AbortSignal,
): Promise<Flow[] | null> {
  const at = literal(day);
  if ((await canRecompute(snapshot, session, signal)) && (await makeStagesThen(snapshot, session, day, signal))) {
    return flowsOf(
      await session.rows(`SELECT coalesce(s.stage, CASE WHEN k.known_on IS NULL OR k.known_on <= DATE ${at} THEN 'prospect' ELSE 'first_seen_later' END) AS from_stage,
          k.lifecycle_stage AS to_stage, count(*) AS customers FROM (${knownSince(snapshot)}) k LEFT JOIN stages_then s ON s.customer_id = k.customer_id
        GROUP BY ALL ORDER BY from_stage, to_stage`),
    );
  }
  if (!snapshot.has("lifecycle_transitions")) return null;
  const rows =
    await session.rows(`SELECT from_stage, to_stage, CAST(sum(customers) AS BIGINT) AS customers FROM lifecycle_transitions
    WHERE from_on = DATE ${at} GROUP BY ALL ORDER BY from_stage, to_stage`);
  return rows.length > 0 ? flowsOf(rows) : null;
}

function flowsOf(rows: Awaited<ReturnType<Session["rows"]>>): Flow[] {
  return rows.map((row) => ({
    from: String(row.from_stage),
    to: String(row.to_stage),
    customers: numberOf(row.customers),
  }));
}
