import type { OfferBasis } from "../../../shared/domain/offer.ts";
import type { Session } from "../../engine/duckdb.ts";
import { literal } from "../../engine/sql.ts";
import { numbers, texts } from "../../models/tables.ts";
import { cholesky, invertCholesky } from "../../numeric/linear-solve.ts";
import { numberOf } from "../../query/estimate.ts";
import type { OpenSnapshot } from "../../query/session-pool.ts";
import { localDay } from "../../query/views.ts";

/** A coefficient with its standard error. */
export interface Slope {
  readonly value: number;
  readonly error: number;
}

export interface TestedCampaign {
  readonly campaign: string;
  readonly n: number;
  /** Chance to buy within 30 days that the campaign added. */
  readonly effect: Slope;
}

/** How people answer a price cut. Of an experiment: the chance to buy that the tested depth adds, of somebody of mean discount affinity
 *  (`level`), and for each standard deviation more of it (`slope`). Of association: by how much the logarithm of the purchase rate
 *  rises for each unit of store-wide depth (`level`). */
export interface Response {
  readonly basis: OfferBasis;
  readonly level: Slope;
  readonly slope: Slope;
  readonly testedDepth: number | null;
  /** Chance that who would have bought anyway takes the price cut along. */
  readonly redemption: number;
  /** Mean P(alive) of those tested: who is likelier gone answers less. */
  readonly alive: number;
  readonly campaigns: readonly TestedCampaign[];
  readonly association: (Slope & { readonly weeks: number }) | null;
}

const windowDays = 30;
/** Lines of everybody's that a person's own share of reduced lines is drawn towards. */
const reducedWeight = 5;
const leastWeeks = 52;
const none: Slope = { value: 0, error: 0 };

interface CouponFit {
  readonly depth: number;
  readonly depths: readonly { readonly campaign: string; readonly depth: number }[];
}

export async function readResponse(snapshot: OpenSnapshot, session: Session): Promise<Response> {
  const association = await associationOf(snapshot, session);
  const fit = snapshot.handle.fits?.discount_uplift as unknown as CouponFit | null | undefined;
  const tested = fit?.depths ? await experimentOf(snapshot, session, fit) : null;
  if (tested) return { ...tested, basis: "experiment", association };
  return {
    basis: association && association.value > 0 ? "association" : "none",
    level: association && association.value > 0 ? association : none,
    slope: none,
    testedDepth: null,
    redemption: 1,
    alive: 1,
    campaigns: [],
    association,
  };
}

/** One row a person assigned to a coupon campaign whose window has passed. */
function assignedSql({ handle }: OpenSnapshot, campaigns: readonly string[]): string {
  const zone = handle.brand.timeZone;
  return `CREATE OR REPLACE TEMP TABLE tested AS
    WITH assigned AS (
      SELECT campaign_id, customer_id, bool_or(coalesce(is_control, false)) AS is_control, min(${localDay("assigned_at", zone)}) AS day
      FROM campaign_assignments WHERE customer_id IS NOT NULL AND campaign_id IN (${campaigns.map(literal).join(", ")}) GROUP BY campaign_id, customer_id),
    settled AS (SELECT * FROM assigned WHERE day + ${windowDays} <= DATE ${literal(handle.as_of)}),
    history AS (
      SELECT s.campaign_id, s.customer_id, count(DISTINCT l.day) FILTER (l.day <= s.day AND l.day > s.day - 365) AS days, count(*) FILTER (l.day <= s.day) AS n,
        count(*) FILTER (l.day <= s.day AND l.discount_depth >= 0.02) AS reduced, bool_or(l.day > s.day AND l.day <= s.day + ${windowDays}) AS bought,
        coalesce(sum(l.revenue_minor) FILTER (l.day > s.day AND l.day <= s.day + ${windowDays}), 0) AS revenue
      FROM settled s JOIN lines_seen l ON l.customer_id = s.customer_id AND l.is_purchase AND l.quantity > 0 GROUP BY s.campaign_id, s.customer_id)
    SELECT s.campaign_id, s.customer_id, s.day, s.is_control, coalesce(h.days, 0) AS days, coalesce(h.n, 0) AS n, coalesce(h.reduced, 0) AS reduced,
      coalesce(h.bought, false) AS bought, coalesce(h.revenue, 0) AS revenue, p.probability_alive AS alive
    FROM settled s JOIN profiles p ON p.customer_id = s.customer_id LEFT JOIN history h ON h.campaign_id = s.campaign_id AND h.customer_id = s.customer_id`;
}

