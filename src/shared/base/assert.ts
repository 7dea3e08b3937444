import { AssayError } from "./errors.ts";

/** States what must hold; a violation is a defect of the program, not of its input. */
export function assert(condition: unknown, what: string): asserts condition {
  if (!condition) {
    throw new AssayError("internal", `Broken invariant: ${what}.`, "This is a defect; keep the log and report it.");
  }
}

/** The value, which must be there. */
export function defined<T>(value: T | null | undefined, what: string): T {
  assert(value !== null && value !== undefined, `${what} is missing`);
  return value;
}
