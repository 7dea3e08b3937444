import { AssayError } from "../../shared/base/errors.ts";
import { expectedPurchases, fitBtyd, probabilityAlive, purchaseDistribution, type Variant } from "../numeric/buy-till-you-die.ts";
import { expectedSpend, fitGammaGamma, spendLimits } from "../numeric/gamma-gamma.ts";
import { countLimits } from "./lifecycle/btyd-model.ts";

/** Columns of a summary file: one row a customer, any one unit of time. */
export interface SummaryColumns {
  readonly frequency: Float64Array;
  readonly recency: Float64Array;
  readonly tAge: Float64Array;
  readonly monetaryValue: Float64Array | null;
}

const fileModels = ["bg_nbd", "mbg_nbd", "gamma_gamma"];

function requireFileModel(name: string): void {
  if (fileModels.includes(name)) return;
  throw new AssayError("unsupported", `${name} is not fitted on a summary file.`, `Models that are: ${fileModels.join(", ")}.`);
}

function requireMoney(columns: SummaryColumns): Float64Array {
  if (columns.monetaryValue) return columns.monetaryValue;
  throw new AssayError("bad_input", "The file has no column monetary_value.", "Name it with --columns monetary_value=…");
}

/** Fits a customer-base model on a summary, in the file's own units. */
export function fitSummary(name: string, columns: SummaryColumns): Record<string, unknown> {
  requireFileModel(name);
  if (name === "gamma_gamma") {
    const money = requireMoney(columns);
    const kept = Array.from(columns.frequency.keys()).filter((at) => (columns.frequency[at] ?? 0) > 0 && (money[at] ?? 0) > 0);
    const x = Float64Array.from(kept, (at) => columns.frequency[at] ?? 0);
    const fit = fitGammaGamma(x, Float64Array.from(kept, (at) => money[at] ?? 0));
    if (!fit) throw new AssayError("bad_input", "Fewer than two customers bought again.", "Gamma-Gamma needs repeat purchases with an amount.");
    const { p, q, v } = fit.params;
    return { model: name, params: { p, q, gamma: v }, log_likelihood: fit.logLikelihood, n_customers: x.length, n_distinct: x.length, iterations: fit.iterations, converged: fit.converged, standard_errors: {} };
  }
  if (columns.frequency.length === 0) throw new AssayError("bad_input", "The file has no rows.", "Give one row a customer.");
  const fit = fitBtyd(name as Variant, columns.frequency, columns.recency, columns.tAge);
  return {
    model: name,
    params: { ...fit.params },
    log_likelihood: fit.logLikelihood,
    n_customers: fit.customers,
    n_distinct: fit.distinct,
    iterations: fit.iterations,
    converged: fit.converged,
    standard_errors: Object.fromEntries(Object.entries(fit.standardErrors).map(([parameter, value]) => [parameter, Number.isFinite(value) ? value : null])),
  };
}

/** Scores a summary, rows in order; parameters of an earlier fit, else those of a fit on this very file. */
export function predictSummary(name: string, columns: SummaryColumns, given: Readonly<Record<string, number>> | null, horizon: number): Record<string, Float64Array> {
  requireFileModel(name);
  const params = given ?? (fitSummary(name, columns)["params"] as Record<string, number>);
  const need = (parameter: string) => {
    const value = params[parameter];
    if (value === undefined || !(value > 0)) throw new AssayError("bad_input", `The parameters hold no ${parameter} above 0.`, "Give what `models fit --json` wrote for this model.");
    return value;
  };
  const n = columns.frequency.length;
  const make = () => new Float64Array(n);
  if (name === "gamma_gamma") {
    const money = requireMoney(columns);
    const model = { p: need("p"), q: need("q"), v: params["gamma"] ?? need("v") };
    const out = { expected_spend: make(), expected_spend_low: make(), expected_spend_high: make() };
    for (let at = 0; at < n; at++) {
      const x = (money[at] ?? 0) > 0 ? (columns.frequency[at] ?? 0) : 0;
      const m = x > 0 ? (money[at] ?? 0) : 0;
      out.expected_spend[at] = expectedSpend(model, x, m);
      [out.expected_spend_low[at], out.expected_spend_high[at]] = spendLimits(model, x, m);
    }
    return out;
  }
  const model = { r: need("r"), alpha: need("alpha"), a: need("a"), b: need("b") };
  const variant = name as Variant;
  const out = { expected_purchases: make(), expected_purchases_low: make(), expected_purchases_high: make(), probability_alive: make(), probability_purchase: make() };
  for (let at = 0; at < n; at++) {
    const history = { x: columns.frequency[at] ?? 0, recency: columns.recency[at] ?? 0, tAge: columns.tAge[at] ?? 0 };
    const distribution = purchaseDistribution(variant, model, history, horizon);
    out.expected_purchases[at] = expectedPurchases(variant, model, history, horizon);
    [out.expected_purchases_low[at], out.expected_purchases_high[at]] = countLimits(distribution);
    out.probability_alive[at] = probabilityAlive(variant, model, history.x, history.recency, history.tAge);
    out.probability_purchase[at] = 1 - (distribution[0] ?? 1);
  }
  return out;
}
