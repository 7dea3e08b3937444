import type { z } from "zod";
import { AssayError, cancelled, toWire } from "../base/errors.ts";
import type { Channel } from "./channel.ts";
import type { Contract, Operation, OutputOf, ParsedInputOf, ProgressOf } from "./operation.ts";

export interface Asking<Context, Progress> {
  readonly ctx: Context;
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
}
export type Handler<T extends Operation, Context> = (
  input: ParsedInputOf<T>,
  asking: Asking<Context, ProgressOf<T>>,
) => Promise<OutputOf<T>>;
export type Handlers<C extends Contract, Context> = { readonly [N in keyof C]: Handler<C[N], Context> };

type LooseHandler = (input: unknown, asking: Asking<unknown, unknown>) => Promise<unknown>;

/** Answers what comes over a channel: input checked by its schema, errors in one form, work stopped when it is cancelled or
 *  the channel closes. Returns how to stop serving. */
export function serve<C extends Contract, Context>(
  contract: C,
  handlers: Handlers<C, Context>,
  channel: Channel,
  ctx: Context,
): () => void {
  const running = new Map<number, AbortController>();
  let stopped = false;
  const send = (id: number, reply: object) => {
    if (!stopped) sendReply(channel, id, reply);
  };
  const stopListening = channel.onMessage((message) => {
    const request = requestOf(message);
    if (!request || stopped) return;
    const { id, op, input } = request;
    if (request.cancel) return running.get(id)?.abort();
    const cancel = new AbortController();
    const isCurrent = () => running.get(id) === cancel;
    running.set(id, cancel);
    answer(op, input, {
      ctx,
      signal: cancel.signal,
      progress: (progress) => {
        if (isCurrent()) send(id, { progress: progress ?? null });
      },
    })
      .then(
        (ok) => send(id, { ok: ok ?? null }),
        (error: unknown) => send(id, { error: toWire(cancel.signal.aborted ? cancelled() : error) }),
      )
      .finally(() => {
        if (isCurrent()) running.delete(id);
      });
  });
  async function answer(op: string, input: unknown, asking: Asking<unknown, unknown>): Promise<unknown> {
    const operation = Object.hasOwn(contract, op) ? contract[op] : undefined;
    const handler = Object.hasOwn(handlers, op) ? (handlers[op as keyof C] as unknown as LooseHandler) : undefined;
    if (!operation || !handler) {
      throw new AssayError("not_found", `There is no operation ${op}.`, "Update both ends to one version.");
    }
    return handler(parseInput(op, operation.input, input), asking);
  }
  function stop(): void {
    if (stopped) return;
    stopped = true;
    stopListening();
    for (const cancel of running.values()) cancel.abort();
  }
  channel.onClose(stop);
  return stop;
}

/** The input as its schema reads it; what doesn't fit is named by its path. */
export function parseInput(op: string, schema: z.ZodType, input: unknown): unknown {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue && issue.path.length > 0 ? issue.path.join(".") : "the input";
  throw new AssayError("bad_input", `${op}: ${where}: ${issue?.message ?? "is not right"}.`, "Check that value.", {
    path: where,
  });
}

function requestOf(message: unknown): { id: number; op: string; input: unknown; cancel: boolean } | undefined {
  if (typeof message !== "object" || message === null || !("id" in message) || typeof message.id !== "number")
    return undefined;
  const cancel = "cancel" in message && message.cancel === true;
  const op = "op" in message && typeof message.op === "string" ? message.op : "";
  return { id: message.id, op, input: "input" in message ? message.input : undefined, cancel };
}

/** A reply that the channel can't carry becomes an error that it can. */
function sendReply(channel: Channel, id: number, reply: object): void {
  try {
    channel.send({ id, ...reply });
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const hint = "This is a defect; report it.";
    channel.send({ id, error: { code: "internal", message: `The answer can't be sent: ${said}`, hint, details: {} } });
  }
}
