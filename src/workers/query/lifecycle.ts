import { addDays, type Day, daysBetween, weekEnd } from "../../shared/base/time.ts";
import type { Session } from "../engine/duckdb.ts";
import { type Cohort, retentionCohorts } from "./cohorts.ts";
import { numberOf, numberOrNull } from "./estimate.ts";
import { agrees, purchaseModelOf } from "./purchase-model.ts";
import type { OpenSnapshot } from "./session-pool.ts";
import { type Flow, flowSince, type StageCounts } from "./stage-history.ts";
import { type Stage, stageValues } from "./stage-values.ts";

export interface Move {
  from: string;
  to: string;
  customers: number;
  value_minor: number | null;
}
export interface Surface {
  frequencies: number[];
  days_since: number[];
  probability_alive: (number | null)[][];
  /** Why there is none: no_fit, or other_scores where the fit at hand doesn't give those of the snapshot. */
  reason: "no_fit" | "other_scores" | null;
}
export interface Lifecycle {
  as_of: Day;
  flow_since: Day | null;
  currency: string;
  model: string;
  fit_on: Day;
  stages: Stage[];
  flow: Flow[];
  moves: Move[];
  cohorts: Cohort[];
  surface: Surface;
}

const usualFlowDays = 90;
const moveDays = 30;

/** Stages, the flow between two days, the moves to expect if the next 30 days go as those did, cohorts with forecast, and P(alive)
 *  over frequency and silence. What isn't known is empty: no flow without stages of the earlier day, no surface without a fit. */
export async function readLifecycle(
  snapshot: OpenSnapshot,
  input: { readonly flow_since?: Day | undefined },
  signal?: AbortSignal,
): Promise<Lifecycle> {
  const { handle } = snapshot;
  const since =
    input.flow_since !== undefined && input.flow_since < handle.as_of
      ? input.flow_since
      : addDays(handle.as_of, -usualFlowDays);
  const key = `lifecycle ${since}`;
  const known = snapshot.memo.get(key) as Lifecycle | undefined;
  if (known) return known;
  const made = await snapshot.use(signal, async (session): Promise<Lifecycle> => {
    const flow = await flowSince(snapshot, session, since, signal);
    const stages = await stageValues(snapshot, session, flow ? startOf(flow) : null);
    return {
      as_of: handle.as_of,
      flow_since: flow ? since : null,
      currency: handle.brand.currency,
      model: handle.choices?.purchases?.chosen ?? "mbg_nbd",
      fit_on: handle.fit_as_of ?? weekEnd(handle.as_of),
      stages,
      flow: flow ?? [],
      moves: flow ? expectedMoves(flow, stages, daysBetween(since, handle.as_of)) : [],
      cohorts: await retentionCohorts(snapshot, session),
      surface: await aliveSurface(snapshot, session),
    };
  });
  snapshot.memo.set(key, made);
  return made;
}

function startOf(flow: readonly Flow[]): StageCounts {
  const counts = new Map<string, number>();
  for (const { from, customers } of flow)
    if (from !== "first_seen_later") counts.set(from, (counts.get(from) ?? 0) + customers);
  return counts;
}

/** The share that went from stage to stage over the flow's days, taken to 30 days as if each day had the same chance, times who
 *  stands there today. The value is what the move gains or loses at the two stages' mean predicted values. */
export function expectedMoves(flow: readonly Flow[], stages: readonly Stage[], days: number): Move[] {
  const start = startOf(flow);
  const byName = new Map(stages.map((stage) => [stage.stage, stage]));
  const meanOf = (stage: Stage | undefined) =>
    stage?.value && stage.customers > 0 ? stage.value.value / stage.customers : null;
  const moves = flow
    .filter(({ from, to }) => from !== to && from !== "first_seen_later" && from !== "prospect")
    .map(({ from, to, customers }): Move => {
      const share = Math.min(1, customers / Math.max(1, start.get(from) ?? 0));
      const expected = Math.round(
        (byName.get(from)?.customers ?? 0) * (1 - (1 - share) ** (moveDays / Math.max(1, days))),
      );
      const [before, after] = [meanOf(byName.get(from)), meanOf(byName.get(to))];
      return {
        from,
        to,
        customers: expected,
        value_minor: before === null || after === null ? null : Math.round(expected * (after - before)),
      };
    });
  return moves
    .filter(({ customers }) => customers > 0)
    .sort((a, b) => Math.abs(b.value_minor ?? 0) - Math.abs(a.value_minor ?? 0) || b.customers - a.customers)
    .slice(0, 8);
}

const nothing: Omit<Surface, "reason"> = { frequencies: [], days_since: [], probability_alive: [] };

/** P(alive) by repeat order days and days since the last one, for a first order as long ago as that of an old customer (the 90th
 *  percentile of ages); with no repeat the silence is the age. Empty where the fit at hand doesn't give the snapshot's scores. */
async function aliveSurface(snapshot: OpenSnapshot, session: Session): Promise<Surface> {
  const model = purchaseModelOf(snapshot.handle);
  if (!model) return { ...nothing, reason: "no_fit" };
  const sample =
    await session.rows(`SELECT s.frequency, s.recency, s.t_age, p.probability_alive AS stored FROM summary_seen s
    JOIN profiles p ON p.customer_id = s.customer_id WHERE p.probability_alive IS NOT NULL ORDER BY p.customer_id LIMIT 50`);
  const fits = sample.every((row) =>
    agrees(
      model.probabilityAlive({ x: numberOf(row.frequency), recency: numberOf(row.recency), tAge: numberOf(row.t_age) }),
      numberOrNull(row.stored),
    ),
  );
  if (sample.length === 0 || !fits) return { ...nothing, reason: "other_scores" };
  const age = Math.max(
    90,
    Math.round(numberOf(await session.value("SELECT quantile_disc(t_age, 0.9) FROM summary_seen"))),
  );
  const step = Math.max(5, Math.ceil(Math.min(age, 720) / 12 / 5) * 5);
  const frequencies = Array.from({ length: 13 }, (_, x) => x);
  const daysSince = Array.from({ length: 13 }, (_, at) => at * step).filter((days) => days <= Math.max(age, step));
  return {
    reason: null,
    frequencies,
    days_since: daysSince,
    probability_alive: daysSince.map((days) =>
      frequencies.map((x) => {
        if (x > 0 && days >= age) return null;
        return model.probabilityAlive(x === 0 ? { x, recency: 0, tAge: days } : { x, recency: age - days, tAge: age });
      }),
    ),
  };
}
