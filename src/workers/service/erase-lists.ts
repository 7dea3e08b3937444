import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../../shared/base/canonical-json.ts";
import type { Person } from "../../shared/domain/erasure.ts";
import type { Session } from "../engine/duckdb.ts";
import { realFileSystem } from "../engine/file-system.ts";
import { sha256Of, syncFolder } from "../engine/publish.ts";
import { parquet } from "../engine/sql.ts";
import { readRecords } from "../exports/compare-lists.ts";
import { formed } from "../exports/hashing.ts";
import { personPredicate, textsOf, withoutPerson } from "./person-predicate.ts";

export interface RewrittenList {
  readonly sha256_before: string;
  readonly sha256: string;
}

/** Takes the person out of the lists and reports that lie in the workspace itself. */
export async function eraseFromLists(
  session: Session,
  brandDir: string,
  person: Person,
  { isDry, scratch }: { isDry: boolean; scratch: string },
): Promise<RewrittenList[]> {
  const folder = join(brandDir, "exports");
  if (!existsSync(folder)) return [];
  const rewritten: RewrittenList[] = [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.name.endsWith(".manifest.json")) continue;
    const bytes = await withoutIn(session, path, person, scratch);
    if (bytes === null) continue;
    const before = sha256Of(readFileSync(path));
    const after = sha256Of(bytes);
    if (!entry.parentPath.endsWith("recipients")) rewritten.push({ sha256_before: before, sha256: after });
    if (isDry) continue;
    replaceFile(path, bytes);
    tellManifest(`${path}.manifest.json`, before, after);
  }
  return rewritten;
}

/** The file's bytes without the person; null where it holds nothing of them. */
async function withoutIn(session: Session, path: string, person: Person, scratch: string): Promise<Uint8Array | null> {
  if (path.endsWith(".parquet")) return withoutInParquet(session, path, person, scratch);
  const isOf = needlesOf(person);
  const text = readFileSync(path, "utf8");
  if (path.endsWith(".json")) {
    const { value, removed } = withoutPerson(JSON.parse(text) as Json, isOf);
    if (removed === 0) return null;
    const rows = Array.isArray(value)
      ? `[${value.map((row) => `\n${JSON.stringify(row)}`).join(",")}\n]\n`
      : JSON.stringify(value);
    return Buffer.from(rows);
  }
  const records = rawRecords(text);
  const kept = records.filter((record, at) => at === 0 || !(readRecords(record)[0] ?? []).some(isOf));
  return kept.length === records.length ? null : Buffer.from(kept.join(""));
}

async function withoutInParquet(session: Session, path: string, person: Person, scratch: string) {
  const from = parquet([path]);
  const predicate = personPredicate(await session.describe(`SELECT * FROM ${from}`), person);
  if (predicate === null || Number(await session.value(`SELECT count(*) FROM ${from} WHERE ${predicate}`)) === 0)
    return null;
  const out = join(scratch, "list.parquet");
  await session.toParquet(`SELECT * FROM ${from} WHERE NOT ${predicate}`, out);
  return readFileSync(out);
}

/** Whether a cell is the person's: an id, an address or number in it, or the digest that a platform wants of one. */
export function needlesOf(person: Person): (text: string) => boolean {
  const exact = new Set([
    ...person.customer_ids,
    ...person.emails.flatMap((email) => [formed(email, "meta_email"), formed(email, "google_email")]),
    ...person.phones.flatMap((phone) => [formed(phone, "meta_phone"), formed(phone, "google_phone")]),
  ]);
  const texts = textsOf(person);
  return (text) => {
    const plain = text.toLowerCase();
    return exact.has(plain) || texts.some((one) => plain.includes(one));
  };
}

/** Records of a CSV text as they lie, line ends included. */
function rawRecords(text: string): string[] {
  const records: string[] = [];
  let open = "";
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    open += line;
    if ((open.match(/"/g)?.length ?? 0) % 2 === 1) continue;
    records.push(open);
    open = "";
  }
  if (open !== "") records.push(open);
  return records;
}

export function replaceFile(path: string, bytes: Uint8Array): void {
  const staged = `${path}.part`;
  writeFileSync(staged, bytes, { flush: true, mode: 0o600 });
  renameSync(staged, path);
  syncFolder(join(path, ".."), realFileSystem);
}

function tellManifest(path: string, before: string, after: string): void {
  if (!existsSync(path)) return;
  const manifest = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  if (manifest["sha256"] !== before) return;
  replaceFile(path, Buffer.from(`${JSON.stringify({ ...manifest, sha256: after, erased_since: true }, null, 2)}\n`));
}
