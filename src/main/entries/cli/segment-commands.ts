import { resolve } from "node:path";
import type { Command } from "commander";
import type { SegmentDirection, SegmentMoves } from "../../../shared/api/contract/segments.ts";
import { AssayError } from "../../../shared/base/errors.ts";
import { groupDigits, table } from "./output.ts";
import { parseJson } from "./read-json.ts";
import { numberOption } from "./read-values.ts";
import { perform } from "./session.ts";

interface OwnRule {
  where?: string;
  sql?: string;
  alikeTo?: string;
  share?: number;
}

function definitionOf(own: OwnRule) {
  if ([own.where, own.sql, own.alikeTo].filter((one) => one !== undefined).length !== 1) {
    const hint = "Give one of --where JSON, --sql EXPRESSION and --alike-to SEGMENT.";
    throw new AssayError("usage", "A segment needs one rule.", hint);
  }
  if (own.alikeTo !== undefined) {
    const rules = [{ segment: own.alikeTo, alike: own.share ?? 0.1 }];
    return { where: { combinator: "and" as const, rules } };
  }
  return own.sql !== undefined ? { sql: own.sql } : { where: parseJson(own.where ?? "", "--where") as never };
}

function movesText(name: string, { before, why_not, stayed, entered, left }: SegmentMoves): string {
  if (!before) return `${name}: no snapshot of an earlier day to compare with.`;
  if (why_not) return `${name}: the snapshot of ${before.as_of} can't be judged by this rule. ${why_not}`;
  const said = (verb: string, { customers, unknown, reasons }: SegmentDirection, stranger: string) => [
    `${verb}: ${groupDigits(customers)}`,
    ...reasons.map((one) => `  ${groupDigits(one.customers)} ${one.sentence}`),
    ...(unknown > 0 ? [`  ${groupDigits(unknown)} ${stranger}`] : []),
  ];
  return [
    `since ${before.as_of}`,
    `stayed: ${groupDigits(stayed)}`,
    ...said("came", entered, "not known before"),
    ...said("went", left, "no longer known"),
  ].join("\n");
}

