import type { Model, ModelEvaluation } from "../../../shared/api/contract/models.ts";
import { unmetConditions, verdictOf } from "../../../shared/domain/verdict.ts";
import type { Tone } from "../../components/State.tsx";
import { metricOf } from "../../format/metrics.ts";

export type Standing = "proven" | "unproven" | "no_data" | "unjudged";

const isCoverage = ({ metric }: Pick<ModelEvaluation, "metric">) => metric.startsWith("coverage");

/** Rows that hold a model against its naive baseline; how well limits hold is another question. */
export function comparisons(rows: readonly ModelEvaluation[]): ModelEvaluation[] {
  return rows.filter((row) => !isCoverage(row));
}

export function limitsRow(rows: readonly ModelEvaluation[]): ModelEvaluation | undefined {
  return rows.find(isCoverage);
}

/** What the rows come to: proven where the main metric's lower bound, averaged over the cuts, beats the baseline. */
export function standingOf(rows: readonly ModelEvaluation[], isJudged: boolean): Standing {
  return rows.length === 0 && !isJudged ? "unjudged" : verdictOf(rows).state;
}

/** Whether the snapshot could say something of a model: one of the retailer's own may be younger than it, and a program that foretells no
 *  event is never judged. */
export function isJudgedIn(
  model: Pick<Model, "name" | "own">,
  { stored, scored }: { readonly stored: readonly ModelEvaluation[]; readonly scored: readonly string[] },
): boolean {
  if (stored.length === 0) return false;
  return model.own === undefined || (model.own.kind !== "program" && scored.includes(model.name));
}

export const standingText: Readonly<Record<Standing, string>> = {
  proven: "Proven",
  unproven: "Unproven",
  no_data: "No data",
  unjudged: "Not judged",
};

export const standingTone: Readonly<Record<Standing, Tone>> = {
  proven: "good",
  unproven: "warn",
  no_data: "muted",
  unjudged: "muted",
};

/** The row of the latest cut that the verdict rests on. */
export function mainRow(rows: readonly ModelEvaluation[]): ModelEvaluation | undefined {
  return rows.find((row) => row.is_main) ?? comparisons(rows)[0];
}

/** Rows of one model, each metric at each cut once, in the metrics' order and the latest cut first. */
export function rowsOf(model: string, ...sets: readonly (readonly ModelEvaluation[])[]): ModelEvaluation[] {
  const mine = sets.flat().filter((row) => row.model === model);
  const seen = new Map(mine.map((row) => [`${row.cut_on} ${row.horizon_days} ${row.metric}`, row]));
  const order = [...new Set(mine.map(({ metric }) => metric))];
  return [...seen.values()].sort(
    (a, b) =>
      (a.cut_on < b.cut_on ? 1 : a.cut_on > b.cut_on ? -1 : 0) ||
      a.horizon_days - b.horizon_days ||
      order.indexOf(a.metric) - order.indexOf(b.metric),
  );
}

/** What a model's evaluation comes to, in a sentence. */
export function finding(rows: readonly ModelEvaluation[], isJudged: boolean): string {
  const { cuts, low } = verdictOf(rows);
  const [unmet] = low !== null && low > 0 ? unmetConditions(rows) : [];
  const held = comparisons(rows);
  const won = held.filter((row) => row.beats_baseline).length;
  const where = cuts > 1 ? ` over ${cuts} cuts` : "";
  switch (standingOf(rows, isJudged)) {
    case "unjudged":
      return "Not judged yet";
    case "no_data":
      return "Nothing to judge it by on this retailer's data";
    case "proven":
      return `Proven${where}: beats its baseline, ahead on ${won} of ${held.length} comparisons`;
    case "unproven":
      if (unmet) {
        const how = unmet.condition === "better" ? "isn't" : "is surely worse";
        return `Unproven${where}: its main metric is surely better than the baseline, “${metricOf(unmet.metric).label}” ${how}`;
      }
      return `Unproven${where}: its main metric isn't surely better than the baseline`;
  }
}
