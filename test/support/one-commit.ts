import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { publishArtifact } from "../../src/workers/engine/artifact-store.ts";
import { appendEntry } from "../../src/workers/engine/brand-log.ts";
import { type FileSystem, realFileSystem } from "../../src/workers/engine/file-system.ts";

export const taskKey = "c0ffee".padEnd(64, "0");

export interface OneCommit {
  /** The brand's folder. */
  readonly brandDir: string;
  /** This attempt's own, elsewhere. */
  readonly scratch: string;
  readonly attempt: string;
  readonly content?: string;
  readonly key?: string;
}

/** The smallest whole commit: an artifact of two files and the log entry that names it. */
export function commitOnce(
  commit: OneCommit,
  files: FileSystem = realFileSystem,
): { id: string; version: number; adopted: boolean } {
  const { brandDir, scratch, attempt, content = "rows", key = taskKey } = commit;
  mkdirSync(scratch, { recursive: true });
  const outputs = (["parquet", "json"] as const).map((kind) => {
    const localPath = join(scratch, `${attempt}.${kind}`);
    writeFileSync(localPath, `${content} as ${kind}\n`.repeat(200));
    return { name: kind, kind, localPath, rows: 200 };
  });
  const step = { step: "sample", version: 1, params: {}, inputs: {}, parts: {}, seconds: 0.1 };
  const { id } = publishArtifact(brandDir, { key, ...step, attempt, outputs }, files);
  const entry = { kind: "sample", body: { artifact: id }, taskKey: key, at: "2026-01-01T00:00:00Z", app: "test" };
  return { id, ...appendEntry(brandDir, entry, files) };
}
