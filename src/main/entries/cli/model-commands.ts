import { resolve } from "node:path";
import type { Command } from "commander";
import type { Model } from "../../../shared/api/contract/models.ts";
import { automatic, tournamentTargets } from "../../../shared/api/contract/tournament.ts";
import { AssayError } from "../../../shared/base/errors.ts";
import { show, table } from "./output.ts";
import { ownModelCommands } from "./own-model-commands.ts";
import { parsePairs, readJsonFile } from "./read-json.ts";
import { instantOption, numberOption } from "./read-values.ts";
import { perform, type Session } from "./session.ts";
import { sourceWorthCommands } from "./source-worth-commands.ts";

/** models list, show, define, remove, allow, forbid, definition, fit, predict, evaluate, self-test. */
export function modelCommands(program: Command): void {
  const models = program.command("models").description("the catalogue");
  models
    .command("list")
    .description("names the models")
    .action((_, command: Command) =>
      perform(command, "where named", async (session) => {
        const found = await session.client.call("models.list", await judgedBy(session));
        session.output.answer(found, () =>
          table(
            ["model", "title", "group", "verdict", "outputs"],
            found.models.map((one) => [one.name, one.title, one.group, verdictText(one), one.outputs.join(", ")]),
          ),
        );
        return 0;
      }),
    );
  models
    .command("show <name>")
    .description("its card")
    .action((name: string, _, command: Command) =>
      perform(command, "where named", async (session) => {
        const card = await session.client.call("models.show", { name, ...(await judgedBy(session)) });
        session.output.answer(card, () =>
          [
            `${card.title} (${card.name}, version ${card.version})`,
            card.purpose,
            ...section("Verdict", card.verdict ? [verdictText(card)] : []),
            "",
            card.method,
            ...section("References", card.references),
            ...section("Assumptions", card.assumptions),
            ...section("Limits", card.limits),
            ...section("Metrics", card.metrics),
            ...section("This machine", leaveOf(card.own)),
          ].join("\n"),
        );
        return 0;
      }),
    );
  ownModelCommands(models);
  sourceWorthCommands(models);
  models
    .command("fit <name>")
    .description("fits a customer-base model on a summary file")
    .requiredOption("--summary <file>", "frequency, recency, T and what the model needs more")
    .option("--columns <pairs...>", "frequency=x,recency=t_x,…")
    .action((name: string, own: { summary: string; columns?: string[] }, command: Command) =>
      perform(command, "nothing", async ({ client, output, signal }) => {
        const fitted = await client.call(
          "models.fit",
          { name, summary: resolve(own.summary), columns: parsePairs(own.columns ?? [], "column") },
          { signal },
        );
        output.answer(fitted, () => table(["parameter", "value"], Object.entries(fitted.params)));
        return 0;
      }),
    );
  models
    .command("predict <name>")
    .description("scores a summary file")
    .requiredOption("--summary <file>", "as for fit")
    .requiredOption("--horizon <n>", "in the file's unit of time", numberOption)
    .requiredOption("--out <file>", "a .csv or .parquet file")
    .option("--params <file>", "what fit --json gave")
    .option("--columns <pairs...>", "frequency=x,recency=t_x,…")
    .action(
      (
        name: string,
        own: { summary: string; horizon: number; out: string; params?: string; columns?: string[] },
        command: Command,
      ) =>
        perform(command, "nothing", async ({ client, output, signal }) => {
          if (!Number.isFinite(own.horizon) || own.horizon < 0)
            throw new AssayError("usage", "The horizon is no length of time.", "Give a number from 0 up.");
          const params =
            own.params === undefined ? undefined : paramsIn(await readJsonFile(resolve(own.params), "The parameters"));
          const input = {
            name,
            summary: resolve(own.summary),
            horizon: own.horizon,
            params,
            columns: parsePairs(own.columns ?? [], "column"),
            out: resolve(own.out),
          };
          const done = await client.call("models.predict", input, { signal });
          output.answer(done, () => `${done.rows} rows in ${resolve(own.out)}`);
          return 0;
        }),
    );
  models
    .command("evaluate")
    .description("rolling time splits against the naive baselines")
    .option("--models <names>", "these only")
    .option("--cuts <n>", "how many splits", numberOption, 1)
    .option("--horizon-days <n>", "length of what is judged on (90)", numberOption)
    .option("--known-at <instant>", "only deliveries that had arrived by then", instantOption)
    .action((own: { models?: string; cuts: number; horizonDays?: number; knownAt?: string }, command: Command) =>
      perform(command, "workspace", async (session) => {
        const input = {
          brand: await session.brand(),
          models: own.models?.split(",").map((name) => name.trim()),
          cuts: own.cuts,
          horizon_days: own.horizonDays,
          known_at: own.knownAt,
        };
        const found = await session.client.stream("models.evaluate", input, {
          signal: session.signal,
          onProgress: ({ label, done, total }) => session.output.progress(label, done, total),
        });
        session.output.answer(found, () =>
          table(
            ["model", "metric", "value", "low", "high", "baseline", "its value", "n", "cut", "beats it"],
            found.evaluations.map((one) => [
              one.model,
              one.metric,
              one.value,
              one.low,
              one.high,
              one.baseline,
              one.baseline_value,
              one.n,
              one.cut_on,
              one.beats_baseline ? "yes" : "no",
            ]),
          ),
        );
        return 0;
      }),
    );
  models
    .command("tournament")
    .description("which models' figures stand in the profile, and the evidence")
    .action((_, command: Command) =>
      perform(command, "workspace", async (session) => {
        const found = await session.client.call("tournament.read", { brand: await session.brand() });
        session.output.answer(found, () =>
          table(
            ["target", "candidate", "", "loss, naive is 1", "cut", "n", "metrics"],
            found.targets.flatMap(({ target, candidates }) =>
              candidates.flatMap((one) =>
                one.cuts.map((cut) => [
                  target,
                  one.candidate,
                  one.is_chosen ? "chosen" : "",
                  cut.relative,
                  cut.cut_on,
                  cut.n,
                  cut.metrics.map(({ metric, value }) => `${metric} ${show(value)}`).join(", "),
                ]),
              ),
            ),
          ),
        );
        return 0;
      }),
    );
  models
    .command("pin <target> <model>")
    .description(
      "fixes the model or method of a target (purchases, chance, value, next_purchase, category, product) from the next run on; auto leaves it to the tournament",
    )
    .action((target: string, model: string, _, command: Command) =>
      perform(command, "workspace", async (session) => {
        const wanted = tournamentTargets.find((one) => one === target);
        if (!wanted)
          throw new AssayError(
            "usage",
            `There is no tournament ${target}.`,
            `There are: ${tournamentTargets.join(", ")}.`,
          );
        const input = { brand: await session.brand(), target: wanted, model: model === automatic ? null : model };
        await session.client.call("tournament.pin", input);
        session.output.answer({ target, model }, () => `${target}: ${model} from the next run on`);
        return 0;
      }),
    );
  models
    .command("drift [name...]")
    .description("how scores moved since the snapshot before")
    .action((names: string[], _, command: Command) =>
      perform(command, "workspace", async (session) => {
        const input = { brand: await session.brand(), ...(names.length > 0 ? { models: names } : {}) };
        const found = await session.client.call("models.drift", input, { signal: session.signal });
        const { before, outputs } = found;
        session.output.answer(found, () =>
          before === null
            ? "No snapshot of an earlier day to compare with."
            : `since ${before.as_of}\n${table(
                ["model", "output", "scores then", "now", "mean then", "now", "stability index"],
                [...outputs]
                  .sort((a, b) => b.psi - a.psi)
                  .map((one) => [
                    ...[one.model, one.output, one.known_then, one.known_now],
                    ...[one.mean_then, one.mean_now, one.psi.toFixed(3)],
                  ]),
              )}`,
        );
        return 0;
      }),
    );
  models
    .command("self-test")
    .description("recomputes published reference values")
    .action((_, command: Command) =>
      perform(command, "nothing", async ({ client, output, signal }) => {
        const found = await client.stream(
          "models.self_test",
          {},
          { signal, onProgress: ({ label, done, total }) => output.progress(label, done, total) },
        );
        output.answer(found, () =>
          table(
            ["model", "quantity", "expected", "actual", "tolerance", "ok", "source"],
            found.checks.map((one) => [
              one.model,
              one.quantity,
              one.expected,
              one.actual,
              one.tolerance,
              one.ok ? "yes" : "NO",
              one.source,
            ]),
          ),
        );
        return found.checks.every(({ ok }) => ok) ? 0 : 3;
      }),
    );
}

