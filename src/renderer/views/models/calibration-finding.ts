import type { ModelEvaluation } from "../../../shared/api/contract/models.ts";
import { share, word } from "../../format/format.ts";

type Bins = NonNullable<ModelEvaluation["calibration"]>;

/** The first and last group by name; or how many intervals hold what was predicted, and which way it errs. */
export function calibrationFinding(bins: Bins, model: string): string {
  const [first, last] = [bins[0], bins.at(-1)];
  if (!first || !last) return "Nothing to compare";
  if (first.expected === null && model !== "lifecycle_stage")
    return `${word(first.label)} ${share(first.actual, 0)}, ${word(last.label).toLowerCase()} ${share(last.actual, 0)}`;
  if (first.expected === null)
    return `${share(first.actual, 0)} of ${word(first.label).toLowerCase()} customers bought again, ${share(last.actual, 0)} of ${word(last.label).toLowerCase()} ones`;
  const all = bins.reduce((sum, { n }) => sum + n, 0);
  const mean = (of: (bin: Bins[number]) => number) => bins.reduce((sum, bin) => sum + bin.n * of(bin), 0) / all;
  const predicted = mean(({ expected }) => expected ?? 0);
  const actual = mean((bin) => bin.actual);
  const isNear = Math.abs(predicted - actual) <= 0.1 * Math.max(actual, 0.01);
  if (isNear) return `Chances are right on the whole: ${share(predicted)} told, ${share(actual)} happened`;
  return `Chances are too ${predicted > actual ? "high" : "low"}: ${share(predicted)} told, ${share(actual)} happened`;
}
