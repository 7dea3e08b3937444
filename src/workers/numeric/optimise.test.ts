import { describe, expect, it } from "vitest";
import { byLogarithms, emptyDerivatives, minimise, type Objective, standardErrors } from "./optimise.ts";

function write(into: { gradient: Float64Array; hessian: readonly Float64Array[] }, g: number[], h: number[][]): void {
  into.gradient.set(g);
  for (const [i, row] of into.hessian.entries()) row.set(h[i] ?? []);
}

const rosenbrock: Objective = (at, into) => {
  const [x = 0, y = 0] = at;
  write(
    into,
    [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)],
    [
      [2 - 400 * (y - 3 * x * x), -400 * x],
      [-400 * x, 200],
    ],
  );
  return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
};

describe("minimise", () => {
  it("finds the bottom of Rosenbrock's valley", () => {
    const found = minimise(rosenbrock, Float64Array.of(-1.2, 1));
    expect(found.converged).toBe(true);
    expect(found.at[0]).toBeCloseTo(1, 8);
    expect(found.at[1]).toBeCloseTo(1, 8);
    expect(found.iterations).toBeLessThan(60);
  });

  it("leaves a saddle, where the Hessian points the wrong way", () => {
    const saddle: Objective = (at, into) => {
      const [x = 0, y = 0] = at;
      write(
        into,
        [4 * x ** 3 - 4 * x, 2 * y],
        [
          [12 * x * x - 4, 0],
          [0, 2],
        ],
      );
      return x ** 4 - 2 * x * x + y * y;
    };
    const found = minimise(saddle, Float64Array.of(0.01, 1));
    expect(Math.abs(found.at[0] ?? 0)).toBeCloseTo(1, 8);
    expect(found.value).toBeCloseTo(-1, 10);
  });

  it("steps back from where the function is not finite", () => {
    const walled: Objective = (at, into) => {
      const [x = 0] = at;
      write(into, [1 - 1 / x], [[1 / (x * x)]]);
      return x > 0 ? x - Math.log(x) : Number.NaN;
    };
    expect(minimise(walled, Float64Array.of(1.9)).at[0]).toBeCloseTo(1, 8);
  });

  it("says that it found nothing where the start is no place", () => {
    const nowhere: Objective = (_, into) => {
      write(into, [Number.NaN], [[Number.NaN]]);
      return Number.NaN;
    };
    expect(minimise(nowhere, Float64Array.of(1)).converged).toBe(false);
  });

  it("gives the standard errors of an exponential's mean", () => {
    // mean negative log-likelihood of n exponentials with mean 3, in the logarithm of the mean
    const exponential: Objective = (at, into) => {
      const mean = Math.exp(at[0] ?? 0);
      write(into, [1 / mean - 3 / (mean * mean)], [[-1 / (mean * mean) + 6 / mean ** 3]]);
      byLogarithms(into, Float64Array.of(mean));
      return Math.log(mean) + 3 / mean;
    };
    const found = minimise(exponential, Float64Array.of(0));
    expect(Math.exp(found.at[0] ?? 0)).toBeCloseTo(3, 8);
    expect(standardErrors(found, 100)[0]).toBeCloseTo(3 / 10, 8);
  });

  it("knows no standard errors of what isn't curved", () => {
    const flat = { ...emptyDerivatives(1), at: Float64Array.of(0), value: 0, iterations: 0, converged: true };
    expect(standardErrors(flat, 10)[0]).toBeNaN();
  });
});
