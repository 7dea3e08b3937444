import { resolve } from "node:path";
import type { Command } from "commander";
import { type Output, table } from "./output.ts";
import { readJsonFile } from "./read-json.ts";
import { numberOption } from "./read-values.ts";
import { perform, type Session } from "./session.ts";

async function mappingOf(path: string | undefined) {
  return path === undefined ? undefined : ((await readJsonFile(resolve(path), "The mapping")) as never);
}

interface IngestFlags {
  readonly due?: boolean;
  readonly strict?: boolean;
  readonly workers?: number;
  readonly memory?: string;
}

function ingestOptions({ output, signal }: Session) {
  return {
    signal,
    onProgress: ({ label, done, total }: { label: string; done: number; total: number | null }) =>
      output.progress(label, done, total),
  };
}

/** What was doubtful in files, once where many of them say the same. */
function tellWarnings(output: Output, files: readonly { path: string; warnings: readonly string[] }[]): void {
  const told = new Map<string, string[]>();
  for (const { path, warnings } of files)
    for (const warning of warnings) told.set(warning, [...(told.get(warning) ?? []), path]);
  for (const [warning, [first = "", ...others]] of told)
    output.note(`${first}${others.length > 0 ? ` and ${others.length} more` : ""}: ${warning}`);
}

/** source, ingest, batches, rejects, suppress. */
export function sourceCommands(program: Command): void {
  const source = program.command("source").description("where deliveries come from");
  source
    .command("detect <path...>")
    .description("recognises files and proposes a mapping; writes nothing")
    .action((paths: string[], _, command: Command) =>
      perform(command, "nothing", async ({ client, output, signal }) => {
        const found = await client.call("sources.detect", { paths }, { signal });
        output.answer(found, () =>
          found.files.length === 0
            ? `There is nothing to read in ${paths.join(", ")}.\n`
            : table(
                ["file", "format", "layout", "tables", "sure"],
                found.files.map((file) => [
                  file.path,
                  file.format,
                  file.layout,
                  file.tables.join(", "),
                  file.confidence,
                ]),
              ),
        );
        for (const { path, reason } of found.skipped) output.note(`skipped ${path}: ${reason}`);
        tellWarnings(output, found.files);
        return 0;
      }),
    );
  source
    .command("read <file...>")
    .description("reads files as Assay reads them and writes the plain table")
    .requiredOption("--out <path>", "a .csv or .parquet file, or a folder")
    .option("--mapping <file>", "writes the mapped tables instead")
    .action((paths: string[], own: { out: string; mapping?: string }, command: Command) =>
      perform(command, "nothing", async ({ client, output, signal }) => {
        const read = await client.call(
          "sources.read",
          { paths, out: resolve(own.out), mapping: await mappingOf(own.mapping) },
          { signal },
        );
        output.answer(read, () =>
          table(
            ["file", "read", "accepted", "rejected"],
            read.files.map((file) => [file.path, file.rows_read, file.rows_accepted, file.rows_rejected]),
          ),
        );
        return 0;
      }),
    );
  source
    .command("add <name> <path...>")
    .description("registers a source; a folder of several layouts becomes one source a layout")
    .option("--layout <name>", "only files of this layout")
    .option("--mapping <file>", "a mapping written by hand")
    .option("--schedule <cron>", "when it delivers, in the brand's time zone, such as '30 2 * * *'")
    .option("--expected-by <time>", "time of day after which a delivery is late, such as 06:00")
    .action(
      (
        name: string,
        paths: string[],
        own: { layout?: string; mapping?: string; schedule?: string; expectedBy?: string },
        command: Command,
      ) =>
        perform(command, "workspace", async (session) => {
          const { client, output, signal } = session;
          const input = {
            brand: await session.brand(),
            name,
            paths: paths.map((path) => resolve(path)),
            layout: own.layout,
            mapping: await mappingOf(own.mapping),
            schedule: own.schedule,
            expected_by: own.expectedBy,
          };
          const { sources, skipped, warnings } = await client.call("sources.add", input, { signal });
          for (const { path, reason } of skipped) output.note(`skipped ${path}: ${reason}`);
          tellWarnings(output, warnings);
          const [only, another] = sources;
          output.answer(
            only && !another ? { ...only, sources, skipped, warnings } : { sources, skipped, warnings },
            () =>
              table(
                ["source", "layout", "tables"],
                sources.map((one) => [
                  one.source,
                  one.mapping.layout,
                  one.mapping.tables.map((each) => each.table).join(", "),
                ]),
              ),
          );
          return 0;
        }),
    );
  source
    .command("set-mapping <name> <file>")
    .description("replaces a source's mapping; `rejects reread` reads what was delivered with it")
    .action((name: string, file: string, _, command: Command) =>
      perform(command, "workspace", async (session) => {
        const mapping = await mappingOf(file);
        if (mapping !== undefined)
          await session.client.call("sources.set_mapping", { brand: await session.brand(), source: name, mapping });
        session.output.answer({ source: name, mapping }, () => `${name} has the mapping of ${file}.`);
        return 0;
      }),
    );
  source
    .command("list")
    .description("names the sources")
    .action((_, command: Command) =>
      perform(command, "workspace", async (session) => {
        const { sources } = await session.client.call("sources.list", { brand: await session.brand() });
        session.output.answer(sources, () =>
          table(
            ["source", "layout", "deliveries", "accepted", "rejected", "records until", "schedule", ""],
            sources.map((one) => [
              one.source,
              one.layout,
              one.n_batches,
              one.rows_accepted,
              one.rows_rejected,
              one.records_until,
              one.schedule,
              one.is_late ? "late" : one.schedule !== null && one.is_due ? "due" : "",
            ]),
          ),
        );
        return 0;
      }),
    );
  source
    .command("schedule <name>")
    .description("sets when it delivers; without options it delivers when it likes")
    .option("--schedule <cron>", "when it delivers, in the brand's time zone, such as '30 2 * * *'")
    .option("--expected-by <time>", "time of day after which a delivery is late, such as 06:00")
    .action((name: string, own: { schedule?: string; expectedBy?: string }, command: Command) =>
      perform(command, "workspace", async (session) => {
        const brand = await session.brand();
        const timetable = { schedule: own.schedule ?? null, expected_by: own.expectedBy ?? null };
        await session.client.call("sources.set_schedule", { brand, source: name, ...timetable });
        const { sources } = await session.client.call("sources.list", { brand });
        const found = sources.find(({ source: one }) => one === name);
        session.output.answer({ source: name, ...timetable, next_at: found?.next_at ?? null }, () =>
          found?.next_at ? `${name} delivers next at ${found.next_at}` : `${name} has no schedule`,
        );
        return 0;
      }),
    );
  source
    .command("remove <name>")
    .description("takes a source out; its deliveries no longer count")
    .action((name: string, _, command: Command) =>
      perform(command, "workspace", async (session) => {
        await session.client.call("sources.remove", { brand: await session.brand(), source: name });
        session.output.answer({ source: name, removed: true }, () => `Source ${name} is out.`);
        return 0;
      }),
    );
  program
    .command("ingest [name] [path...]")
    .description("takes a delivery of one or all sources")
    .option("--due", "only where a delivery is due, or there is no schedule")
    .option("--strict", "exit code 3 where rows were rejected")
    .option("--workers <n>", "deliveries that are read at a time", numberOption)
    .option("--memory <amount>", "memory of all of them, such as 8GB")
    .action((name: string | undefined, paths: string[], own: IngestFlags, command: Command) =>
      perform(command, "workspace", async (session) => {
        const input = {
          brand: await session.brand(),
          source: name,
          paths: paths.length > 0 ? paths.map((path) => resolve(path)) : undefined,
          ...{ due: own.due, workers: own.workers, memory: own.memory },
        };
        const { batches } = await session.client.stream("sources.ingest", input, ingestOptions(session));
        for (const { source, warnings } of batches)
          for (const said of warnings) session.output.note(`${source}: ${said}`);
        const files = batches.flatMap((batch) => batch.files.map((file) => ({ ...file, source: batch.source })));
        session.output.answer({ batches }, () =>
          table(
            ["source", "file", "read", "accepted", "rejected", "repeated"],
            files.map((file) => [
              file.source,
              file.path,
              file.rows_read,
              file.rows_accepted,
              file.rows_rejected,
              file.rows_repeated,
            ]),
          ),
        );
        return own.strict && files.some((file) => file.rows_rejected > 0) ? 3 : 0;
      }),
    );
  const batches = program.command("batches").description("deliveries");
  batches
    .command("list")
    .description("names the deliveries")
    .action((_, command: Command) =>
      perform(command, "workspace", async (session) => {
        const found = await session.client.call("batches.list", { brand: await session.brand() });
        session.output.answer(found.batches, () =>
          table(
            ["batch", "source", "arrived", "files", "withdrawn"],
            found.batches.map((one) => [
              one.batch_id,
              one.source,
              one.arrived_at,
              one.files.length,
              one.withdrawn ? "yes" : "",
            ]),
          ),
        );
        return 0;
      }),
    );
  batches
    .command("withdraw <id>")
    .description("takes a delivery back")
    .action((id: string, _, command: Command) =>
      perform(command, "workspace", async (session) => {
        const done = await session.client.call("batches.withdraw", { brand: await session.brand(), batch_id: id });
        session.output.answer(done, () => `Delivery ${id} is withdrawn; the next run does without it.`);
        return 0;
      }),
    );
  const rejects = program.command("rejects").description("rows that were left out");
  rejects
    .command("list")
    .description("shows them with line, column, value and reason")
    .option("--source <name>", "of one source")
    .option("--batch <id>", "of one delivery")
    .option("--limit <n>", "at most", numberOption, 200)
    .action((own: { source?: string; batch?: string; limit: number }, command: Command) =>
      perform(command, "workspace", async (session) => {
        const input = { brand: await session.brand(), source: own.source, batch_id: own.batch, limit: own.limit };
        const found = await session.client.call("batches.rejects", input);
        session.output.answer(found.rejects, () =>
          table(
            ["source", "file", "line", "column", "value", "reason"],
            found.rejects.map((one) => [one.source, one.file, one.line, one.column, one.value, one.reason]),
          ),
        );
        return 0;
      }),
    );
  rejects
    .command("reread")
    .description("reads deliveries again with the mapping as it is now")
    .option("--source <name>", "of one source")
    .option("--batch <id>", "one delivery")
    .action((own: { source?: string; batch?: string }, command: Command) =>
      perform(command, "workspace", async (session) => {
        const input = { brand: await session.brand(), source: own.source, batch_id: own.batch };
        const { batches: read } = await session.client.stream("batches.reread", input, ingestOptions(session));
        session.output.answer(read, () =>
          table(
            ["source", "delivery", "accepted", "rejected", "rejected before"],
            read.map((one) => [
              one.source,
              one.batch_id,
              one.rows_accepted,
              one.rows_rejected,
              one.rows_rejected_before,
            ]),
          ),
        );
        return 0;
      }),
    );
  program
    .command("suppress <file>")
    .description("takes a list of addresses that must not be contacted")
    .action((file: string, _, command: Command) =>
      perform(command, "workspace", async (session) => {
        const input = { brand: await session.brand(), path: resolve(file) };
        const done = await session.client.stream("suppressions.add", input, ingestOptions(session));
        session.output.answer(
          done,
          () => `${done.suppressed} of ${done.rows_read} rows taken; they count from the next run on.`,
        );
        return 0;
      }),
    );
}
