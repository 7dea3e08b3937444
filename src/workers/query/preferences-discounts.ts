import type { Json } from "../../shared/base/canonical-json.ts";
import type { Session } from "../engine/duckdb.ts";
import { numberOf, numberOrNull } from "./estimate.ts";
import { reasonOf } from "./missing-reason.ts";
import type { DiscountGroup, Discounts } from "./preferences-shape.ts";
import type { OpenSnapshot } from "./session-pool.ts";

/** Whoever has fewer lines tells nothing by a raw share. */
const leastLines = 3;
const groupColumns = `count(*) AS customers, avg(raw) AS raw_share, avg(affinity) AS affinity, quantile_cont(affinity, 0.1) AS affinity_low,
  quantile_cont(affinity, 0.9) AS affinity_high, avg(exposure) AS exposure`;

/** The affinity beside the raw share: by groups of like raw share, and from the lowest tenth of the affinity to the highest. */
export async function readDiscounts(snapshot: OpenSnapshot, session: Session): Promise<Discounts> {
  const isKnown = snapshot.profileColumns.has("discount_affinity") && snapshot.has("scores_discount_affinity");
  const scored = isKnown ? numberOf(await session.value("SELECT count(discount_affinity) FROM profiles")) : 0;
  if (scored === 0) {
    const reason = await reasonOf(snapshot, session, "discount_affinity");
    return {
      scored,
      mean_affinity: null,
      by_raw_share: [],
      by_affinity: [],
      mostly_reduced: 0,
      mostly_reduced_but_usual: 0,
      reason,
    };
  }
  const told = `SELECT discount_affinity AS affinity, discounted_share AS raw, discount_exposure AS exposure, n_lines FROM scores_discount_affinity WHERE discount_affinity IS NOT NULL`;
  const byRaw = await session.rows(
    `WITH told AS (${told}) SELECT CASE WHEN raw = 0 THEN 0 WHEN raw >= 1 THEN 6 ELSE 1 + CAST(floor(raw * 5 - 1e-9) AS INTEGER) END AS step, ${groupColumns}
     FROM told WHERE n_lines >= ${leastLines} GROUP BY 1 ORDER BY 1`,
  );
  const byAffinity = await session.rows(
    `WITH told AS (${told}), cuts AS (SELECT quantile_cont(affinity, [0.1, 0.3, 0.7, 0.9]) AS q FROM told),
       placed AS (SELECT t.*, 1 + len(list_filter([round(q[1], 3), round(q[2], 3), round(q[3], 3), round(q[4], 3)], x -> t.affinity >= x)) AS step FROM told t CROSS JOIN cuts)
     SELECT step, min(affinity) AS low, max(affinity) AS high, ${groupColumns} FROM placed GROUP BY 1 ORDER BY 1`,
  );
  const [whole = {}] = await session.rows(
    `WITH told AS (${told}), mean AS (SELECT avg(affinity) AS mean FROM told)
     SELECT mean, count(*) FILTER (raw > 0.5 AND n_lines >= ${leastLines}) AS mostly, count(*) FILTER (raw > 0.5 AND n_lines >= ${leastLines} AND affinity <= mean) AS usual
     FROM told CROSS JOIN mean GROUP BY mean`,
  );
  return {
    scored,
    mean_affinity: numberOrNull(whole.mean),
    by_raw_share: byRaw.map((row) => groupOf(row, rawEdges(numberOf(row.step)))),
    by_affinity: byAffinity.map((row) => groupOf(row, [numberOf(row.low), numberOf(row.high)])),
    mostly_reduced: numberOf(whole.mostly),
    mostly_reduced_but_usual: numberOf(whole.usual),
    reason: null,
  };
}

/** None, five steps of a fifth, all. */
function rawEdges(at: number): [number, number] {
  if (at === 0) return [0, 0];
  return at === 6 ? [1, 1] : [(at - 1) / 5, at / 5];
}

function groupOf(row: Readonly<Record<string, Json>>, [low, high]: readonly [number, number]): DiscountGroup {
  return {
    low,
    high,
    customers: numberOf(row.customers),
    raw_share: numberOf(row.raw_share),
    affinity: numberOf(row.affinity),
    affinity_low: numberOf(row.affinity_low),
    affinity_high: numberOf(row.affinity_high),
    exposure: numberOf(row.exposure),
  };
}
