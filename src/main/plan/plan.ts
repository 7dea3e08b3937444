import { AssayError } from "../../shared/base/errors.ts";
import { addDays, type Day, daysBetween, weekEnd } from "../../shared/base/time.ts";
import { defaultsOf, type Params } from "../../shared/domain/params.ts";
import { type InputReference, partName, type StepDeclaration } from "../../shared/domain/step.ts";
import type { TaskGraph, TaskInput, TaskNode } from "../../shared/domain/task.ts";
import { type CutName, judgedDays } from "../../shared/domain/tournament.ts";
import { rollingCut } from "./cuts.ts";
import { keyOf, showPart } from "./key.ts";

export interface PlannedBatch {
  readonly source: string;
  readonly batchId: string;
  /** What `normalise` reads: files by digest, mapping, layout; all of it is part of the key. */
  readonly subject: Record<string, unknown>;
}

export interface PlanRequest {
  readonly steps: ReadonlyMap<string, StepDeclaration>;
  /** Live batches, by source and within a source in order of arrival. */
  readonly batches: readonly PlannedBatch[];
  readonly brand: TaskNode["brand"];
  readonly asOf: Day | null;
  /** The day that fits look back from; the end of the week before where it isn't said. */
  readonly fitAsOf?: Day | undefined;
  readonly horizonDays: number;
  readonly purchaseHorizonDays: number;
  readonly bucketCount: number;
  /** Tasks of a date see one bucket of the customers instead of all: enough to judge and to train, where there are several. */
  readonly isDrawn?: boolean;
  /** Last days of all spans that rows of days are filed in but the last, in order. */
  readonly spanEnds?: readonly Day[];
  /** Sets a graph of its own apart (evaluations at a cut) when two runs are compared place by place. */
  readonly role?: string;
  readonly seed: number;
  /** Overrides as "step-or-model.parameter" → value. */
  readonly params: Readonly<Record<string, number | boolean | string>>;
  /** What people said of who is who, in order. */
  readonly overrides?: readonly Record<string, unknown>[];
  /** Key of the ids that the next assignment starts from, given the clusters' key; null at birth. */
  readonly previousIds: (clustersKey: string) => string | null;
}

/** What one of a step's tasks covers. */
interface Place {
  readonly bucket: number;
  readonly span: number | undefined;
}

/** Builds the graph of tasks behind some steps, by walking declarations; the same step and date is one node. */
export class Planner {
  readonly #request: PlanRequest;
  readonly #nodes: Map<string, TaskNode>;
  #judging: Planner | undefined;
  #publishing: Planner | undefined;
  #other: Planner | undefined;
  readonly #bySlot = new Map<string, readonly TaskNode[]>();

  constructor(request: PlanRequest, nodes = new Map<string, TaskNode>()) {
    this.#request = request;
    this.#nodes = nodes;
  }

