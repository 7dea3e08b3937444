import type { ModelEvaluation } from "../../../shared/api/contract/models.ts";
import { day } from "../../format/format.ts";

/** What a metric's groups are made of, and what is told of them: of lines judged by their purchase all that became of them counts, also
 *  what came before the cut. */
export function judgedOn({
  model,
  metric,
  cut_on,
  horizon_days,
}: Pick<ModelEvaluation, "model" | "metric" | "cut_on" | "horizon_days">): {
  many: "customers" | "lines";
  what: string;
} {
  const many = model === "return_risk" ? "lines" : "customers";
  if (metric.endsWith("_at_purchase"))
    return { many, what: `What became of lines bought within the return window before ${day(cut_on)}` };
  return { many, what: `What happened in the ${horizon_days} days after ${day(cut_on)}` };
}
