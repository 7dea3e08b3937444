import type { CachedArtifact } from "../../../shared/api/contract/cache.ts";
import { integer, seconds, share } from "../../format/format.ts";

/** A step of the graph: its artifacts of all days and buckets together. */
export interface CacheStep {
  readonly step: string;
  readonly title: string;
  readonly stage: string;
  readonly artifacts: number;
  readonly reused: number;
  readonly computed: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly reads: readonly string[];
  readonly readBy: readonly string[];
  readonly models: readonly string[];
  readonly sentence: string;
}

export function stepsOf(artifacts: readonly CachedArtifact[]): CacheStep[] {
  const stepOf = new Map(artifacts.map(({ key, step }) => [key, step]));
  const names = [...new Set(artifacts.map(({ step }) => step))];
  const named = (keys: readonly string[], own: string) =>
    [...new Set(keys.flatMap((key) => stepOf.get(key) ?? []))].filter((one) => one !== own).sort();
  return names.map((step) => {
    const own = artifacts.filter((one) => one.step === step);
    const made = own.find(({ cause }) => cause !== "reused") ?? own[0];
    return {
      step,
      title: made?.title ?? step,
      stage: made?.stage ?? "",
      artifacts: own.length,
      reused: own.filter(({ state }) => state === "reused").length,
      computed: own.filter(({ state }) => state === "computed").length,
      bytes: own.reduce((sum, one) => sum + one.bytes, 0),
      seconds: own.reduce((sum, one) => sum + one.seconds, 0),
      reads: named(
        own.flatMap(({ inputs }) => inputs),
        step,
      ),
      readBy: named(
        own.flatMap(({ readers }) => readers),
        step,
      ),
      models: [...new Set(own.flatMap(({ models }) => models))].sort(),
      sentence: made?.sentence ?? "",
    };
  });
}

/** What sharing came to, in a sentence. */
export function cacheFinding({
  artifacts,
  reused,
  computed,
  seconds_saved: saved,
  seconds_alone: alone,
  seconds_shared: shared,
}: {
  readonly artifacts: readonly unknown[];
  readonly reused: number;
  readonly computed: number;
  readonly seconds_saved: number;
  readonly seconds_alone: number;
  readonly seconds_shared: number;
}): string {
  if (artifacts.length === 0) return "No intermediate is known of this run";
  if (reused + computed < artifacts.length)
    return `${integer(artifacts.length - reused - computed)} of ${integer(artifacts.length)} intermediates were not made`;
  if (reused === artifacts.length)
    return `All ${integer(reused)} intermediates were there: ${seconds(saved)} of core time saved`;
  if (reused > 0)
    return `${integer(reused)} of ${integer(artifacts.length)} intermediates were there: ${seconds(saved)} of core time saved`;
  return alone > 0
    ? `Sharing: all models at ${share(shared / alone, 0)} of what each would cost by itself`
    : "Every intermediate was made";
}
