import { resolve } from "node:path";
import type { Command } from "commander";
import type { Night, NightSettingsDocument } from "../../../shared/api/contract/nights.ts";
import type { RunRequest } from "../../../shared/api/contract/runs.ts";
import { AssayError } from "../../../shared/base/errors.ts";
import { groupDigits, table } from "./output.ts";
import { withNightPlace } from "./run-options.ts";
import { perform } from "./session.ts";

function readNight(night: Night): string {
  const gate = night.gate.map((one) => [one.rule, one.ok ? "yes" : "NO", one.measured]);
  return [
    night.published
      ? `Snapshot ${night.snapshot_id} as of ${night.as_of} is published`
      : `Snapshot ${night.snapshot_id ?? "–"} is kept back, unpublished`,
    `${night.batches.length} new deliveries, ${groupDigits(night.batches.reduce((sum, { rows }) => sum + rows, 0))} rows`,
    ...night.segments.map(
      (one) =>
        `${one.segment}: ${groupDigits(one.customers)} customers, ${one.entered ?? "–"} entered, ${one.left ?? "–"} left`,
    ),
    ...night.exports.map((one) => `${groupDigits(one.rows)} customers in ${one.path}`),
    ...(night.due_at === null ? [] : [`${night.is_late ? "LATE: it" : "It"} was to be done by ${night.due_at}`]),
    ...(night.scaled === null
      ? []
      : [
          `${night.scaled.instances} machines asked for, about ${night.scaled.cost.toFixed(2)} ${night.scaled.currency}`,
        ]),
    ...night.warnings,
    ...(gate.length > 0 ? ["", table(["rule", "holds", "measured"], gate)] : []),
  ].join("\n");
}

type Place = Pick<RunRequest, "runner" | "redis" | "workers" | "memory">;

const doneByOf = (by: string | undefined) => (by === "off" ? null : by);

function readPlace({ next_at, runner, done_by }: NightSettingsDocument): string {
  const place = runner === "cluster" ? "on the cluster" : "on this machine";
  const by = done_by === null ? "" : `, to be done by ${done_by}`;
  return `${next_at ? `Next at ${next_at}` : "Only when it is asked"}, ${place}${by}`;
}

/** nightly, gate, and the lists that a night writes. */
export function nightCommands(program: Command): void {
  withNightPlace(program.command("nightly"))
    .description(
      "due deliveries, run, gate, publish, segments, planned lists: one job that goes on where it was stopped",
    )
    .action(({ by, ...where }: Place & { by?: string }, command: Command) =>
      perform(command, "workspace", async (session) => {
        const { client, output, signal } = session;
        const night = await client.stream(
          "nightly.run",
          { ...where, done_by: doneByOf(by), brand: await session.brand() },
          { signal, onProgress: ({ label, done, total }) => output.progress(label, done, total) },
        );
        output.answer(night, () => readNight(night));
        return night.published ? 0 : 3;
      }),
    );
  const gate = program.command("gate").description("what keeps a night's snapshot back");
  gate
    .command("list")
    .description("names the rules with their limits")
    .action((_, command: Command) =>
      perform(command, "workspace", async ({ client, output, brand }) => {
        const found = await client.call("nightly.settings", { brand: await brand() });
        output.answer(found, () =>
          table(
            ["rule", "limit", "default", "kept back", "what"],
            found.gate.map((one) => [
              one.rule,
              one.limit ?? "off",
              one.default_limit ?? "off",
              `${one.breaks} the limit`,
              one.help,
            ]),
          ),
        );
        return 0;
      }),
    );
  gate
    .command("set <rule> <limit>")
    .description("sets a rule's limit (a share from 0 to 1, or a number of sources), or `off`")
    .action((rule: string, limit: string, _, command: Command) =>
      perform(command, "workspace", async ({ client, output, brand }) => {
        const { gate: rules } = await client.call("nightly.settings", { brand: await brand() });
        const known = rules.map((one): string => one.rule);
        if (!known.includes(rule))
          throw new AssayError("usage", `There is no rule ${rule}.`, `Rules: ${known.join(", ")}.`);
        const value = limit === "off" ? null : Number(limit);
        if (limit.trim() === "" || (value !== null && !Number.isFinite(value))) {
          throw new AssayError("usage", `“${limit}” is no limit.`, "Give a number, or `off`.");
        }
        const found = await client.call("nightly.configure", { brand: await brand(), gate: { [rule]: value } });
        output.answer(found, () => `${rule}: ${limit}`);
        return 0;
      }),
    );
  gate
    .command("schedule <cron>")
    .description("when the program does the nightly job by itself while it is open, or `off`; and where")
    .option("--runner <name>", "where nights' runs are done: pool, or cluster")
    .option("--by <time>", "time of day by which a night should be done, such as 06:00, or `off`")
    .action((cron: string, own: { runner?: "pool" | "cluster"; by?: string }, command: Command) =>
      perform(command, "workspace", async ({ client, output, brand }) => {
        const schedule = cron === "off" ? null : cron;
        const found = await client.call("nightly.configure", {
          ...{ brand: await brand(), schedule, runner: own.runner, done_by: doneByOf(own.by) },
        });
        output.answer(found, () => readPlace(found));
        return 0;
      }),
    );
  const plan = program.command("list").description("lists that every night writes anew into a folder");
  plan
    .command("plan <name>")
    .description("keeps one")
    .requiredOption("--segment <name>", "who is in it")
    .requiredOption("--to <dir>", "the folder")
    .option("--template <name>", "form of the list", "csv")
    .option("--fields <names>", "columns of profiles to add")
    .option("--schedule <cron>", "when; left out: with every published snapshot")
    .action(
      (
        name: string,
        own: { segment: string; to: string; template: string; fields?: string; schedule?: string },
        command: Command,
      ) =>
        perform(command, "workspace", async ({ client, output, brand }) => {
          const input = {
            brand: await brand(),
            export: name,
            segment: own.segment,
            template: own.template,
            fields: own.fields?.split(",").map((field) => field.trim()),
            folder: resolve(own.to),
            schedule: own.schedule,
          };
          const planned = await client.call("exports.plan", input);
          output.answer(planned, () => `${name}: ${planned.segment} as ${planned.template} into ${planned.folder}`);
          return 0;
        }),
    );
  plan
    .command("show")
    .description("names them with what was written last")
    .action((_, command: Command) =>
      perform(command, "workspace", async ({ client, output, brand }) => {
        const found = await client.call("exports.planned", { brand: await brand() });
        output.answer(found.exports, () =>
          table(
            ["list", "segment", "template", "folder", "schedule", "last written"],
            found.exports.map((one) => [
              one.export,
              one.segment,
              one.template,
              one.folder,
              one.schedule ?? "every snapshot",
              one.last?.at ?? null,
            ]),
          ),
        );
        return 0;
      }),
    );
  plan
    .command("drop <name>")
    .description("forgets one; what was written stays")
    .action((name: string, _, command: Command) =>
      perform(command, "workspace", async ({ client, output, brand }) => {
        await client.call("exports.unplan", { brand: await brand(), export: name });
        output.answer({ export: name, removed: true }, () => `${name} is no longer written.`);
        return 0;
      }),
    );
}
