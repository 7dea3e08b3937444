import type { Command } from "commander";
import type { RunEstimate, RunLine, UsageSum } from "../../../shared/api/contract/runs.ts";
import { bytes, table } from "./output.ts";
import { runRequestOf, withRunOptions } from "./run-options.ts";
import { perform } from "./session.ts";

/** runs estimate, log, usage. */
export function runHistoryCommands(runs: Command): void {
  withRunOptions(runs.command("estimate"))
    .description("what a run would take and cost, at what tasks took in the last runs; nothing is begun")
    .action((own: Record<string, unknown>, command: Command) =>
      perform(command, "workspace", async (session) => {
        const found = await session.client.call("runs.estimate", runRequestOf(await session.brand(), own));
        session.output.answer(found, () => readEstimate(found));
        return 0;
      }),
    );
  runs
    .command("usage")
    .description("who used what: runs of all machines by brand, month, account and runner")
    .option("--month <month>", "one month, such as 2026-07")
    .action((own: { month?: string }, command: Command) =>
      perform(command, "workspace", async ({ client, output, options }) => {
        const { usage } = await client.call("runs.usage", { brand: options.brand, month: own.month });
        output.answer(usage, () => readUsage(usage));
        return 0;
      }),
    );
  logCommand(runs);
}

function duration(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(0)} s`;
  return seconds < 3_600 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}

function readEstimate(found: RunEstimate): string {
  const { tasks, cost, daily_budget, spent_today } = found;
  const limits = `${duration(found.core_seconds_low)} to ${duration(found.core_seconds_high)}`;
  const known =
    found.known_share < 1
      ? [`${Math.round(found.known_share * 100)} % of them are of steps that were computed here before`]
      : [];
  const money = (amount: number) => `${amount.toFixed(2)} ${cost?.currency}`;
  if (tasks.computed > 0 && found.known_share === 0) {
    return `${tasks.computed} of ${tasks.total} tasks have to be computed, ${tasks.reused} are there\nNo earlier run of this machine tells how long they take, nor what they cost`;
  }
  return [
    `${tasks.computed} of ${tasks.total} tasks have to be computed, ${tasks.reused} are there`,
    ...known,
    `About ${duration(found.core_seconds)} of core time (${limits}), ${duration(found.seconds)} on ${found.cores} ${found.cores === 1 ? "core" : "cores"}; the longest chain takes ${duration(found.critical_seconds)}`,
    `Reads about ${bytes(found.read_bytes)}, writes ${bytes(found.written_bytes)}`,
    ...(cost
      ? [
          `About ${money(cost.total)}: instances ${money(cost.instances)}, share read ${money(cost.share_read)}, written ${money(cost.share_written)}; kept, ${money(cost.share_kept_month)} a month (${cost.source})`,
        ]
      : ["Nothing of it is paid by the hour or byte"]),
    ...(daily_budget === null
      ? []
      : [`Today ${(spent_today ?? 0).toFixed(2)} of ${daily_budget.toFixed(2)} are spent`]),
  ].join("\n");
}

const columns = ["month", "brand", "user", "runner", "runs", "core time", "processor time", "read", "written", "cost"];

function readUsage(usage: readonly UsageSum[]): string {
  if (usage.length === 0) return "No run has computed anything yet.";
  const hours = (seconds: number) =>
    seconds < 3_600 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3_600).toFixed(1)} h`;
  const rows = usage.map((one) => [
    ...[one.month, one.brand, one.user, one.runner, one.runs, hours(one.core_seconds), hours(one.cpu_seconds)],
    ...[bytes(one.read_bytes), bytes(one.written_bytes)],
    one.currency === null ? null : `${one.cost.toFixed(2)} ${one.currency}`,
  ]);
  return table(columns, rows);
}

function logCommand(runs: Command): void {
  runs
    .command("log <id>")
    .description("what its tasks said; of a run that goes on, each line as it comes")
    .option("--task <key>", "one task, by the beginning of its key")
    .action((id: string, own: { task?: string }, command: Command) =>
      perform(command, "workspace", async (session) => {
        const { output, client, signal } = session;
        const kept: RunLine[] = [];
        const onProgress = ({ lines }: { lines: RunLine[] }) => {
          if (output.json) kept.push(...lines);
          else for (const line of lines) output.line(logLine(line));
        };
        const asked = { brand: await session.brand(), run_id: id, task_key: own.task };
        const { lines } = await client.stream("runs.log", asked, { signal, onProgress });
        if (output.json) output.answer(kept, () => "");
        else if (lines === 0) output.note("Nothing was said.");
        return 0;
      }),
    );
}

function logLine({ at_ms, step, scope, text }: RunLine): string {
  return `${(at_ms / 1000).toFixed(2).padStart(8)} s  ${scope === "brand" ? step : `${step} ${scope}`}  ${text}`;
}
