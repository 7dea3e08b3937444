import { AssayError } from "../base/errors.ts";

/** A message as JSON text. Members without a value are left out and numbers that aren't finite become null, as JSON has it;
 *  throws `internal`, naming the place, for what JSON would lose or change: bigint, functions, dates, maps, typed arrays. */
export function toJsonText(message: unknown): string {
  const holders = new Map<unknown, { holder: unknown; key: string }>();
  return JSON.stringify(message, function (this: unknown, key: string, value: unknown) {
    const original = key === "" ? value : (this as Record<string, unknown>)[key]; // before its toJSON
    const trouble = troubleOf(original);
    if (trouble) {
      const place = placeOf(holders, this, key);
      throw new AssayError(
        "internal",
        `${place} is ${trouble}, which JSON can't hold.`,
        "This is a defect; report it.",
      );
    }
    if (typeof value === "object" && value !== null) holders.set(value, { holder: this, key });
    return value;
  });
}

function placeOf(
  holders: ReadonlyMap<unknown, { holder: unknown; key: string }>,
  holder: unknown,
  key: string,
): string {
  const keys = [key];
  for (let at = holders.get(holder); at; at = holders.get(at.holder)) keys.unshift(at.key);
  return keys.filter((one) => one !== "").join(".") || "The message";
}

function troubleOf(value: unknown): string | undefined {
  if (typeof value === "bigint" || typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return undefined; // plain, of whatever realm
  return `a ${value.constructor?.name ?? "special object"}`;
}
