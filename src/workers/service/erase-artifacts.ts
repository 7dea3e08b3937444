import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Json } from "../../shared/base/canonical-json.ts";
import { throwIfCancelled } from "../../shared/base/errors.ts";
import type { Person } from "../../shared/domain/erasure.ts";
import { type Artifact, findArtifact, placeOf, publishArtifact, quarantine } from "../engine/artifact-store.ts";
import type { Session } from "../engine/duckdb.ts";
import { readFiles } from "../query/snapshot.ts";
import { needlesOf } from "./erase-lists.ts";
import { personPredicate, withoutPerson } from "./person-predicate.ts";

export interface Erasing {
  readonly session: Session;
  readonly brandDir: string;
  readonly erasure: string;
  readonly person: Person;
  readonly scratch: string;
  readonly isDry: boolean;
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number) => void;
}
export interface ErasedArtifacts {
  artifacts: number;
  rows: Record<string, number>;
}

/** Where what is replaced lies until all is replaced: whoever goes on with an erasure takes it from there. */
export const asideOf = (brandDir: string, erasure: string) => join(brandDir, "trash", `erase-${erasure}`);

/** Takes the person's rows out of every artifact: the files are written anew under the same question, the old ones go. */
export async function eraseFromArtifacts(erasing: Erasing): Promise<ErasedArtifacts> {
  const { brandDir, erasure, isDry, signal, progress } = erasing;
  const done: ErasedArtifacts = { artifacts: 0, rows: {} };
  const aside = asideOf(brandDir, erasure);
  const begun = isDry ? [] : namesIn(aside).filter((key) => existsSync(join(aside, key, "artifact.json")));
  for (const key of begun) await replace(erasing, readRecord(join(aside, key)), done);
  const keys = namesIn(join(brandDir, "artifacts")).flatMap((part) => namesIn(join(brandDir, "artifacts", part)));
  const clean = new Set<string>();
  for (const [at, key] of keys.entries()) {
    throwIfCancelled(signal);
    if (at % 20 === 0) progress(at, keys.length);
    const artifact = soundArtifact(brandDir, key);
    if (!artifact || begun.includes(key)) continue;
    const folder = join(brandDir, placeOf(brandDir, key));
    let rows = 0;
    for (const file of artifact.files) {
      if (clean.has(file.sha256) || file.rows === 0) continue;
      const found = await rowsIn(erasing, join(folder, basename(file.path)));
      if (found === 0) clean.add(file.sha256);
      rows += found;
    }
    if (rows === 0) continue;
    if (isDry) count(done, artifact, rows);
    else {
      mkdirSync(aside, { recursive: true });
      renameSync(folder, join(aside, key));
      await replace(erasing, artifact, done);
    }
  }
  progress(keys.length, keys.length);
  return done;
}

function count(done: ErasedArtifacts, { step }: Artifact, rows: number): void {
  done.artifacts++;
  done.rows[step] = (done.rows[step] ?? 0) + rows;
}

/** Damaged ones are set aside, where they are made again: what can't be read can't be cleaned. */
function soundArtifact(brandDir: string, key: string): Artifact | undefined {
  try {
    return findArtifact(brandDir, key);
  } catch {
    quarantine(brandDir, key);
    return undefined;
  }
}

function readRecord(folder: string): Artifact {
  return JSON.parse(readFileSync(join(folder, "artifact.json"), "utf8")) as Artifact;
}

async function rowsIn({ session, person }: Erasing, path: string): Promise<number> {
  if (path.endsWith(".json"))
    return withoutPerson(JSON.parse(readFileSync(path, "utf8")) as Json, needlesOf(person)).removed;
  const from = readFiles([path]);
  const predicate = personPredicate(await session.describe(`SELECT * FROM ${from}`), person);
  return predicate === null ? 0 : Number(await session.value(`SELECT count(*) FROM ${from} WHERE ${predicate}`));
}

/** Publishes the artifact again from what lies aside, without the person. */
async function replace(erasing: Erasing, artifact: Artifact, done: ErasedArtifacts): Promise<void> {
  const { session, brandDir, erasure, person, scratch } = erasing;
  const folder = join(asideOf(brandDir, erasure), artifact.key);
  const { key, step, version, params, inputs, parts, seconds } = artifact;
  const outputs = [];
  let removed = 0;
  for (const [at, file] of artifact.files.entries()) {
    const path = join(folder, basename(file.path));
    const rows = file.rows === 0 ? 0 : await rowsIn(erasing, path);
    removed += rows;
    const kind = path.endsWith(".json") ? ("json" as const) : ("parquet" as const);
    const own = { name: file.output, kind, rows: file.rows };
    if (rows === 0) {
      outputs.push({ ...own, localPath: path, twin: { sha256: file.sha256, bytes: file.bytes } });
      continue;
    }
    const localPath = join(scratch, `${at}.${kind}`);
    if (kind === "json") {
      const { value } = withoutPerson(JSON.parse(readFileSync(path, "utf8")) as Json, needlesOf(person));
      writeFileSync(localPath, JSON.stringify(value));
      outputs.push({ ...own, localPath });
      continue;
    }
    const from = readFiles([path]);
    const predicate = personPredicate(await session.describe(`SELECT * FROM ${from}`), person);
    const kept = await session.toParquet(`SELECT * FROM ${from} WHERE NOT ${predicate}`, localPath);
    outputs.push({ ...own, rows: kept, localPath });
  }
  const attempt = `erase-${erasure.slice(0, 12)}-${key.slice(0, 12)}`;
  publishArtifact(brandDir, { key, step, version, params, inputs, parts, seconds, attempt, outputs });
  for (const { localPath } of outputs) if (localPath.startsWith(scratch)) rmSync(localPath, { force: true });
  if (removed > 0) count(done, artifact, removed);
}

export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** Whether a folder of a table holds other files than these. */
export function holdsOthers(folder: string, digests: ReadonlySet<string>): boolean {
  if (!existsSync(folder)) return false;
  return readdirSync(folder, { recursive: true })
    .map((name) => basename(String(name)))
    .some((name) => name.endsWith(".parquet") && !digests.has(name.slice(0, 64)));
}
