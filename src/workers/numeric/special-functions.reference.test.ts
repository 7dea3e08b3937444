import { describe, expect, it } from "vitest";
import { expectedPurchases, probabilityAlive } from "./buy-till-you-die.ts";
import { betaCdf, gammaCdf } from "./distributions.ts";
import { kummer } from "./pareto-nbd.ts";
import {
  betaCdfValues,
  betaValues,
  expectedValues,
  gammaCdfValues,
  gammaValues,
  hypergeometricValues,
  kummerValues,
} from "./reference/high-precision.ts";
import { digamma, hypergeometric, lbeta, lgamma, trigamma } from "./special-functions.ts";

/** The worst relative error, and where it is. */
function worst(rows: readonly (readonly [place: string, actual: number, wanted: number])[]) {
  const errors = rows.map(([place, actual, wanted]) => ({ place, error: Math.abs(actual / wanted - 1) }));
  return errors.filter(({ error }) => !(error <= 1e-10));
}

describe("to ten digits", () => {
  it("ln Γ, ψ and ψ′", () => {
    expect(worst(gammaValues.map(([x, wanted]) => [`lgamma ${x}`, lgamma(x), wanted]))).toEqual([]);
    expect(worst(gammaValues.map(([x, , wanted]) => [`digamma ${x}`, digamma(x), wanted]))).toEqual([]);
    expect(worst(gammaValues.map(([x, , , wanted]) => [`trigamma ${x}`, trigamma(x), wanted]))).toEqual([]);
  });

  it("ln B", () => {
    expect(worst(betaValues.map(([a, b, wanted]) => [`${a} ${b}`, lbeta(a, b), wanted]))).toEqual([]);
    expect(worst(betaValues.map(([a, b, wanted]) => [`${b} ${a}`, lbeta(b, a), wanted]))).toEqual([]);
  });

  it("₂F₁, where it tells that it can", () => {
    const rows = hypergeometricValues.map(([a, b, c, z, wanted]) => {
      const actual = hypergeometric(a, b, c, z);
      return [`${a} ${b} ${c} ${z}`, actual, wanted] as const;
    });
    expect(worst(rows.filter(([, actual]) => Number.isFinite(actual)))).toEqual([]);
    expect(rows.filter(([, actual]) => Number.isFinite(actual)).length).toBeGreaterThan(0.7 * rows.length);
  });

  it("Kummer's U", () => {
    expect(worst(kummerValues.map(([s, z, wanted]) => [`${s} ${z}`, kummer(s, z), wanted]))).toEqual([]);
  });

  it("incomplete gamma and beta", () => {
    expect(worst(gammaCdfValues.map(([shape, x, wanted]) => [`${shape} ${x}`, gammaCdf(x, shape), wanted]))).toEqual(
      [],
    );
    expect(worst(betaCdfValues.map(([x, a, b, wanted]) => [`${x} ${a} ${b}`, betaCdf(x, a, b), wanted]))).toEqual([]);
  });

  it("expected purchases and P(alive), for heavy buyers and near a = 1 too", () => {
    const rows = expectedValues.map(([kind, r, alpha, a, b, x, recency, tAge, t, alive, expected]) => {
      const params = { r, alpha, a, b };
      return [
        [`alive ${kind} ${r} ${x}`, probabilityAlive(kind, params, x, recency, tAge), alive],
        [`${kind} ${r} ${alpha} ${a} ${x}`, expectedPurchases(kind, params, { x, recency, tAge }, t), expected],
      ] as const;
    });
    expect(worst(rows.flat())).toEqual([]);
  });
});