type Tested = Omit<Response, "basis" | "association">;

async function experimentOf(snapshot: OpenSnapshot, session: Session, fit: CouponFit): Promise<Tested | null> {
  if (!snapshot.columnsOf("campaign_assignments").has("assigned_at") || fit.depths.length === 0) return null;
  await session.run(
    assignedSql(
      snapshot,
      fit.depths.map(({ campaign }) => campaign),
    ),
  );
  const codes = await codesOf(session, snapshot);
  const known = new Map(codes.toReversed().map((one) => [one.campaign, one]));
  if (known.size > 0)
    await session.run(`DELETE FROM tested WHERE campaign_id NOT IN (${[...known.keys()].map(literal).join(", ")})`);
  const table = await session.table(
    "SELECT campaign_id, CAST(NOT is_control AS DOUBLE) AS treated, CAST(bought AS DOUBLE) AS bought, CAST(days AS DOUBLE) AS days, CAST(n AS DOUBLE) AS n, CAST(reduced AS DOUBLE) AS reduced, CAST(alive AS DOUBLE) AS alive FROM tested ORDER BY campaign_id, customer_id",
  );
  const campaigns = texts(table, "campaign_id").map((name) => name ?? "");
  const [treated, bought, days] = ["treated", "bought", "days"].map((name) => numbers(table, name)) as Float64Array[];
  const share = new Map<string, number>();
  for (const [campaign, rows] of Map.groupBy(campaigns.keys(), (row) => campaigns[row] ?? ""))
    share.set(campaign, rows.reduce((sum, row) => sum + (treated?.[row] ?? 0), 0) / rows.length);
  const kept = campaigns.flatMap((name, row) => {
    const part = share.get(name) ?? 0;
    return part > 0.02 && part < 0.98 ? [row] : [];
  });
  if (kept.length === 0) return null;
  const z = standardised(numbers(table, "reduced"), numbers(table, "n"), kept);
  const outcome = kept.map((row) => {
    const part = share.get(campaigns[row] ?? "") ?? 0.5;
    const base = -Math.expm1((-(days?.[row] ?? 0) * windowDays) / 365);
    // its mean given what is known is the effect: the chance of a side is known (Horvitz & Thompson 1952)
    return (((bought?.[row] ?? 0) - base) * ((treated?.[row] ?? 0) - part)) / (part * (1 - part));
  });
  const [level, slope] = fitLine(z, outcome);
  const signal = slope.error > 0 ? Math.max(0, 1 - (slope.error / slope.value) ** 2) : 1;
  const used = [...known.values()].reduce((sum, one) => sum + one.used, 0);
  const named = [...known.values()].reduce((sum, one) => sum + one.used * one.depth, 0) / Math.max(1, used);
  const depth = used > 0 ? Math.max(0.01, named) : Math.max(0.01, fit.depth);
  const realised = await realisedDepth(session, snapshot);
  const contacted = kept.filter((row) => treated?.[row] === 1);
  const buyers = contacted.reduce((sum, row) => sum + (bought?.[row] ?? 0), 0) / Math.max(1, contacted.length);
  const alive = numbers(table, "alive");
  const living = kept.map((row) => alive[row] ?? Number.NaN).filter(Number.isFinite);
  return {
    level,
    slope: { value: signal * slope.value, error: signal * slope.error },
    testedDepth: depth,
    redemption: realised === null ? 1 : redemptionOf(realised / depth, level.value, buyers),
    alive: living.length > 0 ? living.reduce((sum, one) => sum + one, 0) / living.length : 1,
    campaigns: [...share.keys()].sort().map((campaign) => {
      const own = kept.flatMap((row, at) => (campaigns[row] === campaign ? [outcome[at] ?? 0] : []));
      return {
        campaign,
        n: own.length,
        effect: fitLine(
          own.map(() => 0),
          own,
        )[0],
      };
    }),
  };
}

/** Shares of reduced lines, few of one's own drawn towards everybody's, in standard deviations from the mean. */
function standardised(reduced: Float64Array, n: Float64Array, rows: readonly number[]): number[] {
  const sum = (values: Float64Array) => rows.reduce((total, row) => total + (values[row] ?? 0), 0);
  const usual = sum(reduced) / Math.max(1, sum(n));
  const shares = rows.map((row) => ((reduced[row] ?? 0) + reducedWeight * usual) / ((n[row] ?? 0) + reducedWeight));
  const mean = shares.reduce((total, one) => total + one, 0) / shares.length;
  const spread = Math.sqrt(shares.reduce((total, one) => total + (one - mean) ** 2, 0) / shares.length);
  return shares.map((one) => (spread > 1e-9 ? (one - mean) / spread : 0));
}

