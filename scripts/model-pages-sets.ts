import type { ModelDeclaration } from "../src/shared/domain/model.ts";
import { needsOf, type VerdictState } from "../src/shared/domain/verdict.ts";

export interface MeasuredRow {
  readonly model: string;
  readonly metric: string;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly baseline: string;
  readonly baseline_value: number | null;
  readonly n: number;
  readonly cut_on: string;
  readonly horizon_days: number;
  readonly beats_baseline: boolean;
}

export interface MeasuredSet {
  readonly as_of: string;
  readonly customers: number;
  readonly rows: readonly MeasuredRow[];
  /** What each model came to over all cuts; sets that were measured before it was written down have none. */
  readonly verdicts?: Readonly<Record<string, VerdictState>>;
}

/** By data set: the day of its snapshot, how many people it has, and what its models were judged by. */
export type Measured = Readonly<Record<string, MeasuredSet>>;

export const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
export const number = (value: number | null) => (value === null ? "–" : String(value).replace("-", "−"));

const stateWords: Readonly<Record<VerdictState, string>> = {
  proven: "proven",
  unproven: "unproven",
  no_data: "without data",
};

/** The latest row that a verdict rests on. */
function mainRow(model: ModelDeclaration, set: MeasuredSet | undefined): MeasuredRow | undefined {
  const rows = (set?.rows ?? []).filter((row) => row.model === model.name);
  return (
    rows.find(({ metric }) => metric === model.mainMetric) ?? rows.find(({ metric }) => !metric.startsWith("coverage"))
  );
}

function stateOf(model: ModelDeclaration, set: MeasuredSet | undefined): VerdictState | undefined {
  return set?.verdicts?.[model.name] ?? (set?.verdicts ? "no_data" : undefined);
}

/** A line a set: how many people, and how many models are proven, unproven and without data on it. */
export function linesOfSets(models: readonly ModelDeclaration[], measured: Measured): string[] {
  return Object.entries(measured).map(([name, set]) => {
    const head = `**${name}**: ${set.customers.toLocaleString("en")} people, as of ${set.as_of}`;
    if (!set.verdicts) return `${head}; which models are proven on it wasn't written down then`;
    const counts = Object.entries(stateWords).map(([state, word]) => {
      const n = models.filter((model) => stateOf(model, set) === state).length;
      return `${n} ${word}`;
    });
    return `${head}: ${counts.join(", ")}`;
  });
}

/** The models that are proven on at least two sets, and those that are on none, with the sets. */
export function provenLines(models: readonly ModelDeclaration[], measured: Measured): string[] {
  const sets = Object.entries(measured).filter(([, { verdicts }]) => verdicts);
  if (sets.length < 2) return [];
  const found = models.map((model) => ({
    link: linkTo(model),
    proven: sets.filter(([, set]) => stateOf(model, set) === "proven").map(([name]) => name),
    isJudged: sets.some(([, set]) => stateOf(model, set) === "unproven"),
  }));
  const byCount = Array.from({ length: sets.length - 1 }, (_, at) => sets.length - at).flatMap((count) => {
    const such = found.filter(({ proven }) => proven.length === count);
    const isAll = count === sets.length;
    const named = such.map(({ link, proven }) => (isAll ? link : `${link} (${proven.join(", ")})`));
    return such.length > 0 ? [`On ${isAll ? `all ${count}` : count} sets: ${named.join(", ")}`] : [];
  });
  const nowhere = found.filter(({ proven, isJudged }) => proven.length === 0 && isJudged).map(({ link }) => link);
  return [...byCount, ...(nowhere.length > 0 ? [`Judged, and proven on none: ${nowhere.join(", ")}`] : [])];
}

export const linkTo = (model: ModelDeclaration) => `[${cell(model.title)}](${model.name}.md)`;

/** A row of the table of what was measured: the main metric on each set, the baseline's in brackets, bold where proven. */
export function measuredCells(model: ModelDeclaration, measured: Measured): string[] {
  const sets = Object.values(measured);
  const main = sets.map((set) => mainRow(model, set));
  const metric = main.find((row) => row !== undefined)?.metric;
  const cells = main.map((row, at) => {
    if (!row) return "–";
    const other = row.metric === metric ? "" : `${row.metric} `;
    const text = `${number(row.value)} (${number(row.baseline_value)})`;
    const own = stateOf(model, sets[at]) === "proven" ? `**${text}**` : text;
    const mark = row.beats_baseline ? "" : row.value === row.baseline_value ? ", level" : ", loses";
    return `${other}${own}${mark}`;
  });
  return [linkTo(model), metric ?? "–", ...cells];
}

/** What the sets say of one model, and what those without data lack. */
export function findingsOf(model: ModelDeclaration, measured: Measured): string {
  const judged = Object.entries(measured).filter(([, { verdicts }]) => verdicts);
  const parts = Object.entries(stateWords).flatMap(([state, word]) => {
    const names = judged.filter(([, set]) => stateOf(model, set) === state).map(([name]) => name);
    return names.length > 0 ? [`${word} on ${names.join(", ")}`] : [];
  });
  if (parts.length === 0) return "";
  const text = parts.join("; ");
  const lacks = judged.some(([, set]) => stateOf(model, set) === "no_data");
  const inputs = [model.inputs, model.outcomes ?? {}, model.learns ?? {}].flatMap((tables) => Object.values(tables));
  const needs = needsOf(
    inputs.flatMap((input) => ("feature" in input ? input.feature : [])),
    model.needs,
  );
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.${lacks ? ` It needs ${needs}.` : ""}\n\n`;
}
