import type { CachedArtifact } from "../../shared/api/contract/cache.ts";
import type { DescribedArtifact } from "../../shared/api/engine.ts";
import type { KeptTask } from "../schedule/explain.ts";
import { type ApiContext, requireWorkspace } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";

/** Stages that a model's stand-alone cost leaves out: what every retailer has anyway. */
const given: ReadonlySet<string> = new Set(["landing", "lake", "identity"]);

export interface Graph {
  readonly inputs: ReadonlyMap<string, readonly string[]>;
  readonly readers: ReadonlyMap<string, readonly string[]>;
}

export function graphOf(tasks: readonly KeptTask[]): Graph {
  const known = new Set(tasks.map(({ key }) => key));
  const inputs = new Map<string, string[]>();
  const readers = new Map<string, string[]>();
  for (const { key, inputs: read = {} } of tasks) {
    const own = [...new Set(Object.values(read).flat())].filter((one) => known.has(one));
    inputs.set(key, own);
    for (const one of own) readers.set(one, [...(readers.get(one) ?? []), key]);
  }
  return { inputs, readers };
}

/** All that some tasks rest on, themselves included. */
export function closureOf(graph: Graph, keys: readonly string[]): Set<string> {
  const found = new Set<string>();
  const queue = [...keys];
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    if (found.has(key)) continue;
    found.add(key);
    queue.push(...(graph.inputs.get(key) ?? []));
  }
  return found;
}

/** What the models cost each by itself, and together: seconds of the intermediates between identity and their scores. */
export function sharingOf(tasks: readonly KeptTask[], seconds: ReadonlyMap<string, number>, models: readonly string[]) {
  const graph = graphOf(tasks);
  const byKey = new Map(tasks.map((task) => [task.key, task]));
  const costOf = (keys: Iterable<string>) =>
    [...keys].reduce((sum, key) => (given.has(byKey.get(key)?.stage ?? "") ? sum : sum + (seconds.get(key) ?? 0)), 0);
  const closures = models.map((model) => {
    const own = tasks.filter(({ step, slot }) => step === `scores_${model}` && slot.endsWith("as_of"));
    return closureOf(
      graph,
      own.map(({ key }) => key),
    );
  });
  return {
    alone: closures.reduce((sum, keys) => sum + costOf(keys), 0),
    shared: costOf(new Set(closures.flatMap((keys) => [...keys]))),
  };
}

/** Names of the models whose fits, scores or evaluations read each task, near or far. */
export function modelsBehind(tasks: readonly KeptTask[], models: readonly string[]): Map<string, Set<string>> {
  const graph = graphOf(tasks);
  const known = new Set(models);
  const found = new Map<string, Set<string>>(tasks.map(({ key }) => [key, new Set()]));
  for (const { key, step } of tasks) {
    const name = step.replace(/^(fit|scores|evaluate)_/, "");
    if (name === step || !known.has(name)) continue;
    for (const one of closureOf(graph, [key])) found.get(one)?.add(name);
  }
  return found;
}

async function inspect(ctx: ApiContext, brand: string, runId: string) {
  const { run, tasks, explained } = await ctx.runs.inspect(brand, runId);
  const brandDir = requireWorkspace(ctx).brands.directory(brand);
  const { artifacts } = await ctx.engine.call("artifacts.describe", { brandDir, keys: tasks.map(({ key }) => key) });
  const described = new Map<string, DescribedArtifact>(artifacts.map((one) => [one.key, one]));
  const names = ctx.runs.catalogue.models.map(({ name }) => name);
  const graph = graphOf(tasks);
  const models = modelsBehind(tasks, names);
  const why = new Map(explained.map((one) => [one.key, one]));
  const listed = tasks.map((task): CachedArtifact => {
    const made = described.get(task.key);
    const { key, step, stage, scope, state, rows, parts } = task;
    return {
      ...{ key, step, stage, scope, state },
      title: ctx.runs.catalogue.steps.get(step)?.title ?? step,
      as_of: parts.date ?? null,
      rows: made?.rows ?? rows,
      bytes: made?.bytes ?? task.bytes,
      seconds: made?.seconds ?? task.seconds,
      made_at: made?.made_at ?? null,
      host: made?.host ?? null,
      inputs: [...(graph.inputs.get(key) ?? [])],
      readers: [...(graph.readers.get(key) ?? [])],
      models: [...(models.get(key) ?? [])],
      cause: why.get(key)?.cause ?? "first",
      sentence: why.get(key)?.sentence ?? "",
    };
  });
  const seconds = new Map(listed.map((one) => [one.key, one.seconds]));
  const { alone, shared } = sharingOf(tasks, seconds, names);
  const reused = listed.filter(({ state }) => state === "reused");
  return {
    run_id: run.run_id,
    artifacts: listed,
    reused: reused.length,
    computed: listed.filter(({ state }) => state === "computed").length,
    bytes: listed.reduce((sum, { bytes }) => sum + bytes, 0),
    seconds_saved: reused.reduce((sum, one) => sum + one.seconds, 0),
    seconds_alone: alone,
    seconds_shared: shared,
  };
}

export const cacheHandlers: HandlersOf<Named<"cache">> = {
  "cache.inspect": ({ brand, run_id }, { ctx }) => inspect(ctx, brand, run_id),
};
