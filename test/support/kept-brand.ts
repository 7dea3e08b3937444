import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { canonicalJson } from "../../src/shared/base/canonical-json.ts";
import { refersOf } from "../../src/shared/domain/needs.ts";
import { defaultRetention, type RetentionRules } from "../../src/shared/domain/retention.ts";
import { publishArtifact } from "../../src/workers/engine/artifact-store.ts";
import { type Appended, appendEntry } from "../../src/workers/engine/brand-log.ts";
import { namesOf } from "../../src/workers/engine/brand-needs.ts";
import { type CollectOptions, type CollectResult, collectBrand } from "../../src/workers/engine/collect.ts";
import { type FileSystem, realFileSystem } from "../../src/workers/engine/file-system.ts";
import { artifactPlace } from "../../src/workers/engine/layout.ts";
import { publish } from "../../src/workers/engine/publish.ts";
import { settleNames } from "../../src/workers/engine/revive.ts";

/** Nothing waits: what is named is due, what is set aside may go with the next collection. */
export const atOnce: RetentionRules = { ...defaultRetention, unused_days: 0, wait_hours: 0, trash_hours: 0 };

/** What every artifact of the sample took. */
export const sampleUsage = { cpu_seconds: 1.5, peak_bytes: 2_000_000, read_bytes: 300 };

export const keyOf = (name: string) => Buffer.from(name).toString("hex").padEnd(64, "0").slice(0, 64);
export const snapshotIdOf = (name: string) => Buffer.from(name).toString("hex").padEnd(20, "0").slice(0, 20);

export function keptBrand(brandDir: string, scratch: string) {
  for (const folder of ["log", "artifacts", "tmp", "snapshots", "claims"])
    mkdirSync(join(brandDir, folder), { recursive: true });
  mkdirSync(scratch, { recursive: true });
  const append = (kind: string, body: unknown, taskKey: string, files: FileSystem = realFileSystem): Appended => {
    const refers = namesOf(brandDir, refersOf(kind, body));
    return appendEntry(brandDir, { kind, body, taskKey, at: new Date().toISOString(), app: "test", refers }, files);
  };
  return {
    brandDir,
    append,
    /** Makes an artifact, as a task does, and lets it look `daysOld`. */
    make: (name: string, { inputs = [], daysOld = 30 }: { inputs?: readonly string[]; daysOld?: number } = {}) => {
      const localPath = join(scratch, `${name}.json`);
      writeFileSync(localPath, `{"rows":"${name}"}\n`.repeat(20));
      const key = keyOf(name);
      const about = {
        step: "sample",
        version: 1,
        params: {},
        parts: {},
        seconds: 2,
        usage: sampleUsage,
        attempt: `a-${name}`,
      };
      const read = { input: inputs.map((one) => ({ key: keyOf(one), output: "rows" })) };
      const outputs = [{ name: "rows", kind: "json" as const, localPath, rows: 20 }];
      publishArtifact(brandDir, { ...about, key, inputs: read, outputs });
      const record = join(brandDir, artifactPlace(key), "artifact.json");
      const at = Date.now() / 1000 - daysOld * 86_400;
      utimesSync(record, at, at);
      return key;
    },
    /** Lays out a snapshot of these artifacts and publishes it by an entry. */
    publish: (name: string, names: readonly string[], asOf: string, again = ""): Appended => {
      const id = snapshotIdOf(name);
      settleNames(brandDir, [`snapshots/${id}`]);
      const files = names.map((one) => ({ key: keyOf(one), output: "rows", bucket: 0 }));
      const manifest = { snapshot_id: id, as_of: asOf, tables: { profiles: files }, fits: {} };
      const final = join(brandDir, "snapshots", id, "manifest.json");
      publish({ content: Buffer.from(canonicalJson(manifest)), final, staging: join(brandDir, "tmp", id) });
      const body = { snapshot_id: id, as_of: asOf, is_variant: false, tables: {}, customers: 1, horizon_days: 365 };
      return append("snapshot_published", body, `snapshot:${id}${again}`);
    },
    collect: (rules: Partial<RetentionRules> = {}, options: Partial<CollectOptions> = {}): Promise<CollectResult> =>
      collectBrand(brandDir, {
        rules: { ...atOnce, ...rules },
        signal: new AbortController().signal,
        progress: () => {},
        lease: { staleMs: 200 },
        ...options,
      }),
  };
}
export type KeptBrand = ReturnType<typeof keptBrand>;
