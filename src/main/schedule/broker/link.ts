import { Redis } from "ioredis";
import { AssayError } from "../../../shared/base/errors.ts";
import { type BrokerConnection, describeBroker } from "../cluster/connection.ts";

/** Every key of the program on a broker begins with it; the braces keep them on one node of a sharded one. */
export const keyPrefix = "{assay}";

export interface BrokerNames {
  /** Of the workspace. */
  readonly space: string;
  readonly code: string;
  /** Of the agents that may take its jobs; left out: all. */
  readonly label?: string | undefined;
}

export function queueName({ space, code, label }: BrokerNames): string {
  const name = `tasks-${space}-${code.replaceAll(/[^A-Za-z0-9.-]/g, "-")}`;
  return label === undefined ? name : `${name}-for-${label.replaceAll(/[^A-Za-z0-9.-]/g, "-")}`;
}

export function keyOf(space: string, ...rest: readonly string[]): string {
  return [keyPrefix, space, ...rest].join(":");
}

/** A broker that takes a question and doesn't answer for so long is taken for gone: a cut line says nothing by itself for minutes. */
const answerMilliseconds = 6_000;
/** The same where a question may wait for news, which BullMQ lets it for up to ten seconds. */
const blockedMilliseconds = 15_000;

/** A connection that comes back by itself. With `fails`, commands fail at once while the broker is away. */
export function connect(connection: BrokerConnection, options: { readonly fails: boolean }): Redis {
  const { host, port, db, username, password, tls } = connection;
  const redis = new Redis({
    host,
    port,
    db,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls }),
    connectTimeout: 5_000,
    socketTimeout: options.fails ? answerMilliseconds : blockedMilliseconds,
    keepAlive: 10_000,
    maxRetriesPerRequest: null,
    enableOfflineQueue: !options.fails,
    autoResubscribe: true,
    retryStrategy: (times) => Math.min(100 * times, 2_000),
  });
  redis.on("error", () => {}); // told by the state of the connection
  return redis;
}

/** Waits for the first answer. Throws `unavailable` with where and why, never with a secret. */
export async function waitForAnswer(redis: Redis, connection: BrokerConnection, milliseconds: number): Promise<void> {
  if (redis.status === "ready") return;
  let last = "no answer";
  const remember = (error: Error & { code?: string }) => {
    last = /WRONGPASS|NOAUTH|NOPERM/.exec(error.message)?.[0] ?? error.code ?? error.message.slice(0, 80);
  };
  redis.on("error", remember);
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(absent(connection, last)), milliseconds);
      redis.once("ready", () => {
        clearTimeout(timer);
        resolve();
      });
      redis.once("end", () => {
        clearTimeout(timer);
        reject(absent(connection, last));
      });
    });
  } finally {
    redis.off("error", remember);
  }
}

function absent(connection: BrokerConnection, why: string): AssayError {
  const isRefused = /WRONGPASS|NOAUTH|NOPERM/.test(why);
  return new AssayError(
    isRefused ? "not_permitted" : "unavailable",
    isRefused
      ? `The broker at ${describeBroker(connection)} refuses this user or password (${why}).`
      : `No broker answers at ${describeBroker(connection)} (${why}).`,
    isRefused
      ? "Give them in the address, in ASSAY_REDIS_USERNAME and ASSAY_REDIS_PASSWORD, or on the Cluster screen."
      : "Start Redis or Valkey there, or run on this machine alone with --runner pool.",
  );
}

export interface BrokerFacts {
  readonly version: string;
  readonly policy: string | null;
  readonly used_bytes: number;
  readonly max_bytes: number;
}

/** What the broker says of itself. Throws `unsupported` where it would throw jobs away to make room. */
export async function checkBroker(redis: Redis, connection: BrokerConnection): Promise<BrokerFacts> {
  const text = await redis.info().catch(() => "");
  const value = (name: string) => new RegExp(`^${name}:(.*)$`, "m").exec(text)?.[1]?.trim();
  const policy = value("maxmemory_policy") ?? null;
  const facts = {
    version: value("valkey_version") ?? value("redis_version") ?? "unknown",
    policy,
    used_bytes: Number(value("used_memory") ?? 0),
    max_bytes: Number(value("maxmemory") ?? 0),
  };
  if (policy !== null && policy !== "noeviction" && facts.max_bytes > 0) {
    throw new AssayError(
      "unsupported",
      `The broker at ${describeBroker(connection)} drops keys when it is full (maxmemory-policy ${policy}).`,
      "Set maxmemory-policy noeviction there; on ElastiCache in its parameter group.",
    );
  }
  return facts;
}
