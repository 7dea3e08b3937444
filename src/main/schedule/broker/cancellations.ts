import type { Redis } from "ioredis";
import { keyOf } from "./link.ts";

const keptSeconds = 3_600;

/** Tells everybody that a run is over, and leaves word for those who don't hear it. */
export async function cancelRun(redis: Redis, space: string, run: string): Promise<void> {
  const [kept, told] = [keyOf(space, "cancelled", run), keyOf(space, "cancel")];
  await redis.multi().set(kept, "1", "EX", keptSeconds).publish(told, run).exec();
}

export async function isRunCancelled(redis: Redis, space: string, run: string): Promise<boolean> {
  return (await redis.exists(keyOf(space, "cancelled", run))) === 1;
}

/** Hears of cancelled runs; `subscriber` serves nothing else. */
export async function onCancelledRun(subscriber: Redis, space: string, hear: (run: string) => void): Promise<void> {
  subscriber.on("message", (_channel: string, run: string) => hear(run));
  await subscriber.subscribe(keyOf(space, "cancel"));
}
