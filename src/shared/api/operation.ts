import { z } from "zod";

/** One question and one answer. */
export interface CallOperation<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly kind: "call";
  readonly input: I;
  readonly output: O;
}
/** A long piece of work: progress while it goes on, then its outcome; cancelled by the caller at any time. */
export interface StreamOperation<
  I extends z.ZodType = z.ZodType,
  P extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
> {
  readonly kind: "stream";
  readonly input: I;
  readonly progress: P;
  readonly output: O;
}
export type Operation = CallOperation | StreamOperation;
export type Contract = Readonly<Record<string, Operation>>;

export function call<I extends z.ZodType, O extends z.ZodType>(shape: { input: I; output: O }): CallOperation<I, O> {
  return { kind: "call", ...shape };
}

export function stream<I extends z.ZodType, P extends z.ZodType, O extends z.ZodType>(shape: {
  input: I;
  progress: P;
  output: O;
}): StreamOperation<I, P, O> {
  return { kind: "stream", ...shape };
}

export type InputOf<T extends Operation> = z.input<T["input"]>;
export type ParsedInputOf<T extends Operation> = z.output<T["input"]>;
export type OutputOf<T extends Operation> = z.output<T["output"]>;
export type ProgressOf<T extends Operation> = T extends StreamOperation ? z.output<T["progress"]> : never;

export const nothing = z.object({});
export const done = z.object({ ok: z.literal(true) });
export const brandName = z.string().min(1).max(63);
export const day = z.iso.date();
export const instant = z.string();
export const count = z.number().int().nonnegative();
/** JSON of any shape, checked to be JSON. */
export const json = z.json();
