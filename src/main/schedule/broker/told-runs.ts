import type { Redis } from "ioredis";
import { keyOf } from "./link.ts";

export const tellMilliseconds = 2_000;
const keptSeconds = 30;

/** Leaves word of how a run stands, sealed, for half a minute: what isn't renewed goes by itself. */
export async function tellRun(redis: Redis, space: string, run: string, sealed: string): Promise<void> {
  await redis.set(keyOf(space, "run", run), sealed, "EX", keptSeconds);
}

/** The last word of a run's scheduler; null where none is fresh. */
export function toldRun(redis: Redis, space: string, run: string): Promise<string | null> {
  return redis.get(keyOf(space, "run", run));
}
