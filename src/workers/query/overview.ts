import { addDays, type Day } from "../../shared/base/time.ts";
import { type Attention, listAttention } from "./attention.ts";
import { type Estimate, totalOf, valueVariance } from "./estimate.ts";
import { type RevenueChange, revenueChange } from "./overview-change.ts";
import { covers, type KeyFigure, keyFigures } from "./overview-figures.ts";
import { type Week, weeklyRevenue } from "./overview-weeks.ts";
import { dailyTotals } from "./revenue-history.ts";
import type { OpenSnapshot } from "./session-pool.ts";
import { couldHaveLapsed, stagesAt } from "./stage-history.ts";
import { countsOf, type Stage, stageValues } from "./stage-values.ts";

export interface OverviewInput {
  /** A day, or the id of the snapshot to compare with; left out: a year before as_of. */
  readonly compared_with?: string | undefined;
}
export interface Overview {
  as_of: Day;
  compared_with: Day | null;
  currency: string;
  snapshot_id: string;
  published_at: string;
  figures: KeyFigure[];
  stages: Stage[];
  total: { customers: number; value: Estimate | null };
  weeks: Week[];
  expected_90: Estimate | null;
  expected_365: Estimate | null;
  won_90: number | null;
  won_365: number | null;
  change: RevenueChange | null;
  attention: Attention[];
}

/** The first screen: how the brand stands on as_of, beside an earlier day. Worked out once a session and comparison. */
export async function readOverview(
  snapshot: OpenSnapshot,
  input: OverviewInput,
  signal?: AbortSignal,
): Promise<Overview> {
  const compared = comparedDay(snapshot, input.compared_with);
  const key = `overview ${compared}`;
  const known = snapshot.memo.get(key) as Overview | undefined;
  if (known) return known;
  const made = await snapshot.use(signal, async (session): Promise<Overview> => {
    const { handle } = snapshot;
    const totals = await dailyTotals(snapshot, session);
    const isComparable = !totals || (covers(totals, compared) && couldHaveLapsed(snapshot, totals.first, compared));
    const before = isComparable ? await stagesAt(snapshot, session, compared, signal) : null;
    const stages = await stageValues(snapshot, session, before);
    const [sum = {}] = await session.rows(
      `SELECT CAST(sum(predicted_value_minor) AS DOUBLE) AS value, sum(${valueVariance}) AS variance FROM profiles`,
    );
    const { known: ofKnown, ...expectation } = await weeklyRevenue(snapshot, session, totals);
    return {
      as_of: handle.as_of,
      compared_with: compared,
      currency: handle.brand.currency,
      snapshot_id: handle.snapshot_id,
      published_at: handle.published_at,
      figures: await keyFigures(
        snapshot,
        session,
        { totals, now: countsOf(stages), before, isComparable, compared },
        signal,
      ),
      stages,
      total: {
        customers: stages.reduce((all, { customers }) => all + customers, 0),
        // of one sum one pair of limits: those that the chart beside it gives
        value: ofKnown ?? totalOf(sum.value, sum.variance),
      },
      ...expectation,
      change: await revenueChange(snapshot, session),
      attention: await listAttention(snapshot, session),
    };
  });
  snapshot.memo.set(key, made);
  return made;
}

function comparedDay({ handle }: OpenSnapshot, wanted: string | undefined): Day {
  if (wanted !== undefined && /^\d{4}-\d\d-\d\d$/.test(wanted) && wanted < handle.as_of) return wanted;
  if (wanted && handle.before?.snapshot_id.startsWith(wanted)) return handle.before.as_of;
  return addDays(handle.as_of, -365);
}
