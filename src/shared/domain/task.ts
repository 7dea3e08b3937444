import type { Json } from "../base/canonical-json.ts";
import type { Day } from "../base/time.ts";
import type { Params } from "./params.ts";
import type { Stage } from "./step.ts";

export interface TaskInput {
  readonly key: string;
  readonly output: string;
}

/** One artifact to be made: everything that its worker needs, and nothing that isn't in its key. */
export interface TaskNode {
  readonly key: string;
  readonly step: string;
  readonly stage: Stage;
  readonly title: string;
  /** "brand", "bucket 3", "batch 1f0c…": what it covers. */
  readonly scope: string;
  /** Equal for the same place in two graphs, so that two runs can be compared: step, scope and role of its date. */
  readonly slot: string;
  readonly subject: Json;
  readonly asOf: Day | null;
  readonly bucket: number;
  readonly bucketCount: number;
  /** Last days of all spans but the last, where it writes spanned outputs. */
  readonly spanEnds?: readonly Day[];
  /** The span that it covers, where its step has a task for each, and its days: after one, up to the other; null: without an end. */
  readonly span?: { readonly at: number; readonly after: Day | null; readonly until: Day | null };
  readonly horizonDays: number;
  readonly purchaseHorizonDays: number;
  readonly params: Params;
  readonly brand: { readonly currency: string; readonly timeZone: string; readonly returnWindowDays: number | null };
  readonly seed: number;
  readonly inputs: Readonly<Record<string, readonly TaskInput[]>>;
  /** The part of the customers that its inputs are of, where they are a sample. */
  readonly share?: number;
  /** What the key was made from, part by part, for the explanation. */
  readonly parts: Readonly<Record<string, string>>;
}

export interface TaskGraph {
  /** Every node stands after those that it reads. */
  readonly nodes: readonly TaskNode[];
}

/** What a task took beside its time. */
export interface TaskUsage {
  /** Of processors: its thread's own, and a fair share of what its statements took. */
  readonly cpu_seconds: number;
  /** The most that its worker held: heap, buffers and DuckDB's memory. */
  readonly peak_bytes: number;
  /** Size of the files that it opened. */
  readonly read_bytes: number;
}

/** One line of a task's log: no personal data, at most `longestLine` characters. */
export interface LogLine {
  /** Milliseconds since the task began. */
  readonly at_ms: number;
  readonly text: string;
}

/** `begun`: a worker took it up; `made`: its results may be read here, and are being committed. */
export type TaskProgress =
  | { readonly rows: number }
  | { readonly line: LogLine }
  | { readonly phase: "begun" | "made" };

/** What is known of a finished artifact without opening its files. */
export interface ArtifactSummary {
  readonly key: string;
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Not there where an earlier program made it. */
  readonly usage?: TaskUsage | undefined;
}
