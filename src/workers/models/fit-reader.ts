import type { Json } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";

type Kind = "number" | "text" | "flag" | "list" | "object";

type KindOf<Value> = Value extends number
  ? "number"
  : Value extends string
    ? "text"
    : Value extends boolean
      ? "flag"
      : Value extends readonly unknown[]
        ? "list"
        : "object";

/** Each part of a fit and what it is; with `?` it may be null or left out. */
type FitShape<T> = {
  readonly [Part in keyof T]-?: null extends T[Part]
    ? `${KindOf<NonNullable<T[Part]>>}?`
    : undefined extends T[Part]
      ? `${KindOf<NonNullable<T[Part]>>}?`
      : KindOf<T[Part]>;
};

/** Reads the fits of a model: null where there was nothing to fit. The parts are looked at and what they are, not what is in them. Throws
 *  `corrupt` where a fit is of another shape: another version of the program made it, or something overwrote it. */
export function fitReader<T>(model: string, shape: FitShape<T>): (fitted: Json | undefined) => T | null {
  const parts = Object.entries<string>(shape);
  return (fitted) => {
    if (fitted === null || fitted === undefined) return null;
    if (kindOf(fitted) !== "object") throw otherShape(model, "isn't an object");
    const given = fitted as { readonly [part: string]: Json };
    for (const [part, kind] of parts) {
      const own = Object.hasOwn(given, part) ? (given[part] ?? null) : null;
      if (own === null ? !kind.endsWith("?") : kindOf(own) !== kind.replace("?", ""))
        throw otherShape(model, own === null ? `has no ${part}` : `has a ${kindOf(own)} for ${part}`);
    }
    return given as T;
  };
}

function kindOf(value: Json): Kind {
  if (typeof value === "number") return "number";
  if (typeof value === "string") return "text";
  if (typeof value === "boolean") return "flag";
  return Array.isArray(value) ? "list" : "object";
}

function otherShape(model: string, how: string): AssayError {
  return new AssayError(
    "corrupt",
    `The fit of ${model} ${how}: it is of another shape than this program reads.`,
    "Run again, so that it is made anew; a snapshot of another version is read by that version.",
    { model },
  );
}
