import { createHmac, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AssayError } from "../../shared/base/errors.ts";
import { errnoOf } from "./file-system.ts";
import { failure, publish } from "./publish.ts";

export type PseudonymKind = "customer" | "email" | "phone" | "card" | "record" | "order" | "visitor";

const keyName = "pseudonym-key.json";
const shown = 32;
const apart = "\u001f";

/** The workspace's key, made by whoever needs it first. Without it a pseudonym tells nothing. */
export function workspaceKey(brandDir: string): Buffer {
  const workspace = join(brandDir, "..", "..");
  const path = join(workspace, keyName);
  for (;;) {
    try {
      const { key } = JSON.parse(readFileSync(path, "utf8")) as { key: string };
      if (/^[0-9a-f]{64}$/.test(key)) return Buffer.from(key, "hex");
      throw new AssayError("corrupt", `${path} is damaged.`, "Restore it from a backup: tombstones rest on it.");
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") throw failure("can't be read", path, error);
    }
    const content = Buffer.from(JSON.stringify({ key: randomBytes(32).toString("hex") }));
    publish({ content, final: path, staging: join(workspace, "tmp"), mode: 0o440 });
  }
}

/** HMAC-SHA-256 of a value that is normalised, its first 128 bits. */
export function pseudonym(key: Uint8Array, kind: PseudonymKind, ...parts: readonly string[]): string {
  return createHmac("sha256", key)
    .update([kind, ...parts].join(apart))
    .digest("hex")
    .slice(0, shown);
}

/** The same as SQL over texts; NULL where one is. */
export function pseudonymSql(key: Uint8Array, kind: PseudonymKind, ...parts: readonly string[]): string {
  const padded = Buffer.alloc(64);
  Buffer.from(key).copy(padded);
  const blob = (mask: number) => `unhex('${Buffer.from(padded.map((byte) => byte ^ mask)).toString("hex")}')`;
  const text = [`'${kind}'`, ...parts.map((part) => `CAST(${part} AS VARCHAR)`)].join(" || chr(31) || ");
  return `left(sha256(${blob(0x5c)} || unhex(sha256(${blob(0x36)} || encode(${text})))), ${shown})`;
}
