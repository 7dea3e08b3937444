import type { Command } from "commander";
import type { Run, Snapshot } from "../../../shared/api/contract/runs.ts";
import { keptCommands } from "./offline-commands.ts";
import { bytes, groupDigits, table } from "./output.ts";
import { numberOption } from "./read-values.ts";
import { runHistoryCommands } from "./run-history-commands.ts";
import { runRequestOf, withRunOptions } from "./run-options.ts";
import { perform, type Session } from "./session.ts";

/** The document of `assay run --json`, as it is promised. */
function runDocument(run: Run) {
  return {
    run_id: run.run_id,
    snapshot_id: run.snapshot_id,
    status: run.state,
    as_of: run.as_of,
    seconds: run.seconds,
    tasks: { total: run.tasks.total, reused: run.tasks.reused, computed: run.tasks.computed, failed: run.tasks.failed },
    bytes_written: run.bytes_written,
    peak_rss_bytes: run.peak_rss_bytes,
    steps: run.steps.map(({ step, stage, tasks, reused, computed, seconds, rows }) => ({
      step,
      stage,
      tasks,
      reused,
      computed,
      seconds,
      rows,
    })),
    warnings: run.warnings,
    runner: run.runner ?? "pool",
  };
}

function readRun(run: Run): string {
  const steps = run.steps.filter(({ tasks }) => tasks > 0);
  return [
    `Run ${run.run_id}: ${run.state} in ${run.seconds.toFixed(1)} s`,
    `As of ${run.as_of ?? "–"}, snapshot ${run.snapshot_id ?? "–"}`,
    `${run.tasks.total} tasks: ${run.tasks.reused} reused, ${run.tasks.computed} computed; ${bytes(run.bytes_written)} written, peak memory ${bytes(run.peak_rss_bytes)}`,
    ...run.warnings,
    "",
    table(
      ["step", "tasks", "reused", "computed", "seconds", "rows"],
      steps.map((step) => [
        step.step,
        step.tasks,
        step.reused,
        step.computed,
        Number(step.seconds.toFixed(2)),
        step.rows,
      ]),
    ),
  ].join("\n");
}

function followRun({ output, signal }: Session) {
  let told = "";
  let waitedFor = "";
  return {
    signal,
    onProgress: (run: Run) => {
      const done = run.tasks.reused + run.tasks.computed;
      const rate = run.rows_per_second === null ? "" : `${groupDigits(run.rows_per_second)} rows/s`;
      const left = run.seconds_left === null ? "" : `${Math.ceil(run.seconds_left)} s left`;
      const waits = (run.waiting_for ?? "").replaceAll(/\d+/g, ""); // for how long is no news
      if (run.waiting_for && waits !== waitedFor) output.note(`${run.waiting_for}.`);
      if (waits === "" && waitedFor !== "" && run.error === null) output.note("The run goes on.");
      waitedFor = waits;
      const step = run.steps.find(({ running }) => running > 0)?.step ?? run.state;
      if (step !== told) output.progress(step, done, run.tasks.total, `${rate} ${left}`);
      told = step;
    },
  };
}

/** run, runs, snapshot. */
export function runCommands(program: Command): void {
  withRunOptions(program.command("run"))
    .description("deliveries to profiles: identity, features, models, a published snapshot")
    .option(
      "--budget <amount>",
      "the most that it may cost: not begun beyond it, stopped when it is reached",
      numberOption,
    )
    .action((own: Record<string, unknown>, command: Command) =>
      perform(command, "workspace", async (session) => {
        const input = runRequestOf(await session.brand(), own);
        const run = await session.client.stream(
          "runs.start",
          { ...input, budget: own.budget as number | undefined },
          followRun(session),
        );
        session.output.answer(runDocument(run), () => readRun(run));
        return 0;
      }),
    );
  const runs = program.command("runs").description("runs of this machine");
  runs
    .command("list")
    .description("names them, the latest first")
    .action((_, command: Command) =>
      perform(command, "workspace", async (session) => {
        const found = await session.client.call("runs.list", { brand: await session.brand() });
        session.output.answer(found.runs, () =>
          table(
            ["run", "state", "as of", "requested", "seconds", "reused", "computed"],
            found.runs.map((run) => [
              run.run_id.slice(0, 8),
              run.state,
              run.as_of,
              run.requested_at,
              Math.round(run.seconds),
              run.tasks.reused,
              run.tasks.computed,
            ]),
          ),
        );
        return 0;
      }),
    );
  runs
    .command("show <id>")
    .description("its steps and tasks")
    .action((id: string, _, command: Command) =>
      perform(command, "workspace", async (session) => {
        const found = await session.client.call("runs.show", { brand: await session.brand(), run_id: id });
        session.output.answer({ ...runDocument(found.run), tasks_list: found.tasks }, () => readRun(found.run));
        return 0;
      }),
    );
  runs
    .command("explain <id>")
    .description("why tasks were computed")
    .option("--task <key>", "one task")
    .action((id: string, own: { task?: string }, command: Command) =>
      perform(command, "workspace", async (session) => {
        const found = await session.client.call("runs.explain", {
          brand: await session.brand(),
          run_id: id,
          task_key: own.task,
        });
        session.output.answer(found, () =>
          table(
            ["step", "scope", "cause", "why"],
            found.tasks.map((task) => [task.step, task.scope, task.cause, task.sentence]),
          ),
        );
        return 0;
      }),
    );
  runHistoryCommands(runs);
  runs
    .command("cancel <id>")
    .description("stops a run on the cluster, wherever it is scheduled; one on a machine alone is stopped there")
    .action((id: string, _, command: Command) =>
      perform(command, "workspace", async (session) => {
        const done = await session.client.call("runs.cancel", { brand: await session.brand(), run_id: id });
        session.output.answer(done, () => `Run ${id} was told to stop`);
        return 0;
      }),
    );
  runs
    .command("resume <id>")
    .description("takes a run up again, here or on the cluster; what was finished is reused")
    .option("--runner <name>", "pool or cluster; else as before")
    .option("--redis <url>", "broker of the cluster")
    .action((id: string, own: { runner?: "pool" | "cluster"; redis?: string }, command: Command) =>
      perform(command, "workspace", async (session) => {
        const run = await session.client.stream(
          "runs.resume",
          { brand: await session.brand(), run_id: id, runner: own.runner, redis: own.redis },
          followRun(session),
        );
        session.output.answer(runDocument(run), () => readRun(run));
        return 0;
      }),
    );
  snapshotCommands(program);
}

