import { rmSync } from "node:fs";
import { relative } from "node:path";
import type { EngineContract } from "../../shared/api/engine.ts";
import type { Asking, Handlers } from "../../shared/api/serve.ts";
import { AssayError, throwIfCancelled, toWire } from "../../shared/base/errors.ts";
import type { ArtifactSummary, LogLine, TaskNode, TaskProgress } from "../../shared/domain/task.ts";
import { stepOf } from "../catalogue.ts";
import { type Artifact, type ArtifactRequest, quarantine, type StagedArtifact } from "../engine/artifact-store.ts";
import { bytesText } from "../engine/bytes-text.ts";
import { keepClaim } from "../engine/claims.ts";
import type { Prepared } from "../engine/commit.ts";
import { type InUse, RunResults } from "../engine/run-results.ts";
import { withoutPeople } from "../engine/task-recorder.ts";
import { type MadeOutputs, type MadeTask, summaryOf } from "../run-task.ts";
import type { ServiceContext, TaskPlacement } from "./context.ts";
import { makeForeign } from "./foreign.ts";

type Names = "tasks.run" | "tasks.forget";
type Outcome = ArtifactSummary & { readonly computed: boolean };
type Input = Parameters<Handlers<EngineContract, ServiceContext>["tasks.run"]>[0];

const attempts = new Map<string, RunResults>();

/** One task, from its claim to its commit. Whoever computes is free again before its results stand on the share. */
export const runHandlers: Pick<Handlers<EngineContract, ServiceContext>, Names> = {
  "tasks.run": async (input, asking) => {
    const { brandDir, node, attempt, inline } = input;
    const { share } = inline ? asking.ctx.here : asking.ctx.places;
    const results = resultsOf(input);
    const inputs = results.use(inputsOf(node));
    const adopts = stepOf(node)?.isForeign !== true;
    try {
      const prepared = await share.prepare({ brandDir, node, attempt, known: inputs.known, adopts });
      const { claim, present, contentKey } = prepared;
      if (!claim) return { outcome: present ? { ...summaryOf(present), computed: false } : null };
      const stop = keepClaim(claim);
      let outcome: Outcome | undefined;
      try {
        results.learn(prepared.read);
        outcome = present
          ? { ...summaryOf(present), computed: false }
          : await new Work(input, asking, results, inputs).make(prepared);
        return { outcome };
      } finally {
        stop();
        const answered = outcome?.computed === true ? contentKey : undefined;
        const finished = share.finish({ brandDir, key: node.key, claim, contentKey: answered }).catch(() => {}); // hints
        if (!outcome || !results.finishBehind(finished)) await finished;
      }
    } catch (error) {
      if (error instanceof AssayError && error.code === "corrupt" && typeof error.details["key"] === "string") {
        results.forget(error.details["key"]);
        quarantine(brandDir, error.details["key"]);
      }
      throw error;
    } finally {
      inputs.release();
    }
  },
  "tasks.forget": async ({ attempt }) => {
    const results = attempts.get(attempt);
    attempts.delete(attempt);
    await results?.close();
    return {};
  },
};

/** What an attempt keeps; nothing is kept for one that doesn't say when it ends. */
function resultsOf({ attempt, workers, keeps, inline }: Input): RunResults {
  if (!keeps || inline) return new RunResults({ workers, isClosed: true });
  const known = attempts.get(attempt) ?? new RunResults({ workers, ...(keeps === "all" ? {} : { mostBytes: 0 }) });
  attempts.set(attempt, known);
  return known;
}

function inputsOf({ inputs }: TaskNode): string[] {
  return Object.values(inputs).flatMap((list) => list.map(({ key }) => key));
}

class Work {
  readonly #input: Input;
  readonly #asking: Asking<ServiceContext, TaskProgress>;
  readonly #results: RunResults;
  readonly #inputs: InUse;
  readonly #began = performance.now();

  constructor(input: Input, asking: Asking<ServiceContext, TaskProgress>, results: RunResults, inputs: InUse) {
    this.#input = input;
    this.#asking = asking;
    this.#results = results;
    this.#inputs = inputs;
  }