  graph(): TaskGraph {
    return { nodes: [...this.#nodes.values()] };
  }

  /** The tasks of a step at a date (one, or one a bucket), planned with all that they read. */
  require(name: string, at: Day | null = this.#request.asOf): readonly TaskNode[] {
    const step = this.#request.steps.get(name);
    if (!step) throw new AssayError("internal", `No step is called ${name}.`, "Name a step of the catalogue.");
    if (this.#request.isDrawn && step.timing === "none" && step.scope === "brand")
      return this.#whole().require(name, at);
    const date = this.#dateOf(step, at);
    const slot = `${name}@${date ?? ""}`;
    const known = this.#bySlot.get(slot);
    if (known) return known;
    const nodes =
      step.scope === "batch"
        ? this.#request.batches.map((batch) => this.#normalise(step, batch))
        : this.#places(step, this.#buckets(step)).map((place) => this.#node(step, date, place));
    this.#bySlot.set(slot, nodes);
    return nodes;
  }

  #buckets(step: StepDeclaration): readonly number[] {
    return step.scope === "bucket" && !this.#request.isDrawn ? this.#allBuckets() : [0];
  }

  #places(step: StepDeclaration, buckets: readonly number[]): readonly Place[] {
    const spans = step.isPerSpan ? this.#allSpans() : [undefined];
    return buckets.flatMap((bucket) => spans.map((span) => ({ bucket, span })));
  }

  #allSpans(): readonly number[] {
    return Array.from({ length: (this.#request.spanEnds ?? []).length + 1 }, (_, span) => span);
  }

  #allBuckets(): readonly number[] {
    return Array.from({ length: this.#request.bucketCount }, (_, bucket) => bucket);
  }

  #dateOf(step: StepDeclaration, at: Day | null): Day | null {
    if (step.timing === "none") return null;
    if (at === null) throw new AssayError("internal", `${step.name} needs a date.`, "Plan it with an as-of day.");
    if (step.timing === "fit_as_of")
      return at === this.#request.asOf ? (this.#request.fitAsOf ?? weekEnd(at)) : weekEnd(at);
    return at;
  }

  /** The week's end that a task of a day is built on; null where it is made from scratch: fits are of another day then, or of the same. */
  #baseOf(date: Day | null): Day | null {
    const { asOf, fitAsOf } = this.#request;
    if (date === null || date !== asOf) return null;
    const base = weekEnd(date);
    return base === date || (fitAsOf ?? base) !== base ? null : base;
  }

  #inputsOf(
    step: StepDeclaration,
    reference: InputReference,
    date: Day | null,
    { bucket, span: ownSpan }: Place,
  ): TaskInput[] {
    const own = reference.base === "at" ? this.#baseOf(date) : date;
    const before = reference.daysBefore && own ? addDays(own, -reference.daysBefore) : own;
    const source = this.#request.steps.get(reference.step);
    const isDrawn = this.#request.isDrawn === true || step.isDrawn === true || reference.cut !== undefined;
    const nodes =
      reference.cut && date
        ? this.#atCut(reference.step, reference.cut, date)
        : this.#sampleOf(reference, step.isDrawn ? this.#drawn() : this, before ?? this.#request.asOf);
    const declared = source?.outputs.find(({ name }) => name === reference.output);
    if (!declared && source?.scope !== "batch") {
      throw new AssayError("internal", `${reference.step} has no output ${reference.output}.`, "Mend the declaration.");
    }
    const spans = declared?.isSpanned ? this.#spansOf(step, reference, { before, ownSpan }) : [undefined];
    const named = (node: TaskNode, part?: number) => {
      const made = node.span && declared?.isSpanned ? spans.filter((span) => span === node.span?.at) : spans;
      return partKeys(node, source).flatMap((key) =>
        made.map((span) => ({ key, output: partName(reference.output, part, span) })),
      );
    };
    if (step.scope === "bucket" && source?.scope === "bucket") {
      return nodes.filter((node) => node.bucket === bucket).flatMap((node) => named(node));
    }
    if (declared?.isPartitioned) {
      const some = isDrawn ? [0] : this.#allBuckets().slice(0, reference.sample);
      const wanted = step.scope === "bucket" ? [bucket] : some;
      return nodes.flatMap((node) => wanted.flatMap((part) => named(node, part)));
    }
    return nodes.flatMap((node) => named(node));
  }

  /** The tasks of a step, of the first buckets alone where a sample of them is read: no others are planned for it. */
  #sampleOf({ step: name, sample }: InputReference, planner: Planner, at: Day | null): readonly TaskNode[] {
    const source = this.#request.steps.get(name);
    if (sample === undefined || source?.scope !== "bucket") return planner.require(name, at);
    const places = planner.#places(source, planner.#buckets(source).slice(0, sample));
    return places.map((place) => planner.#node(source, planner.#dateOf(source, at), place));
  }

  /** The part of the customers that a step reads, where it reads a sample. */
  #shareOf(step: StepDeclaration): number {
    const { isDrawn, bucketCount } = this.#request;
    const samples = Object.values(step.inputs).flatMap(({ sample }) => sample ?? []);
    return isDrawn || step.isDrawn ? 1 : Math.min(1, Math.min(...samples) / bucketCount);
  }

