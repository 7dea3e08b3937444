import { addDays, type Day } from "../../shared/base/time.ts";
import type { Session } from "../engine/duckdb.ts";
import { numberOf, numberOrNull } from "./estimate.ts";
import { predicateIn } from "./segment-in.ts";
import type { OpenSnapshot } from "./session-pool.ts";

export interface Attention {
  money_minor: number | null;
  fact: string;
  ground: string;
  action: string;
  screen: string;
  where: { combinator: "and" | "or"; rules: { field: string; operator: string; value?: unknown }[] } | null;
}

interface Candidate {
  readonly rules: { field: string; operator: string; value?: unknown }[];
  /** Money at stake of one customer, as SQL. */
  readonly money: string;
  readonly fact: (customers: string, one: boolean) => string;
  readonly ground: string;
  readonly action: string;
}

const grouped = (n: number) => new Intl.NumberFormat("en").format(n);
const shown = (day: Day) =>
  new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" }).format(
    new Date(`${day}T00:00:00Z`),
  );
const people = (n: string, one: boolean) => `${n} customer${one ? "" : "s"}`;
const top = ["top_1", "top_5", "top_10"];
const fewestGaps = 30;

/** What deserves a look today, by the money at stake, most first. Each entry counts by the very rule that it opens. */
export async function listAttention(snapshot: OpenSnapshot, session: Session): Promise<Attention[]> {
  const candidates = [
    ...ofValue(snapshot),
    ...(await secondOrders(snapshot, session)),
    ...ofReach(snapshot),
    ...ofReturns(),
  ];
  const found: Attention[] = [];
  for (const { rules, money, fact, ground, action } of candidates) {
    if (!rules.every(({ field }) => snapshot.profileColumns.has(field))) continue;
    const where = { combinator: "and" as const, rules };
    const predicate = await predicateIn(snapshot, session, { definition: { where }, segments: {} });
    const [row = {}] = await session.rows(
      `SELECT count(*) AS n, CAST(round(sum(${money})) AS BIGINT) AS money FROM profiles WHERE ${predicate}`,
    );
    const customers = numberOf(row.n);
    if (customers === 0) continue;
    found.push({
      money_minor: numberOrNull(row.money),
      fact: fact(grouped(customers), customers === 1),
      ground,
      action,
      screen: "segments",
      where,
    });
  }
  return found.sort((a, b) => (b.money_minor ?? -1) - (a.money_minor ?? -1));
}

function ofValue({ handle }: OpenSnapshot): Candidate[] {
  const from = addDays(handle.as_of, 1);
  const to = addDays(handle.as_of, 30);
  const ground = `Expected value, ${handle.horizon_days} days`;
  return [
    {
      rules: [
        { field: "value_tier", operator: "in", value: top },
        { field: "lifecycle_stage", operator: "in", value: ["cooling", "at_risk"] },
      ],
      money: "predicted_value_minor",
      fact: (n, one) => `${n} top-10 % customer${one ? " is" : "s are"} cooling or at risk`,
      ground,
      action: "Open segment",
    },
    {
      rules: [{ field: "next_purchase_on", operator: "between", value: [from, to] }],
      money: "0.5 * average_order_minor * probability_alive",
      fact: (n, one) => `${people(n, one)} ${one ? "is" : "are"} due for the next order`,
      ground: `Expected ${shown(from)}\u2013${shown(to)}; half the average order \u00d7 chance of still being a customer`,
      action: "Build audience",
    },
  ];
}

/** The time within which four in five second orders came closes for those whose first one is nearly that old. */
async function secondOrders({ handle }: OpenSnapshot, session: Session): Promise<Candidate[]> {
  const [row = {}] = await session.rows(`SELECT count(*) AS n, quantile_disc(gap, 0.8) AS days FROM (
      SELECT lead(day) OVER w - day AS gap, row_number() OVER w AS k FROM transactions_seen WINDOW w AS (PARTITION BY customer_id ORDER BY day))
    WHERE k = 1 AND gap IS NOT NULL`);
  const days = numberOf(row.days);
  if (numberOf(row.n) < fewestGaps || days < 15) return [];
  return [
    {
      rules: [
        { field: "order_count", operator: "=", value: 1 },
        { field: "days_since_last_purchase", operator: "between", value: [days - 14, days - 1] },
      ],
      money: "predicted_value_minor",
      fact: (n, one) => `${n} second-order window${one ? " closes" : "s close"} within 14 days`,
      ground: `80 % of second orders came within ${days} days; expected value, ${handle.horizon_days} days`,
      action: "Build audience",
    },
  ];
}

function ofReach({ handle }: OpenSnapshot): Candidate[] {
  return [
    {
      rules: [
        { field: "value_tier", operator: "in", value: [...top, "top_25"] },
        { field: "reachable_email", operator: "=", value: false },
      ],
      money: "predicted_value_minor",
      fact: (n, one) => `${n} top-25 % customer${one ? "" : "s"} can't be reached by e-mail`,
      ground: `No consent, suppressed or no address; expected value, ${handle.horizon_days} days`,
      action: "Open segment",
    },
  ];
}

function ofReturns(): Candidate[] {
  return [
    {
      rules: [
        { field: "return_rate", operator: ">=", value: 0.5 },
        { field: "order_count", operator: ">=", value: 3 },
      ],
      money: "revenue_minor - net_revenue_minor",
      fact: (n, one) => `${people(n, one)} sent back half of the lines or more`,
      ground: "Refunds so far, three orders or more",
      action: "Open segment",
    },
  ];
}
