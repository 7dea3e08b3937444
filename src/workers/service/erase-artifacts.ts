import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Json } from "../../shared/base/canonical-json.ts";
import { throwIfCancelled, toWire } from "../../shared/base/errors.ts";
import type { Person } from "../../shared/domain/erasure.ts";
import { type Artifact, findArtifact, placeOf, publishArtifact, quarantine } from "../engine/artifact-store.ts";
import type { Session } from "../engine/duckdb.ts";
import { namesIn } from "../engine/names-in.ts";
import { parquet } from "../engine/sql.ts";
import { needlesOf } from "./erase-lists.ts";
import { personPredicate, withoutPerson } from "./person-predicate.ts";
import { personRows } from "./person-scan.ts";

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
  const { session, person, brandDir, erasure, isDry, signal, progress } = erasing;
  const done: ErasedArtifacts = { artifacts: 0, rows: {} };
  const aside = asideOf(brandDir, erasure);
  const begun = isDry ? [] : namesIn(aside).filter((key) => existsSync(join(aside, key, "artifact.json")));
  for (const key of begun) await replace(erasing, readRecord(join(aside, key)), done);
  const keys = namesIn(join(brandDir, "artifacts")).flatMap((part) => namesIn(join(brandDir, "artifacts", part)));
  const sound = keys.flatMap((key) => {
    const artifact = begun.includes(key) ? undefined : soundArtifact(key, erasing);
    const folder = join(brandDir, placeOf(brandDir, key));
    return artifact ? [{ artifact, folder }] : [];
  });
  const { digests, paths } = distinct(sound);
  const tell = (at: number) => progress(at, paths.length);
  const found = await personRows(paths, { session, person, signal, progress: tell });
  const rowsOf = ({ files }: Artifact) =>
    files.reduce((sum, { sha256 }) => sum + (found.get(digests.get(sha256) ?? "") ?? 0), 0);
  for (const { artifact, folder } of sound) {
    throwIfCancelled(signal);
    const rows = rowsOf(artifact);
    if (rows === 0) continue;
    if (isDry) count(done, artifact, rows);
    else {
      mkdirSync(aside, { recursive: true });
      renameSync(folder, join(aside, artifact.key));
      await replace(erasing, artifact, done);
    }
  }
  progress(paths.length, paths.length);
  return done;
}

/** A file of each content, by digest: what several artifacts have in common is read once. */
function distinct(all: readonly { readonly artifact: Artifact; readonly folder: string }[]) {
  const digests = new Map<string, string>();
  for (const { artifact, folder } of all) {
    for (const { sha256, rows, path } of artifact.files)
      if (rows > 0 && !digests.has(sha256)) digests.set(sha256, join(folder, basename(path)));
  }
  return { digests, paths: [...digests.values()] };
}

function count(done: ErasedArtifacts, { step }: Artifact, rows: number): void {
  done.artifacts++;
  done.rows[step] = (done.rows[step] ?? 0) + rows;
}

/** Damaged ones are set aside, where they are made again: what can't be read can't be cleaned. A dry run sets nothing aside, and a
 *  share that doesn't answer says nothing of what is there. */
function soundArtifact(key: string, { brandDir, isDry }: Erasing): Artifact | undefined {
  try {
    return findArtifact(brandDir, key);
  } catch (error) {
    if (toWire(error).code !== "corrupt") throw error;
    if (!isDry) quarantine(brandDir, key);
    return undefined;
  }
}

function readRecord(folder: string): Artifact {
  return JSON.parse(readFileSync(join(folder, "artifact.json"), "utf8")) as Artifact;
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
    const rows = file.rows === 0 ? 0 : ((await personRows([path], { ...erasing, progress: () => {} })).get(path) ?? 0);
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
    const from = parquet([path]);
    const predicate = personPredicate(await session.describe(`SELECT * FROM ${from}`), person);
    const kept = await session.toParquet(`SELECT * FROM ${from} WHERE NOT ${predicate}`, localPath);
    outputs.push({ ...own, rows: kept, localPath });
  }
  const attempt = `erase-${erasure.slice(0, 12)}-${key.slice(0, 12)}`;
  publishArtifact(brandDir, { key, step, version, params, inputs, parts, seconds, attempt, outputs });
  for (const { localPath } of outputs) if (localPath.startsWith(scratch)) rmSync(localPath, { force: true });
  if (removed > 0) count(done, artifact, removed);
}

/** Whether a folder of a table holds other files than these. */
export function holdsOthers(folder: string, digests: ReadonlySet<string>): boolean {
  if (!existsSync(folder)) return false;
  return readdirSync(folder, { recursive: true })
    .map((name) => basename(String(name)))
    .some((name) => name.endsWith(".parquet") && !digests.has(name.slice(0, 64)));
}
