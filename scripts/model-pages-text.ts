import type { ModelDeclaration } from "../src/shared/domain/model.ts";
import type { ParamSpec } from "../src/shared/domain/params.ts";
import { models } from "../src/workers/models/list.ts";
import {
  cell,
  findingsOf,
  linesOfSets,
  linkTo,
  type Measured,
  type MeasuredRow,
  measuredCells,
  number,
  provenLines,
} from "./model-pages-sets.ts";

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

const list = (lines: readonly string[]) => lines.map((line) => `- ${line}`).join("\n");

const sampled = `Of a retailer with more than 100,000 customers, fits and evaluations see 50,000 to 100,000 of them, drawn once by the hash in their ids (a fit's page tells how
many; an area under a curve is then known to about .005). Models of what is rare, or of what everybody buys, fit on more: ${models.flatMap(({ name, fitBuckets }) => (fitBuckets ? [`${name} on ${fitBuckets === "all" ? "all" : `${fitBuckets} times as many`}`] : [])).join(", ")}. Scores are of everybody.`;

function overview(ordered: readonly ModelDeclaration[], measured: Measured): string {
  const sets = Object.keys(measured);
  const proven = provenLines(ordered, measured);
  const about = ordered.map((model) => `| ${linkTo(model)} | ${model.group} | ${cell(model.card.purpose)} |`);
  const rows = ordered.map((model) => `| ${measuredCells(model, measured).join(" | ")} |`);
  return `# Models

${made}

${list(linesOfSets(ordered, measured))}

${sampled}

## What they are for

| Model | Group | What for |
|---|---|---|
${about.join("\n")}

## What was measured

Each model's main metric at the latest cut of each data set, and in brackets that of its baseline on the same people. **Bold** is proven: over all cuts the
lower 95 % limit of what it is better by lies above 0. A dash is without data; a model's page says what it needs.

| Model | Metric | ${sets.map(cell).join(" | ")} |
|---|---|${"---|".repeat(sets.length)}
${rows.join("\n")}
${proven.length > 0 ? `\n## Proven on several sets\n\n${list(proven)}\n` : ""}`;
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

${findingsOf(model, measured)}${
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