function snapshotState(one: Snapshot): string {
  if (one.is_current) return "current";
  if (one.withdrawn) return "rolled back";
  if (one.is_variant) return "variant";
  const why = one.gate.filter(({ ok }) => !ok).map(({ measured }) => measured);
  return one.kept_back ? `kept back: ${why.join("; ")}` : "";
}

function snapshotCommands(program: Command): void {
  const snapshot = program.command("snapshot").description("published snapshots");
  keptCommands(snapshot);
  snapshot
    .command("list")
    .description("names them, the current one marked")
    .action((_, command: Command) =>
      perform(command, "workspace", async (session) => {
        const { snapshots } = await session.client.call("snapshots.list", { brand: await session.brand() });
        session.output.answer(snapshots, () =>
          table(
            ["snapshot", "as of", "customers", "made", ""],
            snapshots.map((one) => [one.snapshot_id, one.as_of, one.customers, one.published_at, snapshotState(one)]),
          ),
        );
        return 0;
      }),
    );
  snapshot
    .command("show [id]")
    .description("its tables")
    .action((id: string | undefined, _, command: Command) =>
      perform(command, "workspace", async (session) => {
        const found = await session.client.call("snapshots.show", { brand: await session.brand(), snapshot_id: id });
        session.output.answer({ ...found.snapshot, manifest: found.manifest }, () =>
          table(
            ["table", "rows", "bytes"],
            Object.entries(found.snapshot.tables).map(([name, { rows, bytes: size }]) => [name, rows, size]),
          ),
        );
        return 0;
      }),
    );
  for (const [name, operation, said] of [
    ["publish", "snapshots.publish", "makes it the current one of its day"],
    ["roll-back", "snapshots.roll_back", "takes it back; the one before it is current again"],
  ] as const) {
    snapshot
      .command(`${name} <id>`)
      .description(said)
      .action((id: string, _, command: Command) =>
        perform(command, "workspace", async (session) => {
          const found = await session.client.call(operation, { brand: await session.brand(), snapshot_id: id });
          session.output.answer(
            found,
            () => `Snapshot ${found.snapshot_id} of ${found.as_of}: ${found.is_current ? "current" : "not current"}`,
          );
          return 0;
        }),
      );
  }
  snapshot
    .command("drop <id>")
    .description("no longer kept: `workspace collect` frees what only it rests on")
    .action((id: string, _, command: Command) =>
      perform(command, "workspace", async (session) => {
        const found = await session.client.call("snapshots.drop", { brand: await session.brand(), snapshot_id: id });
        session.output.answer(found, () => `The snapshot of ${found.as_of} is dropped`);
        return 0;
      }),
    );
  snapshot
    .command("path <table>")
    .description("the Parquet files of a table")
    .option("--snapshot <id>", "of another snapshot than the current one")
    .action((name: string, own: { snapshot?: string }, command: Command) =>
      perform(command, "workspace", async (session) => {
        const input = { brand: await session.brand(), table: name, snapshot_id: own.snapshot };
        const found = await session.client.call("snapshots.path", input);
        session.output.answer(found, () => found.files.join("\n"));
        return 0;
      }),
    );
}
