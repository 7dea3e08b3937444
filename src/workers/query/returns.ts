import type { Json } from "../../shared/base/canonical-json.ts";
import { bandCuts, returnBands } from "../../shared/domain/return-bands.ts";
import type { Session } from "../engine/duckdb.ts";
import { literal } from "../engine/sql.ts";
import { type Estimate, numberOf, numberOrNull, textOrNull, totalOf } from "./estimate.ts";
import { expectedByRate, settledLately } from "./returns-by-rate.ts";
import { groupsOf, type ReturnGroups } from "./returns-groups.ts";
import type { OpenSnapshot } from "./session-pool.ts";

export interface Returns {
  as_of: string;
  currency: string;
  reason: string | null;
  window_days: number | null;
  window_basis: string | null;
  settled: number;
  returned: number;
  settled_before: number;
  returned_before: number;
  refunded_minor: number;
  open_lines: number;
  open_customers: number;
  open_minor: number;
  at_risk: Estimate | null;
  at_risk_by_rate: Estimate | null;
  expected_by_rate: Estimate | null;
  expected_returns: Estimate | null;
  unclear_lines: number;
  bands: { band: string; from: number; lines: number; customers: number; open_minor: number; at_risk_minor: number }[];
  drivers: { driver: string; effect: number }[];
  groups: ReturnGroups[];
  calibration: {
    lines: number;
    is_corrected: boolean;
    bins: { expected: number; actual: number; low: number; high: number; n: number }[];
  };
  riskiest: object[];
  returners: object[];
  serial_returners: number;
  serial_from: number | null;
}

/** What the fit of return_risk says of itself. */
interface FittedRisk {
  readonly mean?: number;
  readonly isCalibrated?: boolean;
  readonly bins?: readonly { expected: number; actual: number; n: number }[];
  readonly importance?: readonly { driver: string; effect: number }[];
}

/** Returns: risk of open lines, its drivers, where returns come from, and whether chances came true. Asked once a session. */
export async function readReturns(snapshot: OpenSnapshot, _input: object, signal?: AbortSignal): Promise<Returns> {
  const known = snapshot.memo.get("returns") as Returns | undefined;
  if (known) return known;
  const made = await snapshot.use(signal, (session) => read(snapshot, session));
  snapshot.memo.set("returns", made);
  return made;
}

async function read(snapshot: OpenSnapshot, session: Session): Promise<Returns> {
  const nothing = nothingOf(snapshot);
  const isScored = snapshot.columnsOf("scores_return_risk").has("return_risk");
  if (!isScored || !snapshot.columnsOf("return_ledger").has("channel")) return { ...nothing, reason: "not_scored" };
  const [window = {}] = await session.rows("SELECT days, basis, has_returns_source FROM return_window");
  const [totals = {}] = await session.rows(totalsSql(snapshot.handle.as_of));
  if (numberOf(totals.lines) === 0) return { ...nothing, reason: "never_bought" };
  if (window.has_returns_source !== true) return { ...nothing, reason: "no_returns_source" };
  await session.run(`CREATE OR REPLACE TEMP TABLE open_returns AS ${openSql}`);
  const [open = {}] = await session.rows(
    `SELECT count(*) AS lines, count(DISTINCT customer_id) AS customers, coalesce(sum(revenue_minor), 0) AS open_minor, sum(revenue_minor * risk) AS money,
            sum(power(revenue_minor, 2) * risk * (1 - risk)) AS money_variance, sum(risk) AS returns, sum(risk * (1 - risk)) AS variance FROM open_returns`,
  );
  const fitted = (snapshot.handle.fits?.return_risk ?? {}) as FittedRisk | null;
  const mean = fitted?.mean ?? null;
  const serialFrom = mean === null ? null : Math.min(0.9, 2 * mean);
  return {
    ...nothing,
    reason: null,
    window_days: numberOrNull(window.days),
    window_basis: textOrNull(window.basis),
    settled: numberOf(totals.settled),
    returned: numberOf(totals.returned),
    settled_before: numberOf(totals.settled_before),
    returned_before: numberOf(totals.returned_before),
    refunded_minor: numberOf(totals.refunded_minor),
    open_lines: numberOf(open.lines),
    open_customers: numberOf(open.customers),
    open_minor: numberOf(open.open_minor),
    at_risk: totalOf(open.money, open.money_variance),
    ...(await expectedByRate(session, snapshot.handle.as_of)),
    expected_returns: totalOf(open.returns, open.variance, 1),
    unclear_lines: numberOf(totals.unclear),
    bands: mean === null ? [] : await bandsOf(session, mean),
    drivers: [...(fitted?.importance ?? [])],
    groups: await groupsOf(snapshot, session),
    calibration: calibrationOf(fitted),
    riskiest: await riskiest(session),
    returners: serialFrom === null ? [] : await returners(session, serialFrom),
    serial_returners:
      serialFrom === null
        ? 0
        : numberOf(await session.value(`SELECT count(*) FROM profiles WHERE return_rate_low >= ${serialFrom}`)),
    serial_from: serialFrom,
  };
}

function nothingOf({ handle }: OpenSnapshot): Returns {
  return {
    as_of: handle.as_of,
    currency: handle.brand.currency,
    reason: null,
    window_days: null,
    window_basis: null,
    settled: 0,
    returned: 0,
    settled_before: 0,
    returned_before: 0,
    refunded_minor: 0,
    open_lines: 0,
    open_customers: 0,
    open_minor: 0,
    at_risk: null,
    at_risk_by_rate: null,
    expected_by_rate: null,
    expected_returns: null,
    unclear_lines: 0,
    bands: [],
    drivers: [],
    groups: [],
    calibration: { lines: 0, is_corrected: false, bins: [] },
    riskiest: [],
    returners: [],
    serial_returners: 0,
    serial_from: null,
  };
}

