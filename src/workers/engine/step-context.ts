import type { Json } from "../../shared/base/canonical-json.ts";
import type { Random } from "../../shared/base/random.ts";
import type { Day } from "../../shared/base/time.ts";
import type { Column, ColumnTable } from "../../shared/domain/column.ts";
import type { Permit } from "../../shared/domain/own-model.ts";
import type { Params } from "../../shared/domain/params.ts";
import type { StepDeclaration } from "../../shared/domain/step.ts";
import type { Session } from "./duckdb.ts";

export interface StepBrand {
  readonly currency: string;
  readonly timeZone: string;
  readonly returnWindowDays: number | null;
}

/** Where a step's results go; each declared output is written exactly once (partitioned ones once per bucket, spanned ones once per span that has rows). */
interface StepOutput {
  /** Writes the rows of a query as Parquet and gives the file; it has to end in ORDER BY a unique key, so that equal rows give equal
   *  bytes. */
  query(name: string, sql: string, bucket?: number, span?: number): Promise<string>;
  table(name: string, table: ColumnTable, columns: readonly Column[]): Promise<void>;
  json(name: string, value: Json): Promise<void>;
}

/** Customers from one id on (all before it where there is none) up to, but not with, another. */
export interface IdRange {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Everything that a step's body may see. It has no clock, no network and no path but its inputs and scratch. */
export interface StepContext {
  readonly session: Session;
  /** Whether an input was planned: those of a base are only where there is one. */
  has(input: string): boolean;
  /** How many rows an input has. */
  rows(input: string): number;
  /** Checked Parquet files of an input, or of a span of it; empty where it has no rows. */
  files(input: string, span?: number): readonly string[];
  /** `read_parquet([...], ...)` of an input, or of a span of it; an empty relation with its columns where there is no file. */
  relation(input: string, span?: number): string;
  /** The JSON values of an input, one per artifact (one, unless a brand's task reads a bucket's step). */
  json(input: string): Json;
  /** An input as columns in memory, or its rows of some customers. */
  table(input: string, ids?: IdRange): Promise<ColumnTable>;
  readonly params: Params;
  /** The day that the task looks back from (the fit's day for fits, the cut for splits); throws where the step has no date. */
  readonly asOf: Day;
  readonly horizonDays: number;
  readonly purchaseHorizonDays: number;
  readonly bucket: number;
  readonly bucketCount: number;
  /** The part of the customers that its inputs are of; less than 1 where they are a sample. */
  readonly share: number;
  /** Last days of all spans but the last, in order. */
  readonly spanEnds: readonly Day[];
  /** The span that the task covers; 0 where its step has no task for each. */
  readonly span: number;
  readonly brand: StepBrand;
  readonly random: Random;
  readonly seed: number;
  readonly scratch: string;
  readonly signal: AbortSignal;
  readonly output: StepOutput;
  /** What is particular to this task and part of its key (batches of the lake, files of a delivery). */
  readonly subject: Json;
  /** The checked path of a delivery's raw file. */
  landedFile(file: { readonly landed: string; readonly sha256: string }): string;
  /** Leave to run the program that the subject names; null: this machine's user gave none. */
  readonly permit: Permit | null;
  readonly threads: number;
  readonly memoryBytes: number;
  progress(rows: number): void;
  /** A line of the task's log; what could tell a person is taken out of it. */
  log(text: string): void;
}

export interface Step extends StepDeclaration {
  /** It reads files that come from outside: its body runs in a process of its own that can touch little else. */
  readonly isForeign?: true;
  readonly run: (context: StepContext) => Promise<void>;
}

export function defineStep<const S extends Step>(step: S): S {
  return step;
}
