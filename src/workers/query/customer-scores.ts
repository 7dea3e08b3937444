import type { Json } from "../../shared/base/canonical-json.ts";
import { toEpochDay } from "../../shared/base/time.ts";
import { profileField } from "../../shared/domain/profile-fields.ts";
import type { Session } from "../engine/duckdb.ts";
import { ident, literal } from "../engine/sql.ts";
import type { BandChange } from "../models/band-changes.ts";
import { numberOf, numberOrNull, textOrNull } from "./estimate.ts";
import { nearestOf } from "./nearest.ts";
import { type History, purchaseModelOf } from "./purchase-model.ts";
import { driversIn } from "./returns.ts";
import type { OpenSnapshot } from "./session-pool.ts";
import { purchaseHorizon } from "./snapshot.ts";
import { type Driver, points, toldDrivers, whyNext, whyPurchases, whyValue } from "./why.ts";
import { onDay, type Range, type Yardstick, yardstick } from "./yardstick.ts";

export type ScoreKind = "number" | "money" | "share" | "date" | "text" | "choice";
export interface Score {
  name: string;
  label: string;
  model: string;
  kind: ScoreKind;
  unit: string | null;
  value: string | number | null;
  low: string | number | null;
  high: string | number | null;
  median: number | null;
  scale_low: number | null;
  scale_high: number | null;
  enough_data: boolean | null;
  ground: string;
  reason: string | null;
  why: Driver[];
  nearest: BandChange[];
}

interface Shown {
  readonly name: string;
  readonly model: string;
  /** The tournament that names the model in the place of this one. */
  readonly chosen?: string;
  /** Model that stands in where the first had too little to go by. */
  readonly instead?: string;
  readonly ground: "orders" | "intervals" | "lines" | "open";
  /** Column of its low and high limits; of the profile, or of the model's scores. */
  readonly limits?: "profile" | "scores";
}

const shown: readonly Shown[] = [
  { name: "predicted_value_minor", model: "customer_value", chosen: "value", ground: "orders", limits: "profile" },
  { name: "next_purchase_on", model: "next_purchase", ground: "intervals", limits: "profile" },
  { name: "expected_purchases", model: "mbg_nbd", chosen: "purchases", ground: "orders", limits: "profile" },
  {
    name: "probability_purchase",
    model: "purchase_propensity",
    chosen: "chance",
    instead: "mbg_nbd",
    ground: "orders",
  },
  { name: "probability_alive", model: "mbg_nbd", chosen: "purchases", ground: "orders" },
  { name: "return_risk", model: "return_risk", ground: "open" },
  { name: "price_tier", model: "price_tier", ground: "lines", limits: "scores" },
  { name: "discount_affinity", model: "discount_affinity", ground: "lines", limits: "scores" },
];

/** A customer's scores with limits, the median customer, how much there was to go by, and why they differ from the median's.
 *  Days in median and scale count from 1970-01-01. */
export async function scoresOf(
  snapshot: OpenSnapshot,
  session: Session,
  profile: Readonly<Record<string, Json>>,
): Promise<Score[]> {
  const id = String(profile.customer_id);
  const measure = await yardstick(
    snapshot,
    session,
    shown.map(({ name }) => name),
  );
  const [history] = await session.rows(
    `SELECT frequency, recency, t_age FROM summary_seen WHERE customer_id = ${literal(id)}`,
  );
  const lines = numberOf(
    await session.value(
      `SELECT count(*) FROM lines_seen WHERE customer_id = ${literal(id)} AND is_purchase AND quantity > 0`,
    ),
  );
  const own: History | null = history
    ? { x: numberOf(history.frequency), recency: numberOf(history.recency), tAge: numberOf(history.t_age) }
    : null;
  const found: Score[] = [];
  for (const one of shown.map((each) => byChoice(snapshot, each))) {
    const stored = await scoresRow(snapshot, session, one.model, id);
    const isMissing = one.instead !== undefined && numberOrNull(stored[one.name]) === null;
    const given = isMissing ? await scoresRow(snapshot, session, one.instead ?? "", id) : stored;
    const by = isMissing ? { ...one, model: one.instead ?? one.model } : one;
    const score = scoreOf(snapshot, by, profile, given, { measure, own, lines });
    const value = typeof score.value === "number" ? score.value : null;
    const nearest = await nearestOf(snapshot, session, { model: by.model, customerId: id, value, stored: given });
    found.push({ ...score, nearest: score.value === null ? [] : nearest });
  }
  const category = await topCategory(snapshot, session, id, profile, lines);
  return category ? [...found, category] : found;
}

