import type { Channel } from "./channel.ts";
import { type Client, createClient } from "./client.ts";
import { toJsonText } from "./json-text.ts";
import type { Contract } from "./operation.ts";
import { type Handlers, serve } from "./serve.ts";

/** Two ends in one process; messages pass through JSON, as they would over a wire. */
export function channelPair(): [Channel, Channel] {
  const ends = [createEnd(), createEnd()] as const;
  const [a, b] = ends;
  a.other = b;
  b.other = a;
  return [a.channel, b.channel];
}

function createEnd() {
  const listeners = new Set<(message: unknown) => void>();
  const closers = new Set<() => void>();
  const end = {
    other: undefined as { deliver(text: string): void; ended(): void } | undefined,
    deliver: (text: string) =>
      queueMicrotask(() => {
        for (const listener of [...listeners]) listener(JSON.parse(text));
      }),
    ended: () => {
      for (const closer of [...closers]) closer();
      closers.clear();
    },
    channel: {
      send: (message) => end.other?.deliver(toJsonText(message)),
      onMessage: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      onClose: (listener) => {
        closers.add(listener);
        return () => closers.delete(listener);
      },
      close: () => {
        end.ended();
        end.other?.ended();
      },
    } satisfies Channel,
  };
  return end;
}

export function createInProcess<C extends Contract, Context>(
  contract: C,
  handlers: Handlers<C, Context>,
  ctx: Context,
): Client<C> {
  const [here, there] = channelPair();
  serve(contract, handlers, there, ctx);
  return createClient<C>(here);
}
