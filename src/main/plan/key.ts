import { createHash } from "node:crypto";
import { canonicalJson } from "../../shared/base/canonical-json.ts";

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The key of an artifact: SHA-256 of the canonical JSON of all that its result depends on. */
export function keyOf(question: Record<string, unknown>): string {
  return sha256(canonicalJson(question));
}

/** A part of a key as people see it: short values as they are, long ones by the start of their hash. */
export function showPart(value: unknown): string {
  const text = typeof value === "string" ? value : canonicalJson(value);
  return text.length <= 24 ? text : sha256(text).slice(0, 12);
}
