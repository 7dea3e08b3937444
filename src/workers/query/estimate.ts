import type { Json } from "../../shared/base/canonical-json.ts";

/** Standard normal quantile of .9: 80 % limits lie this many standard deviations from the middle. */
export const limitWidth = 1.2815515655446004;

export interface Estimate {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

export const numberOf = (value: Json | undefined): number =>
  typeof value === "string" ? Number(value) : typeof value === "number" ? value : 0;
export const numberOrNull = (value: Json | undefined): number | null => {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
};
export const textOrNull = (value: Json | undefined): string | null =>
  value === null || value === undefined ? null : String(value);

/** The two sums that limits of a total rest on. A customer's variance is read off the own 80 % limits as if normal, but is at
 *  least a compound Poisson's (mean² ÷ expected purchases): limits of 0 to 0 don't mean certainty. Customers are taken as
 *  independent given the model: the limits of a total say nothing of a wrong model or of a common shock. */
function varianceSql(value: string, low: string, high: string, purchases: string): string {
  const poisson = `CASE WHEN ${purchases} > 0 THEN power(CAST(${value} AS DOUBLE), 2) / ${purchases} ELSE 0 END`;
  return `greatest(power(coalesce((CAST(${high} AS DOUBLE) - CAST(${low} AS DOUBLE)) / ${2 * limitWidth}, 0), 2), ${poisson})`;
}

export const valueVariance = varianceSql(
  "predicted_value_minor",
  "predicted_value_minor_low",
  "predicted_value_minor_high",
  "expected_purchases",
);
export const purchasesVariance = varianceSql(
  "expected_purchases",
  "expected_purchases_low",
  "expected_purchases_high",
  "expected_purchases",
);

/** A total with its 80 % limits from its variance, never below zero; NULL where nothing was scored. */
export function totalOf(value: Json | undefined, variance: Json | undefined, digits = 0): Estimate | null {
  const total = numberOrNull(value);
  if (total === null) return null;
  const half = limitWidth * Math.sqrt(Math.max(0, numberOf(variance)));
  const round = (number: number) => Math.round(number * 10 ** digits) / 10 ** digits;
  return { value: round(total), low: round(Math.max(0, total - half)), high: round(total + half) };
}
