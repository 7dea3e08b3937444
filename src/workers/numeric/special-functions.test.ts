import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digamma, hypergeometric, lbeta, lgamma, logAddExp, trigamma } from "./special-functions.ts";

const close = (actual: number, wanted: number, relative = 1e-11) =>
  expect(Math.abs(actual - wanted)).toBeLessThanOrEqual(relative * Math.max(1, Math.abs(wanted)));

describe("special functions", () => {
  it("give the gamma function's known values", () => {
    close(lgamma(0.5), 0.5 * Math.log(Math.PI));
    close(lgamma(1), 0);
    close(lgamma(5), Math.log(24));
    close(lgamma(0.001), 6.907178885383854);
    close(lgamma(171), 706.5730622457874);
    close(lgamma(1e6), 12815504.56914788);
  });

  it("give the beta function's known values", () => {
    close(lbeta(2, 3), Math.log(1 / 12));
    close(lbeta(0.5, 0.5), Math.log(Math.PI));
  });

  it("give the digamma function's known values", () => {
    close(digamma(1), -0.5772156649015329);
    close(digamma(0.5), -1.9635100260214235);
    close(digamma(10), 2.2517525890667214);
    close(digamma(1e-3), -1000.5755719318103);
  });

  it("hold the recurrences of gamma and digamma", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (x) => {
        close(lgamma(x + 1), lgamma(x) + Math.log(x), 1e-10);
        close(digamma(x + 1), digamma(x) + 1 / x, 1e-10);
      }),
    );
  });

  it("give the hypergeometric function's closed forms", () => {
    for (const z of [0, 0.1, 0.5, 0.9]) {
      close(hypergeometric(1, 1, 2, z), z === 0 ? 1 : -Math.log(1 - z) / z);
      close(hypergeometric(2.5, 3, 3, z), (1 - z) ** -2.5, 1e-10);
      close(hypergeometric(-1, 2, 4, z), 1 - z / 2);
    }
  });

  it("add logarithms without overflow", () => {
    close(logAddExp(Math.log(2), Math.log(3)), Math.log(5));
    expect(logAddExp(Number.NEGATIVE_INFINITY, -3)).toBe(-3);
    expect(logAddExp(2_000, 2_000)).toBeCloseTo(2_000 + Math.log(2), 10);
    expect(logAddExp(Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY)).toBe(Number.NEGATIVE_INFINITY);
  });

  it("give the trigamma function's known values", () => {
    close(trigamma(1), Math.PI ** 2 / 6);
    close(trigamma(0.5), Math.PI ** 2 / 2);
    close(trigamma(10), 0.10516633568168575);
  });
});
