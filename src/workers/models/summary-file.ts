import type { Json } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { fittedJson, scorePurchases } from "./lifecycle/btyd-model.ts";
import { type FamilyExtra, type PurchaseFamily, purchaseFamilies } from "./lifecycle/purchase-family.ts";
import { fitSpend, scoreSpend } from "./value/gamma-gamma.ts";

/** Columns of a summary file: one row a customer, any one unit of time. */
export interface SummaryColumns {
  readonly frequency: Float64Array;
  readonly recency: Float64Array;
  readonly tAge: Float64Array;
  readonly monetaryValue: Float64Array | null;
  readonly sumLogInterval?: Float64Array | null;
}

const fileModels = [...purchaseFamilies.keys(), "gamma_gamma"];

function requireFileModel(name: string): void {
  if (fileModels.includes(name)) return;
  const hint = `Models that are: ${fileModels.join(", ")}.`;
  throw new AssayError("unsupported", `${name} is not fitted on a summary file.`, hint);
}

function requireMoney(columns: SummaryColumns): Float64Array {
  if (columns.monetaryValue) return columns.monetaryValue;
  throw new AssayError(
    "bad_input",
    "The file has no column monetary_value.",
    "Name it with --columns monetary_value=….",
  );
}

function extraOf({ name, needsIntervals }: PurchaseFamily, { sumLogInterval }: SummaryColumns): FamilyExtra {
  if (!needsIntervals) return {};
  if (sumLogInterval) return { sumLogInterval };
  const hint =
    "Name it with --columns sum_log_interval=…: the sum of the natural logarithms of a customer's intervals.";
  throw new AssayError("bad_input", `The file has no column sum_log_interval, which ${name} needs.`, hint);
}

/** Fits a customer-base model on a summary, in the file's own units. Deterministic and independent of the order of rows. */
export function fitSummary(name: string, columns: SummaryColumns): Record<string, unknown> {
  requireFileModel(name);
  const family = purchaseFamilies.get(name);
  if (family) {
    if (columns.frequency.length === 0) {
      throw new AssayError("bad_input", "The file has no rows.", "Give one row a customer.");
    }
    const fit = family.fit(columns.frequency, columns.recency, columns.tAge, extraOf(family, columns));
    return { model: name, ...(fittedJson(fit) as Record<string, Json>) };
  }
  const fit = fitSpend(columns.frequency, requireMoney(columns));
  if (fit) return { model: name, ...(fit as Record<string, Json>) };
  throw new AssayError(
    "bad_input",
    "Fewer than two customers bought again.",
    "Gamma-Gamma needs repeat purchases with an amount.",
  );
}

/** Scores a summary, rows in order; parameters of an earlier fit, else those of a fit on this very file. */
export function predictSummary(
  name: string,
  columns: SummaryColumns,
  given: Readonly<Record<string, number>> | null,
  horizon: number,
): Record<string, Float64Array> {
  requireFileModel(name);
  const params = given ?? (fitSummary(name, columns).params as Record<string, number>);
  const need = (parameter: string) => {
    const value = params[parameter];
    if (value !== undefined && value > 0 && Number.isFinite(value)) return value;
    throw new AssayError(
      "bad_input",
      `The parameters hold no ${parameter} above 0.`,
      "Give what `models fit --json` wrote for this model.",
    );
  };
  const family = purchaseFamilies.get(name);
  if (family) {
    const model = Object.fromEntries(family.parameters.map((parameter) => [parameter, need(parameter)]));
    const scores = scorePurchases(family, model, { ...columns, horizon, soon: horizon });
    const { expected_purchases, expected_purchases_low, expected_purchases_high } = scores;
    const { probability_alive, probability_purchase } = scores;
    return {
      expected_purchases,
      expected_purchases_low,
      expected_purchases_high,
      probability_alive,
      probability_purchase,
    };
  }
  const model = { p: need("p"), q: need("q"), v: need("gamma") };
  const { expected, low, high } = scoreSpend(model, columns.frequency, requireMoney(columns));
  return { expected_spend: expected, expected_spend_low: low, expected_spend_high: high };
}