/** segment, templates, sql. */
export function segmentCommands(program: Command): void {
  const segment = program.command("segment").description("audiences");
  segment
    .command("create <name>")
    .description("keeps a rule under a name and counts it")
    .option("--where <json>", "a rule tree")
    .option("--sql <expression>", "a boolean expression over profiles")
    .option("--alike-to <segment>", "those outside a saved segment who behave most like it")
    .option("--share <s>", "with --alike-to: that share of the others, 0.1 unless said", numberOption)
    .action((name: string, own: OwnRule, command: Command) =>
      perform(command, "workspace", async (session) => {
        const saved = await session.client.call(
          "segments.save",
          { brand: await session.brand(), segment: name, definition: definitionOf(own) },
          { signal: session.signal },
        );
        const { customers, revenue_minor, reachable } = saved;
        session.output.answer(
          { segment: name, customers, revenue_minor, reachable },
          () => `${name}: ${groupDigits(customers ?? 0)} customers\n${saved.sentence}`,
        );
        return 0;
      }),
    );
  segment
    .command("count <name>")
    .description("customers, revenue and reach")
    .action((name: string, _, command: Command) =>
      perform(command, "workspace", async (session) => {
        const found = await session.client.call(
          "segments.count",
          { brand: await session.brand(), segment: name },
          { signal: session.signal },
        );
        session.output.answer({ segment: name, ...found }, () =>
          table(
            ["segment", "customers", "revenue, minor", "reachable"],
            [[name, found.customers, found.revenue_minor, found.reachable]],
          ),
        );
        return 0;
      }),
    );
  segment
    .command("list")
    .description("names them with their counts")
    .action((_, command: Command) =>
      perform(command, "workspace", async (session) => {
        const { segments } = await session.client.call(
          "segments.list",
          { brand: await session.brand() },
          { signal: session.signal },
        );
        session.output.answer(segments, () =>
          table(
            ["segment", "customers", "revenue, minor", "reachable", "rule"],
            segments.map((one) => [one.segment, one.customers, one.revenue_minor, one.reachable, one.sentence]),
          ),
        );
        return 0;
      }),
    );
  segment
    .command("compare <name...>")
    .description("2 to 8 side by side, with overlaps")
    .action((names: string[], _, command: Command) =>
      perform(command, "workspace", async (session) => {
        const found = await session.client.call(
          "segments.compare",
          { brand: await session.brand(), segments: names },
          { signal: session.signal },
        );
        session.output.answer(found, () =>
          table(
            ["segment", "customers", "revenue, minor", "reachable"],
            found.segments.map((one) => [one.segment, one.customers, one.revenue_minor, one.reachable]),
          ),
        );
        return 0;
      }),
    );
  segment
    .command("versions <name>")
    .description("every rule that it had")
    .action((name: string, _, command: Command) =>
      perform(command, "workspace", async (session) => {
        const { versions } = await session.client.call("segments.versions", {
          brand: await session.brand(),
          segment: name,
        });
        session.output.answer(versions, () =>
          table(
            ["version", "since", "rule"],
            versions.map((one) => [one.version, one.at, one.sentence]),
          ),
        );
        return 0;
      }),
    );
  segment
    .command("moves <name>")
    .description("who came and who went since the snapshot before, and by which rule")
    .option("--limit <n>", "customers named in each direction", "10")
    .action((name: string, own: { limit: string }, command: Command) =>
      perform(command, "workspace", async (session) => {
        const found = await session.client.call(
          "segments.moves",
          { brand: await session.brand(), segment: name, limit: Number(own.limit) },
          { signal: session.signal },
        );
        session.output.answer(found, () => movesText(name, found));
        return 0;
      }),
    );
  segment
    .command("remove <name>")
    .description("forgets it")
    .action((name: string, _, command: Command) =>
      perform(command, "workspace", async (session) => {
        await session.client.call("segments.remove", { brand: await session.brand(), segment: name });
        session.output.answer({ segment: name, removed: true }, () => `Segment ${name} is gone.`);
        return 0;
      }),
    );
  segment
    .command("export <name>")
    .description("writes the list; the suppressed and those without consent are left out")
    .requiredOption("--out <file>", "where to")
    .option("--template <name>", "csv, klaviyo, mailchimp, braze, meta or google (see templates list)", "csv")
    .option("--fields <names>", "columns of profiles to add")
    .option("--include-unreachable", "also those without consent or address; the suppressed never")
    .action(
      (
        name: string,
        own: { out: string; template: string; fields?: string; includeUnreachable?: boolean },
        command: Command,
      ) =>
        perform(command, "workspace", async (session) => {
          const written = await session.client.stream(
            "segments.export",
            {
              brand: await session.brand(),
              segment: name,
              template: own.template,
              fields: own.fields?.split(",").map((field) => field.trim()),
              include_unreachable: own.includeUnreachable,
              out: resolve(own.out),
            },
            {
              signal: session.signal,
              onProgress: ({ label, done, total }) => session.output.progress(label, done, total),
            },
          );
          session.output.answer(written, () =>
            [
              `${groupDigits(written.rows)} customers in ${written.path}`,
              ...written.left_out.map(({ reason, count }) => `left out: ${groupDigits(count)} ${reason}`),
              ...(written.rests_on
                ? [`written without the share: suppressions and erasures as known at ${written.rests_on.seen_at}`]
                : []),
            ].join("\n"),
          );
          return 0;
        }),
    );
  program
    .command("templates")
    .description("forms of exported lists")
    .command("list")
    .description("names them")
    .action((_, command: Command) =>
      perform(command, "nothing", async ({ client, output }) => {
        const found = await client.call("templates.list", {});
        output.answer(found, () =>
          table(
            ["template", "title", "columns"],
            found.templates.map((one) => [one.name, one.title, one.columns.join(", ")]),
          ),
        );
        return 0;
      }),
    );
  program
    .command("sql <query>")
    .description("one read-only statement over the current snapshot")
    .option("--snapshot <id>", "another snapshot")
    .option("--format <name>", "table, csv, json or parquet")
    .option("--out <file>", "where to")
    .action((query: string, own: { snapshot?: string; format?: string; out?: string }, command: Command) =>
      perform(command, "workspace", async (session) => {
        const format =
          own.format ??
          (own.out
            ? (/\.(csv|json|parquet)$/i.exec(own.out)?.[1]?.toLowerCase() ?? "csv")
            : session.output.json
              ? "json"
              : "table");
        if (!["table", "csv", "json", "parquet"].includes(format)) {
          throw new AssayError("usage", `“${format}” is no format.`, "Use table, csv, json or parquet.");
        }
        if (format === "parquet" && !own.out) throw new AssayError("usage", "Parquet needs a file.", "Add --out FILE.");
        const input = { brand: await session.brand(), sql: query, snapshot_id: own.snapshot };
        if (own.out) {
          const file = {
            format: format === "table" ? "csv" : (format as "csv" | "json" | "parquet"),
            out: resolve(own.out),
          } as const;
          const { path, rows } = await session.client.stream(
            "sql.export",
            { ...input, ...file },
            { signal: session.signal },
          );
          session.output.answer({ path, rows }, () => `${groupDigits(rows)} rows in ${path}`);
          return 0;
        }
        const found = await session.client.call("sql.query", input, { signal: session.signal });
        const names = found.columns.map(({ name }) => name);
        session.output.answer(found.rows, () => {
          if (format === "json") return JSON.stringify(found.rows);
          const rows = found.rows.map((row) => names.map((name) => row[name] ?? null));
          return format === "csv"
            ? [names, ...rows].map((row) => row.map(csvCell).join(",")).join("\r\n")
            : table(names, rows);
        });
        return 0;
      }),
    );
}

function csvCell(value: unknown): string {
  const text = value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
