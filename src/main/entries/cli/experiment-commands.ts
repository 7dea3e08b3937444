import type { Command } from "commander";
import type { Experiment, ExperimentComparison } from "../../../shared/api/contract/experiments.ts";
import { AssayError } from "../../../shared/base/errors.ts";
import { bytes, show, table } from "./output.ts";
import { scalar } from "./read-json.ts";
import { numberOption } from "./read-values.ts";
import { perform } from "./session.ts";

/** `model.name=1,2,3`, repeated: values by parameter. */
function parseSweep(texts: readonly string[]): Record<string, (number | boolean | string)[]> {
  const found: Record<string, (number | boolean | string)[]> = {};
  for (const text of texts) {
    const at = text.indexOf("=");
    if (at < 1) throw new AssayError("usage", `“${text}” is no parameter.`, "Write --param model.name=value,value.");
    found[text.slice(0, at).trim()] = text
      .slice(at + 1)
      .split(",")
      .map((value) => scalar(value.trim()));
  }
  return found;
}

function readExperiment(one: Experiment): string {
  return [
    `${one.experiment}: ${one.state}${one.promoted_variant ? ` (${one.promoted_variant})` : ""}`,
    ...(one.note ? [one.note] : []),
    "",
    table(
      ["variant", "snapshot", "seconds", "tasks", "reused", "written"],
      one.variants.map(({ variant, snapshot_id, cost }) => [
        variant,
        snapshot_id?.slice(0, 12),
        cost ? Number(cost.seconds.toFixed(1)) : null,
        cost?.tasks,
        cost ? `${Math.round((100 * cost.reused) / Math.max(1, cost.tasks))} %` : null,
        cost ? bytes(cost.bytes_written) : null,
      ]),
    ),
  ].join("\n");
}

function readComparison(one: ExperimentComparison): string {
  const metrics = table(
    ["model", "metric", "cut", "n", "current", "variant", "better by"],
    one.metrics.map((row) => [
      row.model,
      row.metric,
      row.cut_on,
      row.n,
      row.base ? `${show(row.base.value)} (${show(row.base.low)} to ${show(row.base.high)})` : null,
      `${show(row.variant.value)} (${show(row.variant.low)} to ${show(row.variant.high)})`,
      row.gain,
    ]),
  );
  const changes = table(
    ["column", "customers who change", "most often"],
    one.changes.map(({ column, changed, moves }) => [
      column,
      changed,
      moves
        .slice(0, 3)
        .map(({ from, to, customers }) => `${from ?? "–"} → ${to ?? "–"}: ${customers}`)
        .join(", "),
    ]),
  );
  const like = one.is_like ? [] : ["They look back from other days or over other horizons: compare with care."];
  return [one.variant, ...like, "", metrics, "", `${show(one.customers)} customers`, changes].join("\n");
}

/** experiment create, list, show, compare, promote, drop. */
export function experimentCommands(program: Command): void {
  const experiment = program.command("experiment").description("variants beside the current snapshot");
  experiment
    .command("create <name>")
    .description("runs variants; a parameter of several values is swept, two make a grid")
    .option("--param <model.name=values...>", "another value, or several: model.name=1,2,3")
    .option("--models <names>", "these models only")
    .option("--horizon-days <n>", "length of the forecasts", numberOption)
    .option("--as-of <day>", "from another day than the current snapshot")
    .option("--note <text>", "what is tried and why")
    .action((name: string, own: Record<string, unknown>, command: Command) =>
      perform(command, "workspace", async ({ client, output, signal, ...session }) => {
        const input = {
          brand: await session.brand(),
          experiment: name,
          params: parseSweep((own.param as string[] | undefined) ?? []),
          models: (own.models as string | undefined)?.split(",").map((one) => one.trim()),
          horizon_days: own.horizonDays as number | undefined,
          as_of: own.asOf as string | undefined,
          note: own.note as string | undefined,
        };
        const found = await client.stream("experiments.create", input, {
          signal,
          onProgress: ({ label, done, total }) => output.progress(label, done, total),
        });
        output.answer(found, () => readExperiment(found));
        return 0;
      }),
    );
  experiment
    .command("list")
    .description("names them, the latest first")
    .action((_, command: Command) =>
      perform(command, "workspace", async (session) => {
        const { experiments } = await session.client.call("experiments.list", { brand: await session.brand() });
        session.output.answer(experiments, () =>
          table(
            ["experiment", "state", "created", "variants", "note"],
            experiments.map((one) => [one.experiment, one.state, one.created_at, one.variants.length, one.note]),
          ),
        );
        return 0;
      }),
    );
  experiment
    .command("compare <name>")
    .description("metrics on the same splits, and customers who change, beside the current snapshot")
    .option("--variant <name>", "one of several")
    .action((name: string, own: { variant?: string }, command: Command) =>
      perform(command, "workspace", async (session) => {
        const input = { brand: await session.brand(), experiment: name, variant: own.variant };
        const found = await session.client.call("experiments.compare", input, { signal: session.signal });
        session.output.answer(found, () => found.comparisons.map(readComparison).join("\n\n"));
        return 0;
      }),
    );
  for (const [verb, operation, said] of [
    ["show", "experiments.show", "its variants and what they cost"],
    ["promote", "experiments.promote", "makes a variant's parameters the brand's own from the next run on"],
    ["drop", "experiments.drop", "ends it; nothing of it is used"],
    ["reopen", "experiments.reopen", "takes its promotion or drop back"],
  ] as const) {
    const one = experiment.command(`${verb} <name>`).description(said);
    if (verb === "promote") one.option("--variant <name>", "one of several");
    one.action((name: string, own: { variant?: string }, command: Command) =>
      perform(command, "workspace", async (session) => {
        const input = { brand: await session.brand(), experiment: name };
        const found =
          operation === "experiments.promote"
            ? await session.client.call(operation, { ...input, variant: own.variant })
            : await session.client.call(operation, input);
        session.output.answer(found, () => readExperiment(found));
        return 0;
      }),
    );
  }
}
