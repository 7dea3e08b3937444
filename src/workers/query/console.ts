import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AssayError, cancelled } from "../../shared/base/errors.ts";
import type { StartProcess } from "../../shared/base/started-process.ts";
import { runDisposable } from "../engine/disposable.ts";
import type { ConsoleFormat, ConsoleJob, ConsoleResult } from "./console-job.ts";
import type { JsonRows } from "./json-table.ts";
import { openWholeFile } from "./whole-file.ts";

export interface ConsoleInput {
  readonly sql: string;
  /** Files of each table that may be read; information_schema lists these names. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  /** Small tables given as rows, such as model_evaluations. */
  readonly json?: Readonly<Record<string, JsonRows>> | undefined;
  readonly format?: "table" | ConsoleFormat | undefined;
  /** Writes the result to this file, whole or not at all, instead of giving rows. */
  readonly out?: string | undefined;
  /** Tables with personal data. */
  readonly personal?: readonly string[] | undefined;
  /** The account that asks, where it may not take such data out. */
  readonly refused?: string | null | undefined;
  /** Most rows that are given back; a file holds all of them. */
  readonly limit?: number | undefined;
  readonly memoryBytes?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly scratch?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How the process of its own comes to be. */
  readonly startProcess: StartProcess;
}
export type ConsoleAnswer = ConsoleResult & { path: string | null };

const consoleTimeoutMs = 30_000;
const defaultMemory = 1_000_000_000;
const defaultLimit = 10_000;

/** Runs what a person typed: one SELECT over the tables, in a process of its own that can read these files and write nowhere,
 *  with bounded memory, killed after 30 s. The format of a file follows `format`, else its ending, else CSV.
 *  Throws bad_input (what DuckDB says of the statement), not_permitted, unavailable (time or memory), cancelled. */
export async function runConsole(input: ConsoleInput): Promise<ConsoleAnswer> {
  if (input.signal?.aborted) throw cancelled();
  const scratch = await mkdtemp(join(input.scratch ?? tmpdir(), "assay-console-"));
  try {
    const format = formatOf(input);
    const file = input.out === undefined ? null : { path: join(scratch, `answer.${format}`), format };
    const job: ConsoleJob = {
      kind: "console",
      sql: input.sql,
      tables: input.tables,
      json: input.json ?? {},
      personal: input.personal ?? [],
      refused: input.refused ?? null,
      limit: Math.max(1, Math.floor(input.limit ?? defaultLimit)),
      memoryBytes: input.memoryBytes ?? defaultMemory,
      scratch,
      file,
    };
    const timeoutMs = input.timeoutMs ?? consoleTimeoutMs;
    const result = await runDisposable<ConsoleResult>(job, {
      startProcess: input.startProcess,
      signal: input.signal,
      timeout: { ms: timeoutMs, error: () => tooSlow(timeoutMs) },
      ended,
    });
    if (file && input.out !== undefined) await moveTo(file.path, input.out, input.signal);
    return { ...result, path: input.out ?? null };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function formatOf({ format, out }: ConsoleInput): ConsoleFormat {
  if (format !== undefined && format !== "table") return format;
  const ending = /\.(csv|json|parquet)$/i.exec(out ?? "")?.[1]?.toLowerCase();
  return ending === "json" || ending === "parquet" ? ending : "csv";
}

async function moveTo(from: string, to: string, signal: AbortSignal | undefined): Promise<void> {
  const file = await openWholeFile(to);
  try {
    for await (const chunk of createReadStream(from)) {
      if (signal?.aborted) throw cancelled();
      await file.write(chunk as Buffer);
    }
    await file.finish();
  } catch (error) {
    await file.discard();
    throw error;
  }
}

function tooSlow(timeoutMs: number): AssayError {
  return new AssayError(
    "unavailable",
    `The statement took longer than ${timeoutMs / 1000} s and was stopped.`,
    "Ask for fewer rows, or hand the tables to another engine.",
  );
}

function ended(how: string): AssayError {
  return new AssayError(
    "unavailable",
    `The process of the statement ended before it answered (${how}).`,
    "It may have needed too much memory: ask for fewer rows or columns.",
  );
}