/** The first of the models that a tournament's choice rests on, by weight. */
function byChoice({ handle }: OpenSnapshot, one: Shown): Shown {
  const weights = Object.entries(handle.choices?.[one.chosen ?? ""]?.weights ?? {});
  const [first] = weights.sort(([a, p], [b, q]) => q - p || (a < b ? -1 : 1));
  return first ? { ...one, model: first[0] } : one;
}

async function scoresRow(
  snapshot: OpenSnapshot,
  session: Session,
  model: string,
  id: string,
): Promise<Record<string, Json>> {
  const table = `scores_${model}`;
  if (!snapshot.columnsOf(table).has("customer_id")) return {};
  const riskiest = model === "return_risk" ? "ORDER BY return_risk DESC NULLS LAST, order_id, line_id LIMIT 1" : "";
  const [row = {}] = await session.rows(`SELECT * FROM ${ident(table)} WHERE customer_id = ${literal(id)} ${riskiest}`);
  return row;
}

interface Ground {
  readonly measure: Yardstick;
  readonly own: History | null;
  readonly lines: number;
}

function scoreOf(
  snapshot: OpenSnapshot,
  one: Shown,
  profile: Readonly<Record<string, Json>>,
  stored: Readonly<Record<string, Json>>,
  ground: Ground,
): Score {
  const field = profileField(one.name);
  const kind = (field?.kind ?? "number") as ScoreKind;
  const cell = (value: Json | undefined) => {
    if (kind === "date") return textOrNull(value);
    const number = numberOrNull(value);
    return kind === "money" && number !== null ? Math.round(number) : number;
  };
  const limitsFrom = one.limits === "profile" ? profile : one.limits === "scores" ? stored : {};
  const value = cell(profile[one.name]);
  const reasons = (profile.reasons ?? {}) as Readonly<Record<string, Json>>;
  const { low, high, median } = scaleOf(one.name, kind, snapshot, ground.measure.ranges.get(one.name), [
    profile[one.name],
    limitsFrom[`${one.name}_high`],
  ]);
  const isScored = value !== null;
  const horizon = one.name === "probability_purchase" ? purchaseHorizon(snapshot.handle) : snapshot.handle.horizon_days;
  return {
    name: one.name,
    label: field?.label ?? one.name,
    model: one.model,
    kind,
    unit: unitOf(one.name, snapshot, horizon),
    value,
    low: isScored ? cell(limitsFrom[`${one.name}_low`]) : null,
    high: isScored ? cell(limitsFrom[`${one.name}_high`]) : null,
    median,
    scale_low: low,
    scale_high: high,
    enough_data: typeof stored.enough_data === "boolean" ? stored.enough_data : null,
    ground: groundOf(one.ground, profile, ground),
    reason: isScored ? null : (textOrNull(reasons[one.name]) ?? textOrNull(stored.reason) ?? "not_scored"),
    why: isScored ? whyOf(snapshot, one, profile, stored, ground, horizon) : [],
    nearest: [],
  };
}

function unitOf(name: string, { handle }: OpenSnapshot, horizon: number): string | null {
  if (name === "predicted_value_minor") return `${handle.brand.currency}, ${horizon} days`;
  if (name === "expected_purchases") return `orders, ${horizon} days`;
  if (name === "probability_purchase") return `chance, ${horizon} days`;
  if (name === "discount_affinity") return "share, given exposure";
  if (name === "return_risk") return "chance that an open line comes back";
  return name === "price_tier" ? "1 to 5, within category" : name === "next_purchase_on" ? "date" : "chance";
}

function scaleOf(
  name: string,
  kind: ScoreKind,
  { handle }: OpenSnapshot,
  range: Range | undefined,
  own: (Json | undefined)[],
): Range {
  const median = range?.median ?? null;
  if (kind === "share") return { low: 0, high: 1, median };
  if (name === "price_tier") return { low: 1, high: 5, median };
  const most = [range?.high ?? null, ...own.map(onDay)].filter((value) => value !== null);
  const high = most.length > 0 ? Math.max(...most) : null;
  return { low: kind === "date" ? toEpochDay(handle.as_of) : 0, high, median };
}

const counted = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

function groundOf(kind: Shown["ground"], profile: Readonly<Record<string, Json>>, { own, lines }: Ground): string {
  if (kind === "lines") return counted(lines, "line");
  if (kind === "open") return counted(numberOf(profile.open_line_count), "open line");
  if (kind === "intervals")
    return own && own.x > 0 ? counted(own.x, "interval") : counted(numberOf(profile.order_count), "order");
  return counted(numberOf(profile.order_count), "order");
}