/** Lines whose window ended in the last twelve months, and in the twelve before. */
function totalsSql(asOf: string): string {
  const day = `DATE ${literal(asOf)}`;
  const now = settledLately(asOf);
  const before = `is_settled AND window_ends_on <= ${day} - 365 AND window_ends_on > ${day} - 730`;
  return `SELECT count(*) AS lines, count(*) FILTER (${now}) AS settled, count(*) FILTER (is_returned AND ${now}) AS returned, count(*) FILTER (${before}) AS settled_before,
    count(*) FILTER (is_returned AND ${before}) AS returned_before, coalesce(sum(revenue_minor) FILTER (is_returned AND ${now}), 0) AS refunded_minor,
    count(*) FILTER (reason IN ('partly_refunded', 'not_delivered')) AS unclear FROM return_ledger`;
}

const openSql = `SELECT l.customer_id, l.key_space, l.order_id, l.line_id, l.source, l.product_id, l.category, l.channel, l.day, l.revenue_minor, s.return_risk AS risk, s.return_risk_band AS band, s.drivers
  FROM return_ledger l JOIN scores_return_risk s ON s.customer_id = l.customer_id AND s.key_space = l.key_space AND s.order_id = l.order_id AND s.line_id = l.line_id AND s.source = l.source
  WHERE l.reason = 'window_open' AND s.return_risk IS NOT NULL`;

async function bandsOf(session: Session, mean: number): Promise<Returns["bands"]> {
  const rows = await session.rows(
    `SELECT band, count(risk) AS lines, any_value(p.customers) AS customers, coalesce(sum(revenue_minor), 0) AS open_minor, coalesce(round(sum(revenue_minor * risk)), 0) AS at_risk
     FROM (SELECT return_risk_band AS band, count(*) AS customers FROM profiles WHERE return_risk_band IS NOT NULL GROUP BY band) p FULL JOIN open_returns USING (band) GROUP BY band ORDER BY band`,
  );
  const byName = new Map(rows.map((row) => [row.band, row]));
  const from = [0, ...bandCuts(mean)];
  return returnBands.map((band, at) => {
    const row: Readonly<Record<string, Json>> = byName.get(band) ?? {};
    return {
      band,
      from: from[at] ?? 0,
      lines: numberOf(row.lines),
      customers: numberOf(row.customers),
      open_minor: numberOf(row.open_minor),
      at_risk_minor: numberOf(row.at_risk),
    };
  });
}

const z95 = 1.959963984540054;

/** Wilson's (1927) 95 % interval around each share. */
function calibrationOf(fitted: FittedRisk | null): Returns["calibration"] {
  const bins = (fitted?.bins ?? []).map(({ expected, actual, n }) => {
    const spread = (z95 * z95) / n;
    const centre = (actual + spread / 2) / (1 + spread);
    const half = (z95 * Math.sqrt((actual * (1 - actual) + spread / 4) / n)) / (1 + spread);
    return { expected, actual, low: Math.max(0, centre - half), high: Math.min(1, centre + half), n };
  });
  const lines = bins.reduce((sum, { n }) => sum + n, 0);
  return { lines, is_corrected: fitted?.isCalibrated === true, bins };
}

/** Open lines by what they are likely to cost. */
async function riskiest(session: Session): Promise<object[]> {
  const rows = await session.rows(
    `WITH top AS (SELECT * FROM open_returns ORDER BY revenue_minor * risk DESC, key_space, order_id, line_id LIMIT 8)
     SELECT t.customer_id, n.name, t.order_id, coalesce(t.category, t.product_id) AS goods, CAST(t.day AS VARCHAR) AS bought_on, t.revenue_minor, t.risk, t.band, t.drivers
     FROM top t LEFT JOIN names_seen n USING (customer_id) ORDER BY t.revenue_minor * t.risk DESC, t.key_space, t.order_id, t.line_id`,
  );
  return rows.map((row) => ({
    customer_id: String(row.customer_id),
    name: textOrNull(row.name),
    order_id: String(row.order_id),
    goods: textOrNull(row.goods),
    bought_on: String(row.bought_on),
    amount_minor: numberOrNull(row.revenue_minor),
    risk: numberOf(row.risk),
    band: String(row.band),
    driver: driversIn(row.drivers)[0]?.text ?? null,
  }));
}

export interface LineDriver {
  readonly driver: string;
  readonly effect: number;
  readonly text: string;
}

export function driversIn(value: Json | undefined): readonly LineDriver[] {
  return typeof value === "string" ? (JSON.parse(value) as LineDriver[]) : [];
}

/** Those whose rate is surely high, by how many lines they sent back. */
async function returners(session: Session, from: number): Promise<object[]> {
  const rows = await session.rows(
    `SELECT p.customer_id, n.name, r.n_settled, r.n_returned, p.return_rate, p.return_rate_low, p.return_rate_high, p.net_revenue_minor
     FROM profiles p JOIN scores_return_rate r USING (customer_id) LEFT JOIN names_seen n USING (customer_id) WHERE p.return_rate_low >= ${from}
     ORDER BY r.n_returned DESC, p.return_rate DESC, p.customer_id LIMIT 8`,
  );
  return rows.map((row) => ({
    customer_id: String(row.customer_id),
    name: textOrNull(row.name),
    settled: numberOf(row.n_settled),
    returned: numberOf(row.n_returned),
    rate: numberOf(row.return_rate),
    low: numberOf(row.return_rate_low),
    high: numberOf(row.return_rate_high),
    net_revenue_minor: numberOf(row.net_revenue_minor),
  }));
}