/** The brand whose data judge the models: of the workspace, where one is named and has one. */
async function judgedBy(session: Session): Promise<{ brand?: string }> {
  const { workspace, brands } = await session.client.call("workspace.status", {});
  return workspace && brands.length > 0 ? { brand: await session.brand() } : {};
}

function verdictText({ verdict, needs }: Model): string {
  if (!verdict) return "not judged";
  if (verdict.state === "no_data") return `no data: needs ${needs}`;
  const range = `${show(verdict.low)} to ${show(verdict.high)}`;
  const against = verdict.held_back_by ? `; ${verdict.held_back_by} stands against it` : "";
  return `${verdict.state}: ${verdict.metric} better by ${show(verdict.advantage)} (${range}) at ${verdict.cuts} ${verdict.cuts === 1 ? "cut" : "cuts"}${against}`;
}

function leaveOf(own: { allowed: boolean | null } | undefined): string[] {
  if (own?.allowed === null || own === undefined) return [];
  return [own.allowed ? "Its program is allowed here." : "Its program isn't allowed here: `assay models allow`."];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length > 0 ? ["", title, ...lines.map((line) => `  ${line}`)] : [];
}

function paramsIn(document: unknown): Record<string, number> {
  const inside = typeof document === "object" && document !== null && "params" in document ? document.params : document;
  if (
    typeof inside !== "object" ||
    inside === null ||
    !Object.values(inside).every((value) => typeof value === "number")
  ) {
    throw new AssayError("bad_input", "The file holds no parameters.", "Give what `models fit --json` wrote.");
  }
  return inside as Record<string, number>;
}
