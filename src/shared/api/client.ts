import { AssayError, cancelled, fromWire, type WireError } from "../base/errors.ts";
import type { Channel } from "./channel.ts";
import type { Contract, InputOf, OutputOf, ProgressOf } from "./operation.ts";

export type CallNames<C extends Contract> = { [N in keyof C]: C[N]["kind"] extends "call" ? N : never }[keyof C] &
  string;
export type StreamNames<C extends Contract> = { [N in keyof C]: C[N]["kind"] extends "stream" ? N : never }[keyof C] &
  string;

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}
export interface StreamOptions<P> extends CallOptions {
  readonly onProgress?: ((progress: P) => void) | undefined;
}

/** How long a cancelled call waits for the other end to say that it has stopped. */
const graceMs = 800;

/** Asks the other end. Cancelling tells it to stop and rejects once it has, or without it after a moment. */
export interface Client<C extends Contract> {
  call<N extends CallNames<C>>(name: N, input: InputOf<C[N]>, options?: CallOptions): Promise<OutputOf<C[N]>>;
  stream<N extends StreamNames<C>>(
    name: N,
    input: InputOf<C[N]>,
    options?: StreamOptions<ProgressOf<C[N]>>,
  ): Promise<OutputOf<C[N]>>;
  close(): void;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  progress(value: unknown): void;
}
interface Reply {
  readonly id: number;
  readonly progress?: unknown;
  readonly ok?: unknown;
  readonly error?: WireError;
}

function isReply(message: unknown): message is Reply {
  return typeof message === "object" && message !== null && "id" in message && typeof message.id === "number";
}

export function createClient<C extends Contract>(channel: Channel): Client<C> {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let closed = false;
  channel.onMessage((message) => {
    if (!isReply(message)) return;
    const asked = waiting.get(message.id);
    if (!asked) return;
    if ("progress" in message) return asked.progress(message.progress);
    if (message.error) asked.reject(fromWire(message.error));
    else asked.resolve(message.ok);
  });
  channel.onClose((why) => {
    closed = true;
    for (const asked of [...waiting.values()]) asked.reject(why ?? lost());
  });

  function ask(op: string, input: unknown, options: StreamOptions<unknown> = {}): Promise<unknown> {
    const { signal, onProgress } = options;
    if (signal?.aborted) return Promise.reject(cancelled());
    if (closed) return Promise.reject(lost());
    const id = ++lastId;
    return new Promise((resolve, reject) => {
      let late: ReturnType<typeof setTimeout> | undefined;
      const settle = () => {
        waiting.delete(id);
        clearTimeout(late);
        signal?.removeEventListener("abort", stop);
      };
      const fail = (error: unknown) => {
        settle();
        reject(error);
      };
      const stop = () => {
        late = setTimeout(() => fail(cancelled()), graceMs);
        send({ id, cancel: true }, fail);
      };
      waiting.set(id, {
        resolve: (value) => {
          settle();
          resolve(value);
        },
        reject: fail,
        progress: (value) => onProgress?.(value),
      });
      signal?.addEventListener("abort", stop, { once: true });
      send({ id, op, input }, fail);
    });
  }
  function send(message: object, fail: (error: unknown) => void): void {
    try {
      channel.send(message);
    } catch (error) {
      fail(error);
    }
  }
  return { call: ask, stream: ask, close: () => channel.close() } as Client<C>;
}

function lost(): AssayError {
  return new AssayError("unavailable", "The connection to the program is lost.", "Reload, or start the program again.");
}