  async make({ twin, read }: Prepared): Promise<Outcome> {
    const { node, memoryBytes, inline, workers } = this.#input;
    const { signal } = this.#asking;
    this.#say(`begins with ${bytesText(memoryBytes)} of memory${inline ? "" : `, one of ${workers} at a time`}`);
    try {
      if (twin) return await this.#adopt(twin);
      const known = { ...read, ...this.#inputs.known };
      const options = { ...this.#options(), known };
      if (stepOf(node)?.isForeign === true) return await this.#computeForeign(options);
      return await this.#keep(await this.#compute(options));
    } catch (error) {
      this.#say(signal.aborted ? "cancelled" : `failed: ${withoutPeople(toWire(error).message)}`);
      throw error;
    }
  }

  /** Others may read it under the other task's name while it is committed under this one's. */
  async #adopt(twin: ArtifactRequest): Promise<Outcome> {
    const { brandDir, node } = this.#input;
    const committed = this.#commit(twin);
    const files = twin.outputs.map(({ name, localPath, rows, twin: { sha256 = "", bytes = 0 } = {} }) => {
      return { output: name, path: relative(brandDir, localPath), rows, sha256, bytes };
    });
    if (this.#results.adopt(node.key, files, committed)) this.#asking.progress({ phase: "made" });
    const standing = await committed;
    this.#say("adopted: another task made the same of the same bytes");
    return { ...summaryOf(standing), computed: false };
  }

  /** Waits for a worker; gives how to leave it. */
  async #begin(): Promise<() => void> {
    const { signal, progress } = this.#asking;
    const leave = this.#input.inline ? () => {} : await this.#results.slots.enter();
    if (!signal.aborted) progress({ phase: "begun" });
    return leave;
  }

  /** In a process of its own, which stands for a worker until its results are committed. */
  async #computeForeign(options: TaskPlacement): Promise<Outcome> {
    const publish = (made: MadeOutputs) => this.#finish(made, this.#committed(made));
    const leave = await this.#begin();
    try {
      throwIfCancelled(this.#asking.signal);
      return await makeForeign(this.#asking.ctx, this.#input.node, { options, publish });
    } finally {
      leave();
    }
  }

  async #compute(options: TaskPlacement): Promise<MadeTask> {
    const { node, inline, workers } = this.#input;
    const { ctx, signal } = this.#asking;
    const leave = await this.#begin();
    try {
      throwIfCancelled(signal);
      return await (inline ? ctx.here : ctx.places).compute(node, options, workers);
    } finally {
      leave();
    }
  }

  /** Others may read what was made while it is committed. */
  async #keep(made: MadeTask): Promise<Outcome> {
    const { key } = this.#input.node;
    const { scratch, outputs } = made;
    const committed = this.#committed(made);
    const files = outputs.map(({ name, localPath, rows, digest }) => {
      return {
        output: name,
        path: localPath,
        localPath,
        rows,
        sha256: digest?.sha256 ?? "",
        bytes: digest?.bytes ?? 0,
      };
    });
    const isKept = this.#results.add(key, { folder: scratch, files }, committed);
    if (isKept) this.#asking.progress({ phase: "made" });
    try {
      return await this.#finish(made, committed);
    } finally {
      if (!isKept) rmSync(scratch, { recursive: true, force: true });
    }
  }

  async #finish({ seconds, usage }: MadeOutputs, committed: Promise<Artifact>): Promise<Outcome> {
    const began = performance.now();
    const standing = await committed;
    const { cpu_seconds, peak_bytes } = usage;
    const took = `${seconds.toFixed(2)} s, ${cpu_seconds.toFixed(2)} s of a processor, ${bytesText(peak_bytes)} at most`;
    this.#say(`committed in ${(performance.now() - began).toFixed(0)} ms; the task took ${took}`);
    return { ...summaryOf(standing), computed: true };
  }

  #committed({ outputs, seconds, usage }: MadeOutputs): Promise<Artifact> {
    const { node, attempt } = this.#input;
    const { key, step, params, inputs, parts } = node;
    const version = stepOf(node)?.version ?? 0;
    return this.#commit({ key, step, version, params, inputs, parts, outputs, seconds, usage, attempt });
  }

  /** First the files, then, once all that was read stands, the record. */
  async #commit(request: ArtifactRequest): Promise<Artifact> {
    const { brandDir, inline } = this.#input;
    const { share } = inline ? this.#asking.ctx.here : this.#asking.ctx.places;
    throwIfCancelled(this.#asking.signal);
    const staged: StagedArtifact = await share.stage({ brandDir, request });
    await this.#inputs.settled();
    return share.seal(staged);
  }

  #options(): TaskPlacement {
    const { brandDir, memoryBytes, permit } = this.#input;
    const { ctx, signal, progress } = this.#asking;
    return {
      ...{ brandDir, memoryBytes, permit, signal, threads: 1, scratchRoot: ctx.scratchRoot },
      onRows: (rows) => progress({ rows }),
      onLine: ({ text }) => this.#say(text),
    };
  }

  #say(text: string): void {
    const line: LogLine = { at_ms: Math.round(performance.now() - this.#began), text };
    this.#asking.progress({ line });
  }
}