  /** The spans that a task reads: its own; else those that hold what a task of a day may see: up to the day, of a cut up to the end of
   *  what followed it. */
  #spansOf(
    step: StepDeclaration,
    { spans }: InputReference,
    { before: date, ownSpan }: { readonly before: Day | null; readonly ownSpan: number | undefined },
  ): readonly number[] {
    const { spanEnds = [], horizonDays } = this.#request;
    const all = this.#allSpans();
    if (spans === "all") return all;
    if (ownSpan !== undefined) return [ownSpan];
    if (date === null) return all;
    const base = spans === "since" ? this.#baseOf(date) : null;
    if (base !== null) return all.filter((span) => (spanEnds[span] ?? date) > base);
    const until = step.timing === "cut" ? addDays(date, horizonDays) : date;
    return all.filter((span) => span === 0 || (spanEnds[span - 1] ?? "") < until);
  }

  /** The tasks of a step as it is judged at a cut before a day: at a rolling one over the horizon of evaluations, else over its own. */
  #atCut(step: string, cut: CutName, date: Day): readonly TaskNode[] {
    const { horizonDays, purchaseHorizonDays } = this.#request;
    const isJudged = cut !== "horizon" || (horizonDays === judgedDays && purchaseHorizonDays === judgedDays);
    const planner = isJudged ? this.#judged() : this.#published();
    return planner.require(step, rollingCut(date, cut, horizonDays));
  }

  /** The same graph over its own horizons and of the customers that evaluations see. */
  #published(): Planner {
    const { role = "" } = this.#request;
    const seen = { isDrawn: true, role: `${role} published`.trim() };
    this.#publishing ??= new Planner({ ...this.#request, ...seen }, this.#nodes);
    return this.#publishing;
  }

  /** The same graph as evaluations see it: their horizon and customers, and a place of its own when two runs are compared. */
  #judged(): Planner {
    const { role = "" } = this.#request;
    const horizons = { horizonDays: judgedDays, purchaseHorizonDays: judgedDays };
    const seen = { ...horizons, isDrawn: true, role: `${role} judged`.trim() };
    this.#judging ??= new Planner({ ...this.#request, ...seen }, this.#nodes);
    return this.#judging;
  }

  /** The same graph of one bucket of the customers; the very same where there is but one. */
  #drawn(): Planner {
    const { isDrawn, bucketCount, role = "" } = this.#request;
    if (isDrawn || bucketCount === 1) return this;
    this.#other ??= new Planner({ ...this.#request, isDrawn: true, role: `${role} drawn`.trim() }, this.#nodes);
    return this.#other;
  }

  /** The same graph of all customers: what has no date is made once, of everybody. */
  #whole(): Planner {
    this.#other ??= new Planner({ ...this.#request, isDrawn: false }, this.#nodes);
    return this.#other;
  }

  #paramsOf(step: StepDeclaration): Params {
    const owner = step.name.replace(/^(fit|scores|evaluate|trial)_/, "");
    const chosen = Object.entries(this.#request.params).filter(([name]) => {
      const [target, param] = name.split(".");
      return (target === owner || target === step.name) && param !== undefined && Object.hasOwn(step.params, param);
    });
    return {
      ...defaultsOf(step.params),
      ...Object.fromEntries(chosen.map(([name, value]) => [name.split(".")[1] ?? "", value])),
    };
  }

  #roleOf(date: Day | null): string {
    const { asOf, role = "" } = this.#request;
    if (date === null || asOf === null) return role;
    if (date === asOf) return `${role} as_of`;
    const [weeks, days] = [daysBetween(date, weekEnd(asOf)), daysBetween(date, asOf)];
    return weeks % 7 === 0 ? `${role} fit -${weeks}` : `${role} -${days}`;
  }

  #settingsOf(step: StepDeclaration): Record<string, string | number | null> {
    const { currency, timeZone, returnWindowDays } = this.#request.brand;
    const all = { currency, time_zone: timeZone, return_window_days: returnWindowDays };
    return Object.fromEntries((step.settings ?? []).map((name) => [name, all[name]]));
  }

  #normalise(step: StepDeclaration, batch: PlannedBatch): TaskNode {
    return this.#keep(step, {
      date: null,
      bucket: 0,
      scope: `batch ${batch.source}/${batch.batchId.slice(0, 8)}`,
      inputs: {},
      subject: batch.subject,
    });
  }

  #node(step: StepDeclaration, date: Day | null, place: Place): TaskNode {
    const { bucket, span } = place;
    const inputs: Record<string, TaskInput[]> = {};
    const isBuilt = this.#baseOf(date) !== null;
    for (const [alias, reference] of Object.entries(step.inputs)) {
      if (reference.base !== undefined && (reference.base === "without") === isBuilt) continue;
      inputs[alias] = this.#inputsOf(step, reference, date, place);
    }
    const covered = [step.scope === "bucket" ? `bucket ${bucket}` : "", span === undefined ? "" : `span ${span}`];
    return this.#keep(step, {
      ...{ date, bucket, span },
      scope: covered.filter(Boolean).join(", ") || "brand",
      inputs,
      subject: this.#subjectOf(step, inputs),
    });
  }

  /** What is particular to a few steps: the lake's batches in order, what people said of who is who, and the ids that an assignment starts from. */
  #subjectOf(step: StepDeclaration, inputs: Record<string, TaskInput[]>): Record<string, unknown> | null {
    if (step.subject) return step.subject as Record<string, unknown>;
    if (step.stage === "lake") {
      return { batches: this.#request.batches.map(({ source, batchId }) => ({ source, batch_id: batchId })) };
    }
    const { overrides = [] } = this.#request;
    if (step.name === "clusters" && overrides.length > 0) return { overrides };
    if (step.name === "customer_ids") {
      const clusters = inputs.clusters?.[0]?.key ?? "";
      const previous = this.#request.previousIds(clusters);
      if (previous) inputs.previous = [{ key: previous, output: "records" }];
      return { born: previous === null };
    }
    return null;
  }

  #keep(
    step: StepDeclaration,
    at: {
      date: Day | null;
      bucket: number;
      span?: number | undefined;
      scope: string;
      inputs: Record<string, TaskInput[]>;
      subject: Record<string, unknown> | null;
    },
  ): TaskNode {
    const { bucketCount, spanEnds = [], brand, seed, horizonDays, purchaseHorizonDays } = this.#request;
    const params = this.#paramsOf(step);
    const span =
      at.span === undefined
        ? undefined
        : { at: at.span, after: spanEnds[at.span - 1] ?? null, until: spanEnds[at.span] ?? null };
    const question = {
      step: step.name,
      version: step.version,
      params,
      bucket: step.scope === "bucket" ? [at.bucket, bucketCount] : undefined,
      buckets: step.usesBuckets ? bucketCount : undefined,
      spans: step.usesSpans ? spanEnds : undefined,
      span,
      date: at.date ?? undefined,
      horizon: step.usesHorizon ? [horizonDays, purchaseHorizonDays] : undefined,
      settings: step.settings ? this.#settingsOf(step) : undefined,
      seed: step.usesSeed ? seed : undefined,
      subject: step.subject ? undefined : (at.subject ?? undefined),
      definition: step.subject,
      inputs: Object.fromEntries(
        Object.entries(at.inputs).map(([alias, list]) => [alias, list.map(({ key, output }) => `${key}#${output}`)]),
      ),
    };
    const key = keyOf(question);
    const node: TaskNode = {
      key,
      step: step.name,
      stage: step.stage,
      title: step.title,
      scope: at.scope,
      slot: `${step.name} ${at.scope} ${this.#roleOf(at.date)}`.trim(),
      subject: (at.subject ?? null) as TaskNode["subject"],
      asOf: at.date,
      bucket: at.bucket,
      bucketCount,
      ...(step.usesSpans ? { spanEnds } : {}),
      ...(span ? { span } : {}),
      horizonDays,
      purchaseHorizonDays,
      params,
      brand,
      seed,
      inputs: at.inputs,
      ...(this.#shareOf(step) < 1 ? { share: this.#shareOf(step) } : {}),
      parts: partsOf(question),
    };
    if (!this.#nodes.has(key)) this.#nodes.set(key, node);
    return this.#nodes.get(key) ?? node;
  }
}

/** Keys of what a task's step holds at its day: its base as well, where it only adds to that. */
export function partKeys({ key, inputs }: TaskNode, step: StepDeclaration | undefined): string[] {
  const base = step?.addsToBase ? (inputs.base ?? []) : [];
  return [...base.map((one) => one.key), key];
}

function partsOf(question: Record<string, unknown>): Record<string, string> {
  const { inputs, ...rest } = question;
  const told = Object.entries(rest).filter(
    ([name, value]) => !["step", "params"].includes(name) && value !== undefined,
  );
  const params = Object.entries((question.params ?? {}) as Record<string, unknown>);
  const parts = [...told, ...params.map(([name, value]): [string, unknown] => [`param ${name}`, value])];
  const read = Object.entries(inputs ?? {}).map(([alias, keys]) => [`input ${alias}`, showPart(keys)]);
  return Object.fromEntries([...parts.map(([name, value]) => [name, showPart(value)]), ...read]);
}
