import { expect, it } from "vitest";
import { describeFit } from "./describe-fit.ts";

const on = "2026-03-01";
const purchases = {
  params: { r: 0.5, alpha: 12 },
  standard_errors: { r: 0.02, alpha: null },
  log_likelihood: -812.5,
  n_customers: 300,
  n_distinct: 120,
  iterations: 6,
  converged: true,
};

it("tells estimates with their standard errors and how the fit went", () => {
  expect(describeFit("pareto_nbd", on, purchases)).toEqual({
    name: "pareto_nbd",
    fit_on: on,
    params: [
      { name: "r", value: 0.5, standard_error: 0.02 },
      { name: "alpha", value: 12, standard_error: null },
    ],
    log_likelihood: -812.5,
    n_customers: 300,
    n_distinct: 120,
    iterations: 6,
    converged: true,
  });
});

it("reads a fit that another model keeps inside, and the numbers beside it", () => {
  const found = describeFit("lifecycle_stage", on, { purchases, mean_interval_days: 41 });
  expect(found?.params.map(({ name, value }) => [name, value])).toEqual([
    ["r", 0.5],
    ["alpha", 12],
    ["mean_interval_days", 41],
  ]);
  expect(found?.converged).toBe(true);
});

it("tells plain numbers where nothing is estimated by likelihood", () => {
  const found = describeFit("price_tier", on, { strength: 3.5, n_customers: 12, bounds: [1, 2] });
  expect(found).toMatchObject({ params: [{ name: "strength", value: 3.5, standard_error: null }], n_customers: 12 });
  expect(found?.converged).toBeNull();
});

it("has nothing to tell of what was not fitted", () => {
  expect(describeFit("rfm", on, null)).toBeNull();
  expect(describeFit("rfm", on, { trees: [[1, 2]] })).toBeNull();
});
