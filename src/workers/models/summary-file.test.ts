import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dataSet } from "../../../test/support/data-sets.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { cdnowMeans, cdnowSample } from "./reference/cdnow-sample.ts";
import { fitSummary, predictSummary } from "./summary-file.ts";

const { frequency, recency, tAge } = cdnowSample();
const columns = { frequency, recency, tAge, monetaryValue: null };
const means = cdnowMeans();
const money = { frequency: means.x, recency: means.x, tAge: means.x, monetaryValue: means.mean };

function errorOf(body: () => unknown): AssayError {
  try {
    body();
  } catch (error) {
    if (error instanceof AssayError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("a summary file", () => {
  it("is fitted with standard errors", () => {
    const fit = fitSummary("bg_nbd", columns);
    expect(fit).toMatchObject({ model: "bg_nbd", n_customers: 2_357, converged: true });
    const errors = fit.standard_errors as Record<string, number>;
    for (const name of ["r", "alpha", "a", "b"]) expect(errors[name]).toBeGreaterThan(0);
    expect(fit.n_distinct).toBeLessThan(1_100);
  });

  it("gives Gamma-Gamma in the paper's letters", () => {
    const { params, standard_errors: errors } = fitSummary("gamma_gamma", money) as Record<
      string,
      Record<string, number>
    >;
    expect(params?.gamma).toBeCloseTo(15.4477, 3);
    expect(errors?.gamma).toBeGreaterThan(0);
    const { expected_spend: spend } = predictSummary("gamma_gamma", money, params ?? null, 1);
    expect(spend?.length).toBe(946);
    expect(spend?.every(Number.isFinite)).toBe(true);
  });

  it("is scored in order of its rows, with given parameters or its own", () => {
    const params = fitSummary("mbg_nbd", columns).params as Record<string, number>;
    const own = predictSummary("mbg_nbd", columns, null, 39);
    expect(predictSummary("mbg_nbd", columns, params, 39)).toEqual(own);
    const sum = own.expected_purchases?.reduce((total, one) => total + one, 0);
    expect(sum).toBeCloseTo(1576.7, 1);
    expect(Object.keys(own).sort()).toEqual([
      "expected_purchases",
      "expected_purchases_high",
      "expected_purchases_low",
      "probability_alive",
      "probability_purchase",
    ]);
    const first = {
      frequency: Float64Array.of(2),
      recency: Float64Array.of(30.43),
      tAge: Float64Array.of(38.86),
      monetaryValue: null,
    };
    expect(predictSummary("mbg_nbd", first, params, 39).expected_purchases?.[0]).toBeCloseTo(1.26267, 4);
  });

  it("is refused with what to do where it can't be fitted", () => {
    const none = new Float64Array(0);
    const empty = { frequency: none, recency: none, tAge: none, monetaryValue: none };
    const errors = [
      errorOf(() => fitSummary("rfm", columns)),
      errorOf(() => fitSummary("gamma_gamma", columns)),
      errorOf(() => fitSummary("gamma_gamma", empty)),
      errorOf(() => fitSummary("bg_nbd", empty)),
      errorOf(() => predictSummary("bg_nbd", columns, { r: 1, alpha: -1, a: 1, b: 1 }, 39)),
    ];
    expect(errors.map(({ code }) => code)).toEqual(["unsupported", ...new Array(4).fill("bad_input")]);
    for (const { message, hint } of errors) expect(message.length > 10 && hint.length > 10).toBe(true);
  });
});

const published = dataSet("cdnow/cdnow_customers_summary.csv");
describe.skipIf(!published)(`the published CDNOW summary${published ? "" : " (data set not on this machine)"}`, () => {
  it("is what the shipped sample holds", () => {
    const rows = readFileSync(published ?? "", "utf8")
      .trim()
      .split(/\r?\n/)
      .slice(1);
    const column = (at: number) => Float64Array.from(rows, (row) => Number(row.split(",")[at]));
    const file = { frequency: column(1), recency: column(2), tAge: column(3), monetaryValue: null };
    for (const name of ["bg_nbd", "mbg_nbd"]) expect(fitSummary(name, file)).toEqual(fitSummary(name, columns));
  });
});
