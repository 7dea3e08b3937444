import type { Redis } from "ioredis";
import { keyOf } from "./link.ts";

/** What an agent tells of itself every few seconds; no personal data. */
export interface AgentRecord {
  readonly agent: string;
  readonly host: string;
  readonly pid: number;
  readonly cores: number;
  readonly memory_bytes: number;
  readonly rss_bytes: number;
  readonly labels: readonly string[];
  readonly version: string;
  readonly code: string;
  readonly started_at: string;
  readonly state: "working" | "idle" | "draining" | "full";
  readonly tasks: readonly {
    readonly key: string;
    readonly step: string;
    readonly scope: string;
    readonly brand: string;
    readonly run: string;
    readonly seconds: number;
  }[];
  readonly done: number;
  /** Of those done: what it found made, of this task or of an equal one. */
  readonly adopted: number;
  readonly failed: number;
  /** Where it runs on a machine that can be ended by itself. */
  readonly instance: string | null;
}
export interface SeenAgent extends AgentRecord {
  /** Since its last sign of life. */
  readonly seconds_ago: number;
}

/** Seconds of an instance on a day (UTC). */
export interface PaidTime {
  readonly day: string;
  readonly seconds: number;
}

export const beatMilliseconds = 3_000;
const paidDays = 3;
const keptSeconds = 30;

/** Keeps a record for half a minute, so that what isn't renewed goes by itself; what its instance is paid for since the beat before is
 *  added to the day's. */
export async function announce(redis: Redis, space: string, record: AgentRecord, paid?: PaidTime): Promise<void> {
  const text = JSON.stringify(record);
  const work = redis
    .multi()
    .set(keyOf(space, "agent", record.agent), text, "EX", keptSeconds)
    .sadd(keyOf(space, "agents"), record.agent);
  if (paid && paid.seconds > 0) {
    const key = keyOf(space, "paid", paid.day);
    work.incrbyfloat(key, paid.seconds).expire(key, paidDays * 86_400);
  }
  await work.exec();
}

/** Instance seconds of all agents on a day, those that have ended included. */
export async function readPaid(redis: Redis, space: string, day: string): Promise<number> {
  return Number((await redis.get(keyOf(space, "paid", day))) ?? 0);
}

export async function withdraw(redis: Redis, space: string, agent: string): Promise<void> {
  await redis
    .multi()
    .del(keyOf(space, "agent", agent))
    .srem(keyOf(space, "agents"), agent)
    .exec();
}

/** The agents of a workspace that gave a sign of life lately, by name. */
export async function readAgents(redis: Redis, space: string): Promise<SeenAgent[]> {
  const names = (await redis.smembers(keyOf(space, "agents"))).sort();
  if (names.length === 0) return [];
  const answers =
    (await names
      .reduce((batch, name) => {
        const key = keyOf(space, "agent", name);
        return batch.get(key).pttl(key);
      }, redis.pipeline())
      .exec()) ?? [];
  const seen: SeenAgent[] = [];
  const gone: string[] = [];
  names.forEach((name, at) => {
    const text = answers[2 * at]?.[1];
    const left = Number(answers[2 * at + 1]?.[1] ?? 0);
    const record = typeof text === "string" ? parse(text) : undefined;
    if (!record) gone.push(name);
    else seen.push({ ...record, seconds_ago: Math.max(0, Math.round((keptSeconds * 1000 - left) / 100) / 10) });
  });
  if (gone.length > 0) await redis.srem(keyOf(space, "agents"), ...gone);
  return seen;
}

function parse(text: string): AgentRecord | undefined {
  try {
    const record = JSON.parse(text) as AgentRecord;
    const isRecord = Array.isArray(record.tasks) && typeof record.agent === "string";
    return isRecord ? { ...record, adopted: record.adopted ?? 0 } : undefined;
  } catch {
    return undefined;
  }
}
