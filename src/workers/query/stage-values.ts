import { lifecycleStages } from "../../shared/domain/profile-fields.ts";
import type { Session } from "../engine/duckdb.ts";
import { type Estimate, numberOf, numberOrNull, totalOf, valueVariance } from "./estimate.ts";
import type { OpenSnapshot } from "./session-pool.ts";
import type { StageCounts } from "./stage-history.ts";

export interface Stage {
  stage: string;
  customers: number;
  share: number;
  share_before: number | null;
  customers_before: number | null;
  value: Estimate | null;
  days_in_stage: number | null;
}
/** Stages in their order with size, expected value and its 80 % limits, and median days in the stage; beside an earlier day. */
export async function stageValues(
  snapshot: OpenSnapshot,
  session: Session,
  before: StageCounts | null,
): Promise<Stage[]> {
  const own = snapshot.profileColumns.has("days_in_stage");
  const scored = snapshot.columnsOf("scores_lifecycle_stage").has("days_in_stage");
  const days = own ? "p.days_in_stage" : scored ? "s.days_in_stage" : "NULL";
  const join = !own && scored ? "LEFT JOIN scores_lifecycle_stage s ON s.customer_id = p.customer_id" : "";
  const rows =
    await session.rows(`SELECT p.lifecycle_stage AS stage, count(*) AS customers, CAST(sum(p.predicted_value_minor) AS DOUBLE) AS value,
      sum(${valueVariance}) AS variance, median(${days}) AS days FROM profiles p ${join} GROUP BY p.lifecycle_stage`);
  const byStage = new Map(rows.map((row) => [String(row.stage), row]));
  const all = rows.reduce((sum, { customers }) => sum + numberOf(customers), 0);
  const allBefore = before ? [...before.values()].reduce((sum, n) => sum + n, 0) : 0;
  return lifecycleStages.map((stage) => {
    const row = byStage.get(stage);
    const customers = numberOf(row?.customers);
    const earlier = before ? (before.get(stage) ?? 0) : null;
    return {
      stage,
      customers,
      share: all > 0 ? customers / all : 0,
      customers_before: earlier,
      share_before: earlier === null || allBefore === 0 ? null : earlier / allBefore,
      value: totalOf(row?.value, row?.variance),
      days_in_stage: numberOrNull(row?.days),
    };
  });
}

export function countsOf(stages: readonly Stage[]): StageCounts {
  return new Map(stages.map(({ stage, customers }) => [stage, customers]));
}