/** Least squares of a level and a slope with heteroskedasticity-consistent errors (White 1980). */
function fitLine(x: readonly number[], y: readonly number[]): [Slope, Slope] {
  const n = Math.max(1, x.length);
  const square = x.reduce((sum, one) => sum + one * one, 0);
  const level = y.reduce((sum, one) => sum + one, 0) / n;
  const slope = square > 0 ? x.reduce((sum, one, at) => sum + one * (y[at] ?? 0), 0) / square : 0;
  const rest = y.map((one, at) => one - level - slope * (x[at] ?? 0));
  const levelError = Math.sqrt(rest.reduce((sum, one) => sum + one * one, 0)) / n;
  const slopeError =
    square > 0 ? Math.sqrt(rest.reduce((sum, one, at) => sum + (one * (x[at] ?? 0)) ** 2, 0)) / square : 0;
  return [
    { value: level, error: levelError },
    { value: slope, error: slopeError },
  ];
}

interface CodeUse {
  readonly campaign: string;
  readonly depth: number;
  readonly used: number;
}

/** Campaigns with a code that those contacted used and those kept out, of whom chance alone would have brought three or more, hardly did;
 *  with what the code cut off an order. None where orders name no codes. */
async function codesOf(session: Session, snapshot: OpenSnapshot): Promise<CodeUse[]> {
  const orders = snapshot.columnsOf("orders");
  const named = ["customer_id", "coupon_code", "discount_minor", "gross_minor"].every((name) => orders.has(name));
  if (!named) return [];
  const day = localDay("o.ordered_at", snapshot.handle.brand.timeZone);
  const rows = await session.rows(`WITH sides AS (
      SELECT campaign_id, count(*) FILTER (is_control) / greatest(1, count(*) FILTER (NOT is_control)) AS odds FROM tested GROUP BY campaign_id),
    used AS (
      SELECT t.campaign_id, o.coupon_code, count(*) FILTER (NOT t.is_control) AS n, count(*) FILTER (t.is_control) AS others,
        median(CAST(o.discount_minor AS DOUBLE) / CAST(o.gross_minor AS DOUBLE)) AS depth
      FROM tested t JOIN orders o ON o.customer_id = t.customer_id AND o.coupon_code IS NOT NULL AND o.gross_minor > 0 AND o.discount_minor > 0
        AND ${day} > t.day AND ${day} <= t.day + ${windowDays} GROUP BY t.campaign_id, o.coupon_code)
    SELECT u.campaign_id, u.depth, u.n FROM used u JOIN sides s ON s.campaign_id = u.campaign_id
    WHERE u.n >= 5 AND u.others <= 0.05 * u.n AND u.n * s.odds >= 3 ORDER BY u.campaign_id, u.n DESC, u.coupon_code`);
  return rows.map((row) => ({
    campaign: String(row.campaign_id),
    depth: numberOf(row.depth),
    used: numberOf(row.n),
  }));
}

/** Of the money that those contacted would have paid at list prices, the share given off beyond what those kept out got. */
async function realisedDepth(session: Session, snapshot: OpenSnapshot): Promise<number | null> {
  const lines = snapshot.columnsOf("purchase_lines");
  if (!["list_price_minor", "discount_minor", "day", "is_purchase"].every((name) => lines.has(name))) return null;
  const [row = {}] = await session.rows(`WITH given AS (
      SELECT t.is_control, coalesce(l.revenue_minor, 0) AS paid,
        CASE WHEN l.list_price_minor > 0 THEN greatest(0, CAST(round(l.list_price_minor * l.quantity) AS BIGINT) - coalesce(l.revenue_minor, 0)) ELSE coalesce(l.discount_minor, 0) END AS off
      FROM tested t JOIN purchase_lines l ON l.customer_id = t.customer_id AND l.is_purchase AND l.quantity > 0 AND l.day > t.day AND l.day <= t.day + ${windowDays})
    SELECT CAST(sum(off) FILTER (NOT is_control) AS DOUBLE) / nullif(sum(off + paid) FILTER (NOT is_control), 0) AS contacted,
      CAST(sum(off) FILTER (is_control) AS DOUBLE) / nullif(sum(off + paid) FILTER (is_control), 0) AS kept_out FROM given`);
  return Math.max(0, numberOf(row.contacted) - numberOf(row.kept_out));
}

