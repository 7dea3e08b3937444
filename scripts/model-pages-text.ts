import type { ModelDeclaration } from "../src/shared/domain/model.ts";
import type { ParamSpec } from "../src/shared/domain/params.ts";
import { models } from "../src/workers/models/list.ts";

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
/** By data set: the day of its snapshot, how many people it has, and what its models were judged by. */
export type Measured = Readonly<
  Record<string, { readonly as_of: string; readonly customers: number; readonly rows: readonly MeasuredRow[] }>
>;

const groups = ["lifecycle", "value", "preferences", "engagement", "returns", "audiences", "measurement"];
const made =
  "Made from the model's declaration and from `measured.json` by `npm run docs:models`; numbers are what the program measured, also where they disappoint.";

/** All pages by file name. */
export function pagesOf(measured: Measured): Map<string, string> {
  const ordered = groups.flatMap((group) => models.filter((model) => model.group === group));
  return new Map([
    ["README.md", overview(ordered, measured)],
    ...ordered.map((model) => [`${model.name}.md`, page(model, measured)] as const),
  ]);
}

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
const list = (lines: readonly string[]) => lines.map((line) => `- ${line}`).join("\n");
const number = (value: number | null) => (value === null ? "–" : String(value).replace("-", "−"));

const sampled = `Of a retailer with more than 100,000 customers, fits and evaluations see 50,000 to 100,000 of them, drawn once by the hash in their ids (a fit's page tells how
many; an area under a curve is then known to about .005). Models of what is rare, or of what everybody buys, fit on more: ${models.flatMap(({ name, fitBuckets }) => (fitBuckets ? [`${name} on ${fitBuckets === "all" ? "all" : `${fitBuckets} times as many`}`] : [])).join(", ")}. Scores are of everybody.`;

function overview(ordered: readonly ModelDeclaration[], measured: Measured): string {
  const sets = Object.keys(measured);
  const first = (model: ModelDeclaration, set: string) => {
    const rows = (measured[set]?.rows ?? []).filter((row) => row.model === model.name);
    const row = rows.find(({ metric }) => metric === model.mainMetric) ?? rows[0];
    if (!row) return "–";
    return `${row.metric} ${number(row.value)} against ${number(row.baseline_value)}${row.beats_baseline ? "" : row.value === row.baseline_value ? " (level)" : " (loses)"}`;
  };
  const rows = ordered.map(
    (model) =>
      `| [${cell(model.title)}](${model.name}.md) | ${model.group} | ${[cell(model.card.purpose), ...sets.map((set) => first(model, set))].join(" | ")} |`,
  );
  const about = sets.map((set) => `- **${set}**: ${measured[set]?.customers} people, as of ${measured[set]?.as_of}`);
  return `# Models

${made}

${about.join("\n")}

${sampled}

| Model | Group | What for | ${sets.map((set) => `On ${set}`).join(" | ")} |
|---|---|---|${"---|".repeat(sets.length)}
${rows.join("\n")}
`;
}

function page(model: ModelDeclaration, measured: Measured): string {
  const { name, title, group, version, card, params, outputs, inputs } = model;
  const reads = Object.values(inputs).map((input) => ("feature" in input ? input.feature : `scores_${input.scores}`));
  const judged = Object.entries(measured).flatMap(([set, { rows }]) =>
    rows.filter((row) => row.model === name).map((row) => measuredRow(set, row)),
  );
  return `# ${title}

\`${name}\`, version ${version}, group ${group}. ${card.purpose}

## Method

${card.method}

${list(card.references)}

## Assumes

${list(card.assumptions)}

## Limits

${list(card.limits)}

## Measured

${
  judged.length > 0
    ? `| Data | Cut | Metric | Value (95 % interval) | Baseline | Its value | n | Beats it |\n|---|---|---|---|---|---|---|---|\n${judged.join("\n")}`
    : "Not judged on the data that this page was made with."
}

Judged by:

${list(card.metrics)}

## Reads and writes

Reads ${reads.map((one) => `\`${one}\``).join(", ")}. Writes \`scores_${name}\`: ${outputs.map((one) => `\`${one.name}\``).join(", ")}, with \`enough_data\` and \`reason\`.

${parametersOf(name, Object.entries(params))}
${made}
`;
}

function measuredRow(set: string, row: MeasuredRow): string {
  const interval = row.low === null || row.high === null ? "" : ` (${number(row.low)} to ${number(row.high)})`;
  const cells = [
    set,
    `${row.cut_on}, ${row.horizon_days} d`,
    row.metric,
    `${number(row.value)}${interval}`,
    row.baseline,
    number(row.baseline_value),
    row.n,
    row.beats_baseline ? "yes" : "no",
  ];
  return `| ${cells.map((one) => cell(String(one))).join(" | ")} |`;
}

function parametersOf(name: string, params: readonly (readonly [string, ParamSpec])[]): string {
  if (params.length === 0) return "It has no parameters.\n";
  const rows = params.map(([param, spec]) => {
    const range =
      spec.kind === "number"
        ? `${number(spec.min)} to ${number(spec.max)}${spec.unit ? ` ${spec.unit}` : ""}`
        : spec.kind === "choice"
          ? spec.choices.join(", ")
          : "true or false";
    return `| \`${name}.${param}\` | ${cell(spec.label)} | ${spec.default} | ${range} | ${cell(spec.help)} |`;
  });
  return `| Parameter | | Default | Range | |\n|---|---|---|---|---|\n${rows.join("\n")}\n`;
}
