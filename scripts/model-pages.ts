// Writes docs/models: a page per model from its card and from measured.json. `npm run docs:models -- WORKSPACE…` measures first: it
// takes what the latest snapshots of these workspaces were judged by, a brand a data set, in place of what is known of a set of that
// name; `--only` drops all other sets. `--check` fails where a page is older.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createCore } from "../src/main/core.ts";
import type { ModelEvaluation } from "../src/shared/api/contract/models.ts";
import { type VerdictState, verdictOf } from "../src/shared/domain/verdict.ts";
import { models } from "../src/workers/models/list.ts";
import type { Measured, MeasuredSet } from "./model-pages-sets.ts";
import { pagesOf } from "./model-pages-text.ts";

const folder = join(import.meta.dirname, "../docs/models");
const measuredFile = join(folder, "measured.json");
const words = process.argv.slice(2);
const options = words.filter((word) => word.startsWith("--"));
const workspaces = words.filter((word) => !word.startsWith("--"));
const unknown = options.find((word) => word !== "--check" && word !== "--only");
if (unknown) throw new Error(`${unknown} is no option: there are --only and --check`);

function readMeasured(): Measured {
  try {
    return JSON.parse(readFileSync(measuredFile, "utf8")) as Measured;
  } catch {
    return {};
  }
}

async function measure(workspace: string): Promise<Measured> {
  const core = await createCore({ workspace });
  try {
    const found: Record<string, MeasuredSet> = {};
    const { brands } = await core.client.call("workspace.status", {});
    for (const { brand } of brands) {
      const { snapshots } = await core.client.call("snapshots.list", { brand });
      const current = snapshots.find((one) => one.is_current);
      if (!current) continue;
      const { evaluations } = await core.client.call("models.evaluations", { brand });
      const rows = evaluations.map((row) => short(row));
      found[brand] = { as_of: current.as_of, customers: current.customers, verdicts: verdictsOf(evaluations), rows };
    }
    if (Object.keys(found).length === 0) throw new Error(`${workspace} has no published snapshot: run \`assay run\``);
    return found;
  } finally {
    await core.close();
  }
}

function verdictsOf(evaluations: readonly ModelEvaluation[]): Record<string, VerdictState> {
  const stateOf = (name: string) => verdictOf(evaluations.filter(({ model }) => model === name)).state;
  return Object.fromEntries(models.map(({ name }) => [name, stateOf(name)]));
}

function short({
  model,
  metric,
  value,
  low,
  high,
  baseline,
  baseline_value,
  n,
  cut_on,
  horizon_days,
  beats_baseline,
}: ModelEvaluation) {
  const round = (one: number | null) => (one === null ? null : Number(one.toPrecision(4)));
  return {
    ...{ model, metric, value: round(value), low: round(low), high: round(high) },
    ...{ baseline, baseline_value: round(baseline_value), n, cut_on, horizon_days, beats_baseline },
  };
}

let measured = options.includes("--only") ? {} : readMeasured();
for (const workspace of workspaces) measured = { ...measured, ...(await measure(workspace)) };
const pages = pagesOf(measured);
if (options.includes("--check")) {
  const stale = [...pages].filter(([name, text]) => {
    try {
      return readFileSync(join(folder, name), "utf8") !== text;
    } catch {
      return true;
    }
  });
  for (const [name] of stale) console.error(`docs/models/${name} is older than its model: run \`npm run docs:models\``);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) if (name.endsWith(".md") && !pages.has(name)) rmSync(join(folder, name));
  for (const [name, text] of pages) writeFileSync(join(folder, name), text);
  writeFileSync(measuredFile, `${JSON.stringify(measured, null, 2)}\n`);
  console.log(`${pages.size} pages in docs/models`);
}
