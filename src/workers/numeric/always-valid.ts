import { normalCdf, normalQuantile } from "./distributions.ts";

/** Half the width of an interval around a difference that may be looked at as often as one likes until a planned end: with
 *  independent symmetric increments P(some look lies further from its truth than c √V) ≤ 4 (1 − Φ(c)) for V the variance at the
 *  end (Lévy's inequality and the reflection principle), so c = Φ⁻¹(1 − α/4): 2.2414 for 5 %. */
export function plannedHalfWidth(varianceAtEnd: number, alpha = 0.05): number {
  return normalQuantile(1 - alpha / 4) * Math.sqrt(Math.max(0, varianceAtEnd));
}

/** The least α at which that interval leaves out zero. */
export function plannedP(value: number, varianceAtEnd: number): number {
  if (!(varianceAtEnd > 0)) return value === 0 ? 1 : 0;
  return Math.min(1, 4 * (1 - normalCdf(Math.abs(value) / Math.sqrt(varianceAtEnd))));
}

/** Half the width of an interval around a sum with independent increments and variance v so far that holds at all times at once,
 *  without an end: normal mixture (Robbins 1970; Howard et al., Annals of Statistics 2021, eq. 14). η > 0 is set beforehand, see
 *  mixtureScale. */
export function mixtureHalfWidth(v: number, eta: number, alpha = 0.05): number {
  if (!(eta > 0)) return Number.POSITIVE_INFINITY;
  return Math.sqrt((v + eta) * Math.log((v + eta) / (eta * alpha * alpha)));
}

/** The η that makes that interval nearly the narrowest where the variance is v (Waudby-Smith et al. 2024, appendix B.2). */
export function mixtureScale(v: number, alpha = 0.05): number {
  const depth = -2 * Math.log(alpha);
  return v / (depth + Math.log(depth + 1));
}
