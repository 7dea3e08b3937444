import type { Json } from "../base/canonical-json.ts";
import type { Column } from "./column.ts";
import type { ParamSpecs } from "./params.ts";
import type { CutName } from "./tournament.ts";

export const stages = [
  "landing",
  "lake",
  "identity",
  "customers",
  "features",
  "fits",
  "scores",
  "profiles",
  "evaluations",
] as const;
export type Stage = (typeof stages)[number];

/** What one task of the step covers. */
export type Scope = "batch" | "brand" | "bucket";

/** Which date its key carries: none, the day it looks back from, the day its fit looks back from, or the cut of a time split. */
export type Timing = "none" | "as_of" | "fit_as_of" | "cut";

export interface OutputDeclaration {
  readonly name: string;
  readonly kind: "parquet" | "json";
  readonly columns?: readonly Column[];
  /** One file per bucket, written by a task that covers the brand: a bucket's consumer reads only its own. */
  readonly isPartitioned?: true;
  /** One file per span of days (and bucket): a task of a day reads none of what came after it, and needn't run again for it. */
  readonly isSpanned?: true;
}

/** An output of another step. Under a bucket's task, bucket inputs are that bucket's; under a brand's task, every bucket's. */
export interface InputReference {
  readonly step: string;
  readonly output: string;
  /** Reads the step as it stood this many days before the task's own date. */
  readonly daysBefore?: number;
  /** Reads the step as it is judged at the k-th rolling cut before the task's own date (from 1): with the horizon of evaluations, of
   *  one bucket of the customers; or "horizon": as long before as what is published looks ahead, with its horizons. */
  readonly cut?: CutName;
  /** How many buckets a brand's task reads of it at most, the first ones: a sample of the customers where they are many. */
  readonly sample?: number;
  /** A task of a run's day can be built on what stood at the week's end before it, where fits are of that day too: read at that day
   *  ("at"), or only by tasks that are built so ("with") or aren't ("without"). */
  readonly base?: "at" | "with" | "without";
  /** Which spans it reads of a spanned output. Left out: a task of one span its own, a task of a day those that it may see. "all": every
   *  one, whatever its day. "since": of a task that is built on the week's end those after it. */
  readonly spans?: "all" | "since";
}

/** The part of a step that can be planned with, hashed and shown: everything but its body. */
export interface StepDeclaration {
  readonly name: string;
  /** Rises whenever results may change. */
  readonly version: number;
  readonly title: string;
  readonly stage: Stage;
  readonly scope: Scope;
  readonly timing: Timing;
  readonly inputs: Readonly<Record<string, InputReference>>;
  readonly params: ParamSpecs;
  readonly outputs: readonly OutputDeclaration[];
  /** Settings of the brand that its result depends on; they become part of its key. */
  readonly settings?: readonly ("currency" | "time_zone" | "return_window_days")[];
  /** Whether its key carries the forecast's length. */
  readonly usesHorizon?: true;
  /** Whether its key carries the number of buckets (it writes partitioned outputs). */
  readonly usesBuckets?: true;
  /** Whether its key carries the spans of days (it writes spanned outputs). */
  readonly usesSpans?: true;
  /** One task a span of days (and bucket): what came since touches no other. It writes its own span of spanned outputs. */
  readonly isPerSpan?: true;
  readonly usesSeed?: true;
  /** Whether one bucket of the customers is enough for it, where there are several: it makes a table to learn from. */
  readonly isDrawn?: true;
  /** Where it is built on a base (its input `base`) it holds only what came since: whoever reads it reads both. */
  readonly addsToBase?: true;
  /** What is particular to the step and part of its key: the definition behind a retailer's own model. */
  readonly subject?: Json;
}

/** What a part of an output is called: of a bucket, of a span, of both. */
export function partName(output: string, bucket?: number, span?: number): string {
  return `${output}${bucket === undefined ? "" : `#${bucket}`}${span === undefined ? "" : `@${span}`}`;
}
