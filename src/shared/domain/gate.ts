/** The rules between a night's run and its publication. */
export const gateRules = [
  "late_sources",
  "small_delivery",
  "rejected_rows",
  "changed_ids",
  "fewer_customers",
  "less_revenue",
] as const;
export type GateRule = (typeof gateRules)[number];

/** The limit of each rule; null switches it off. Shares are from 0 to 1. */
export type GateSettings = Readonly<Record<GateRule, number | null>>;

export interface GateResult {
  readonly rule: GateRule | "rolled_back";
  readonly ok: boolean;
  /** What was found, in words that stand in a report. */
  readonly measured: string;
}

interface GateDescription {
  readonly title: string;
  readonly help: string;
  /** How the limit is written. */
  readonly unit: "sources" | "share";
  /** On which side of the limit a night is kept back. */
  readonly breaks: "above" | "below";
}

export const gateDescriptions: Readonly<Record<GateRule, GateDescription>> = {
  late_sources: {
    title: "Late sources",
    help: "Sources whose delivery was expected by now and has not come",
    unit: "sources",
    breaks: "above",
  },
  small_delivery: {
    title: "Small delivery",
    help: "Rows of a new delivery beside the median of the source's ten before it",
    unit: "share",
    breaks: "below",
  },
  rejected_rows: {
    title: "Rejected rows",
    help: "Share of a new delivery's rows that could not be read",
    unit: "share",
    breaks: "above",
  },
  changed_ids: {
    title: "Changed customer ids",
    help: "Share of the customers before whose records now belong to another id",
    unit: "share",
    breaks: "above",
  },
  fewer_customers: {
    title: "Fewer customers",
    help: "By how much the number of customers fell",
    unit: "share",
    breaks: "above",
  },
  less_revenue: {
    title: "Less revenue",
    help: "By how much the revenue of the days before fell",
    unit: "share",
    breaks: "above",
  },
};

export const defaultGate: GateSettings = {
  late_sources: 0,
  small_delivery: 0.5,
  rejected_rows: 0.05,
  changed_ids: 0.02,
  fewer_customers: 0.05,
  less_revenue: 0.05,
};

/** One new delivery beside the source's earlier ones. */
export interface DeliveryFigures {
  readonly source: string;
  readonly rows: number;
  readonly rejected: number;
  /** Rows of earlier deliveries, the latest last. */
  readonly before: readonly number[];
}

export interface NightFigures {
  readonly late: readonly { readonly source: string; readonly expected_at: string }[];
  readonly deliveries: readonly DeliveryFigures[];
  /** What the new snapshot is compared with; null for the first one. */
  readonly compared: {
    readonly snapshot_id: string;
    readonly customers_before: number;
    readonly customers: number;
    readonly changed_ids: number;
    /** Revenue up to the earlier snapshot's day, as each of the two has it. */
    readonly revenue_before_minor: number;
    readonly revenue_minor: number;
  } | null;
}

const comparedDeliveries = 10;
const leastDeliveries = 3;

/** Every rule that is switched on, with what was measured; the night passes where all hold. */
export function judgeNight(figures: NightFigures, limits: GateSettings): GateResult[] {
  return gateRules.flatMap((rule) => {
    const limit = limits[rule];
    return limit === null ? [] : [{ rule, ...judges[rule](figures, limit) }];
  });
}

type Judgement = { ok: boolean; measured: string };
const judges: Readonly<Record<GateRule, (figures: NightFigures, limit: number) => Judgement>> = {
  late_sources: ({ late }, limit) => ({
    ok: late.length <= limit,
    measured:
      late.length === 0
        ? "none late"
        : late.map(({ source, expected_at }) => `${source} was expected by ${expected_at}`).join("; "),
  }),
  small_delivery: ({ deliveries }, limit) => {
    const judged = deliveries.flatMap((one) => {
      const usual = median(one.before.slice(-comparedDeliveries));
      return one.before.length >= leastDeliveries && usual > 0 ? [{ ...one, usual, share: one.rows / usual }] : [];
    });
    const least = judged.reduce<(typeof judged)[number] | undefined>(
      (a, b) => (a && a.share <= b.share ? a : b),
      undefined,
    );
    if (!least) return { ok: true, measured: "no delivery to compare" };
    const words = `${least.source}: ${count(least.rows)} rows, usually ${count(least.usual)}`;
    return { ok: least.share >= limit, measured: words };
  },
  rejected_rows: ({ deliveries }, limit) => {
    const judged = deliveries.filter(({ rows }) => rows > 0).map((one) => ({ ...one, share: one.rejected / one.rows }));
    const most = judged.reduce<(typeof judged)[number] | undefined>(
      (a, b) => (a && a.share >= b.share ? a : b),
      undefined,
    );
    if (!most) return { ok: true, measured: "no new delivery" };
    return {
      ok: most.share <= limit,
      measured: `${most.source}: ${count(most.rejected)} of ${count(most.rows)} rows (${percent(most.share)})`,
    };
  },
  changed_ids: ({ compared }, limit) => {
    if (!compared) return first;
    const share = compared.changed_ids / Math.max(1, compared.customers_before);
    const words = `${count(compared.changed_ids)} of ${count(compared.customers_before)} customers (${percent(share)})`;
    return { ok: share <= limit, measured: words };
  },
  fewer_customers: ({ compared }, limit) =>
    compared ? fall(compared.customers_before, compared.customers, limit, "customers") : first,
  less_revenue: ({ compared }, limit) =>
    compared ? fall(compared.revenue_before_minor, compared.revenue_minor, limit, "minor units") : first,
};

const first: Judgement = { ok: true, measured: "no snapshot to compare with" };

function fall(before: number, now: number, limit: number, unit: string): Judgement {
  const share = before > 0 ? (now - before) / before : 0;
  const sign = share < 0 ? "−" : "+";
  return {
    ok: -share <= limit,
    measured: `${count(now)} ${unit}, before ${count(before)} (${sign}${percent(Math.abs(share))})`,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return 0;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

const count = (value: number) => Math.round(value).toLocaleString("en-GB");
const percent = (share: number) => `${(share * 100).toLocaleString("en-GB", { maximumFractionDigits: 1 })} %`;