/** Of those contacted who bought, the share that took the cut along less those whom it brought. */
function redemptionOf(taken: number, brought: number, buyers: number): number {
  const anyway = buyers - Math.max(0, brought);
  if (!(anyway > 0)) return 1;
  return Math.min(1, Math.max(0.1, (taken * buyers - Math.max(0, brought)) / anyway));
}

/** By how much more is bought in weeks of deeper store-wide reductions: least squares of the logarithm of purchases on the depth, a trend
 *  and the month of the year. Association: a shop cuts its prices when it expects custom, or when it lacks it. */
async function associationOf(
  snapshot: OpenSnapshot,
  session: Session,
): Promise<(Slope & { readonly weeks: number }) | null> {
  if (!snapshot.columnsOf("discount_calendar").has("depth")) return null;
  const asOf = `DATE ${literal(snapshot.handle.as_of)}`;
  const table = await session.table(`WITH cuts AS (
      SELECT CAST(floor((${asOf} - day) / 7) AS INTEGER) AS ago, CAST(sum(CAST(round(1e6 * depth * n_lines) AS BIGINT)) AS DOUBLE) / 1e6 / sum(n_lines) AS depth FROM discount_calendar WHERE day <= ${asOf} GROUP BY 1),
    bought AS (SELECT CAST(floor((${asOf} - day) / 7) AS INTEGER) AS ago, count(*) AS purchases, count(DISTINCT day) AS days FROM transactions_seen GROUP BY 1)
    SELECT CAST(b.ago AS DOUBLE) AS ago, CAST(b.purchases AS DOUBLE) AS purchases, CAST(c.depth AS DOUBLE) AS depth,
      CAST(month(CAST(${asOf} - 7 * b.ago - 3 AS DATE)) AS DOUBLE) AS month
    FROM bought b JOIN cuts c USING (ago) WHERE b.ago < 208 AND b.ago < (SELECT max(ago) FROM bought) ORDER BY b.ago`);
  if (table.rows < leastWeeks) return null;
  const [ago, purchases, depth, month] = ["ago", "purchases", "depth", "month"].map((name) =>
    numbers(table, name),
  ) as Float64Array[];
  const months = [...new Set(month)].sort((a, b) => a - b).slice(1);
  const rows = Array.from({ length: table.rows }, (_, at) => [
    1,
    depth?.[at] ?? 0,
    (ago?.[at] ?? 0) / 52,
    ((ago?.[at] ?? 0) / 52) ** 2,
    ...months.map((one) => (month?.[at] === one ? 1 : 0)),
  ]);
  const spread = Math.max(...rows.map((row) => row[1] ?? 0)) - Math.min(...rows.map((row) => row[1] ?? 0));
  if (spread < 0.03) return null;
  const slope = leastSquares(
    rows,
    rows.map((_, at) => Math.log(Math.max(0.5, purchases?.[at] ?? 0))),
  );
  return { ...slope, weeks: table.rows };
}

/** The second coefficient with its heteroskedasticity-consistent error. */
function leastSquares(rows: readonly (readonly number[])[], y: readonly number[]): Slope {
  const k = rows[0]?.length ?? 0;
  const gram = Array.from({ length: k }, () => new Float64Array(k));
  const target = new Float64Array(k);
  for (const [at, row] of rows.entries())
    for (let i = 0; i < k; i++) {
      target[i] = (target[i] ?? 0) + (row[i] ?? 0) * (y[at] ?? 0);
      for (let j = 0; j < k; j++) {
        const own = gram[i];
        if (own) own[j] = (own[j] ?? 0) + (row[i] ?? 0) * (row[j] ?? 0);
      }
    }
  const inverse = invertCholesky(cholesky(gram));
  const times = (line: Float64Array | undefined, values: ArrayLike<number>) =>
    line ? line.reduce((sum, one, at) => sum + one * (values[at] ?? 0), 0) : 0;
  const beta = inverse.map((line) => times(line, target));
  let variance = 0;
  for (const [at, row] of rows.entries()) {
    const rest = (y[at] ?? 0) - row.reduce((sum, one, i) => sum + one * (beta[i] ?? 0), 0);
    variance += (times(inverse[1], row) * rest) ** 2;
  }
  return { value: beta[1] ?? 0, error: Math.sqrt((variance * rows.length) / Math.max(1, rows.length - k)) };
}
