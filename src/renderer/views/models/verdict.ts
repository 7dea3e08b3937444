import type { ModelEvaluation } from "../../../shared/api/contract/models.ts";
import type { Tone } from "../../components/State.tsx";

export type Verdict = "beats" | "partly" | "fails" | "unjudged";

const isCoverage = ({ metric }: Pick<ModelEvaluation, "metric">) => metric.startsWith("coverage");

/** Rows that hold a model against its naive baseline; how well limits hold is another question. */
export function comparisons(rows: readonly ModelEvaluation[]): ModelEvaluation[] {
  return rows.filter((row) => !isCoverage(row));
}

export function limitsRow(rows: readonly ModelEvaluation[]): ModelEvaluation | undefined {
  return rows.find(isCoverage);
}

/** Whether a model beats its baseline: on every metric, on some, on none. */
export function verdictOf(rows: readonly ModelEvaluation[]): Verdict {
  const held = comparisons(rows);
  const won = held.filter((row) => row.beats_baseline).length;
  if (held.length === 0) return "unjudged";
  if (won === held.length) return "beats";
  return won === 0 ? "fails" : "partly";
}

export function verdictText(rows: readonly ModelEvaluation[]): string {
  const held = comparisons(rows);
  const won = held.filter((row) => row.beats_baseline).length;
  switch (verdictOf(rows)) {
    case "unjudged":
      return "Not judged";
    case "beats":
      return "Beats its baseline";
    case "fails":
      return "Doesn't beat its baseline";
    case "partly":
      return `Beats it on ${won} of ${held.length}`;
  }
}

export const verdictTone: Readonly<Record<Verdict, Tone>> = {
  beats: "good",
  partly: "warn",
  fails: "bad",
  unjudged: "muted",
};

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
export function finding(rows: readonly ModelEvaluation[]): string {
  const cuts = new Set(rows.map(({ cut_on }) => cut_on)).size;
  const held = comparisons(rows);
  const won = held.filter((row) => row.beats_baseline).length;
  const where = cuts > 1 ? ` over ${cuts} cuts` : "";
  switch (verdictOf(rows)) {
    case "unjudged":
      return "Not judged yet";
    case "beats":
      return held.length === 1 ? `Beats its baseline${where}` : `Beats its baseline on every metric${where}`;
    case "fails":
      return `Doesn't beat its baseline${where}`;
    case "partly":
      return `Beats its baseline on ${won} of ${held.length} comparisons${where}`;
  }
}