function whyOf(
  snapshot: OpenSnapshot,
  { name, model: by }: Shown,
  profile: Readonly<Record<string, Json>>,
  stored: Readonly<Record<string, Json>>,
  ground: Ground,
  horizon: number,
): Driver[] {
  const { own, measure } = ground;
  const number = (column: string) => numberOrNull(profile[column]);
  if (name === "price_tier") {
    const percentile = numberOrNull(stored.price_percentile);
    const difference = (number(name) ?? 0) - (measure.ranges.get(name)?.median ?? Number.NaN);
    if (percentile === null || !Number.isFinite(difference) || difference === 0) return [];
    return [
      {
        effect: `${difference < 0 ? "\u2212" : "+"}${Math.abs(difference)}`,
        reason: `price percentile ${Math.round(percentile * 100)} within category`,
      },
    ];
  }
  if (name === "return_risk") return whyReturn(stored);
  if (name === "discount_affinity") return whyDiscount(number(name), stored, measure.ranges.get(name)?.median ?? null);
  if (by === "purchase_propensity") return toldDrivers(stored.drivers);
  const model = purchaseModelOf(snapshot.handle);
  if (!model || !own) return [];
  const { history } = measure.median;
  if (name === "predicted_value_minor") {
    const value = {
      stored: number(name),
      purchases: number("expected_purchases"),
      alive: number("probability_alive"),
    };
    return whyValue(model, value, own, measure.median, horizon, snapshot.handle.brand.currency);
  }
  if (name === "next_purchase_on") {
    const on = onDay(profile[name]);
    return whyNext(model, on === null ? null : on - toEpochDay(snapshot.handle.as_of), own, history);
  }
  if (name === "probability_alive" || name === "probability_purchase" || name === "expected_purchases") {
    const published = { kind: name, stored: number(name), alive: number("probability_alive") } as const;
    return whyPurchases(model, published, own, history, horizon);
  }
  return [];
}

/** What moves the chance of the line that is likeliest to come back. */
function whyReturn(stored: Readonly<Record<string, Json>>): Driver[] {
  return driversIn(stored.drivers).map(({ effect, text }, at) => ({
    effect: points(effect),
    reason: at === 0 ? `likeliest line: ${text}` : text,
  }));
}

/** How far from the median, the raw share, and what the shop offered when these lines were bought. */
function whyDiscount(value: number | null, stored: Readonly<Record<string, Json>>, median: number | null): Driver[] {
  const [raw, exposure] = [numberOrNull(stored.discounted_share), numberOrNull(stored.discount_exposure)];
  if (value === null || raw === null || exposure === null || median === null) return [];
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const effect = points(value - median);
  return [{ effect, reason: `${percent(raw)} of lines reduced, prices cut by ${percent(exposure)} on those days` }];
}

async function topCategory(
  snapshot: OpenSnapshot,
  session: Session,
  id: string,
  profile: Readonly<Record<string, Json>>,
  lines: number,
): Promise<Score | null> {
  if (!snapshot.has("scores_category_affinity")) return null;
  const stored = await scoresRow(snapshot, session, "category_affinity", id);
  const category = textOrNull(profile.top_category);
  const affinity = numberOrNull(stored.top_category_affinity);
  const reasons = (profile.reasons ?? {}) as Readonly<Record<string, Json>>;
  const share = await populationShare(snapshot, session, category);
  return {
    name: "top_category",
    label: category === null ? "Top category" : `Affinity to ${category}`,
    model: "category_affinity",
    kind: "share",
    unit: "share of next lines",
    value: affinity,
    low: numberOrNull(stored.top_category_affinity_low),
    high: numberOrNull(stored.top_category_affinity_high),
    median: share,
    scale_low: 0,
    scale_high: 1,
    enough_data: typeof stored.enough_data === "boolean" ? stored.enough_data : null,
    ground: counted(lines, "line"),
    reason: affinity === null ? (textOrNull(reasons.top_category) ?? "not_scored") : null,
    why:
      affinity === null || share === null
        ? []
        : [{ effect: points(affinity - share), reason: `all customers: ${Math.round(share * 100)} % of lines` }],
    nearest: [],
  };
}

async function populationShare(
  snapshot: OpenSnapshot,
  session: Session,
  category: string | null,
): Promise<number | null> {
  if (category === null || !snapshot.has("category_counts")) return null;
  const key = `share of ${category}`;
  if (!snapshot.memo.has(key)) {
    const share = await session.value(
      `SELECT sum(n_lines) FILTER (WHERE category = ${literal(category)}) / sum(n_lines) FROM category_counts`,
    );
    snapshot.memo.set(key, numberOrNull(share));
  }
  return snapshot.memo.get(key) as number | null;
}
