import { resolve } from "node:path";
import type { Command } from "commander";
import { groupDigits, table } from "./output.ts";
import { perform } from "./session.ts";

/** hand-off. */
export function handOffCommands(program: Command): void {
  program
    .command("hand-off <table...>")
    .description("copies tables into a folder that stands by itself, for Spark, Hadoop, Trino, pandas and DuckDB")
    .requiredOption("--to <dir>", "a folder that doesn't exist yet, or an empty one")
    .option("--snapshot <id>", "another snapshot")
    .action((tables: string[], own: { to: string; snapshot?: string }, command: Command) =>
      perform(command, "workspace", async (session) => {
        const written = await session.client.stream(
          "handoff.write",
          { brand: await session.brand(), tables, to: resolve(own.to), snapshot_id: own.snapshot },
          {
            signal: session.signal,
            onProgress: ({ label, done, total }) => session.output.progress(label, done, total),
          },
        );
        session.output.answer(written, () =>
          table(
            ["table", "rows", "partitions", "folder"],
            written.tables.map((one) => [one.name, groupDigits(one.rows), one.partitions, one.path]),
          ),
        );
        return 0;
      }),
    );
}
