import type { Run } from "../../../shared/api/contract/runs.ts";
import { AssayError } from "../../../shared/base/errors.ts";

export function overBudget({ total, currency }: NonNullable<Run["cost"]>, budget: number): AssayError {
  return new AssayError(
    "condition_failed",
    `The run has cost ${total.toFixed(2)} ${currency} and was stopped: its budget is ${budget.toFixed(2)}.`,
    "What was finished is kept: run again with a larger budget, or on this machine with --runner pool.",
    { budget, total },
  );
}

export function withoutPrices(budget: number): AssayError {
  return new AssayError(
    "condition_failed",
    "A budget needs prices, and none are known here.",
    "Set ASSAY_EC2_GROUP, ASSAY_EC2_REGION and ASSAY_EC2_PRICE, or leave the budget out: machines of one's own cost nothing by the hour.",
    { budget },
  );
}
