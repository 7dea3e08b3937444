import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { createClock, type Harmonic } from "../../numeric/season.ts";
import { numbers } from "../tables.ts";

/** Purchase histories, in days or on the shop's clock. */
export interface Histories {
  readonly frequency: Float64Array;
  readonly recency: Float64Array;
  readonly tAge: Float64Array;
  readonly sumLogInterval: Float64Array;
  /** Days on the same clock from the summary's day until so many days later. */
  readonly ahead: (days: number) => number;
}

export function harmonicsIn(season: ColumnTable): Harmonic[] {
  const [cosine, sine] = [numbers(season, "cosine"), numbers(season, "sine")];
  return Array.from(cosine, (own, at) => ({ cosine: own, sine: sine[at] ?? 0 }));
}

/** Harmonics that a fit holds as JSON. */
export function harmonicsOf(fitted: Json): readonly Harmonic[] {
  if (typeof fitted !== "object" || fitted === null || !("season" in fitted)) return [];
  return fitted.season as unknown as readonly Harmonic[];
}

/** A summary's histories on a clock that runs with the season; as they are where there is none. */
export function historiesOn(summary: ColumnTable, harmonics: readonly Harmonic[]): Histories {
  const frequency = numbers(summary, "frequency");
  const [recency, tAge] = [numbers(summary, "recency"), numbers(summary, "t_age")];
  const sumLogInterval = summary.columns["sum_log_interval"]
    ? numbers(summary, "sum_log_interval")
    : new Float64Array(summary.rows);
  const first = harmonics.length > 0 ? numbers(summary, "first_order_on") : new Float64Array(0);
  const asOf = (first[0] ?? Number.NaN) + (tAge[0] ?? Number.NaN);
  if (!Number.isFinite(asOf)) return { frequency, recency, tAge, sumLogInterval, ahead: (days) => days };
  const clock = createClock(harmonics);
  const now = clock(asOf);
  const since = first.map(clock);
  const own = recency.map((days, at) => (days > 0 ? clock((first[at] ?? 0) + days) - (since[at] ?? 0) : 0));
  return {
    frequency,
    recency: own,
    tAge: since.map((from) => now - from),
    // intervals run as fast as the time between the first and the last purchase
    sumLogInterval: sumLogInterval.map((sum, at) => {
      const [x = 0, days = 0] = [frequency[at], recency[at]];
      return x > 0 && days > 0 ? sum + x * Math.log((own[at] ?? days) / days) : sum;
    }),
    ahead: (days) => clock(asOf + days) - now,
  };
}
