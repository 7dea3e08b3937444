import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { SnapshotManifest, SnapshotTableFile } from "../src/shared/api/engine.ts";
import { publishArtifact } from "../src/workers/engine/artifact-store.ts";
import { appendEntry } from "../src/workers/engine/brand-log.ts";
import { openSession, type Session } from "../src/workers/engine/duckdb.ts";
import { sha256Of } from "../src/workers/engine/publish.ts";
import { ident, parquet } from "../src/workers/engine/sql.ts";
import { readManifest, tableFiles } from "../src/workers/service/lay-out.ts";
import { inlineEngine } from "../src/workers/service/service.ts";

export interface Enlarging {
  readonly brandDir: string;
  readonly snapshotId: string;
  /** Profiles that the enlarged snapshot is to have. */
  readonly customers: number;
  readonly buckets: number;
  readonly scratch: string;
}

const syllables = "['ba','den','cor','lin','mar','tho','wes','rey','ol','sta','kim','per','ha','zin','gru','fel']";
const word = (seed: number) =>
  `concat(${[0, 1, 2].map((at) => `${syllables}[1 + CAST(hash(n, ${seed + at}) % 16 AS INTEGER)]`).join(", ")})`;

/** What an enlarged row has in place of the one that it repeats: amounts of its own, a name and addresses of its own. */
function changed(name: string, type: string): string {
  const column = ident(name);
  if (name === "customer_id") return "new_id";
  if (name === "given_name") return word(10);
  if (name === "family_name") return word(20);
  if (name === "full_name") return `${word(10)} || ' ' || ${word(20)}`;
  if (name === "email") return `${word(10)} || '.' || ${word(20)} || n || '@example.com'`;
  if (type === "BIGINT" && name.includes("_minor")) return `${column} + CAST(hash(n, 1) % 997 AS BIGINT)`;
  return column;
}

async function enlargeTable(session: Session, paths: readonly string[], into: Enlarging, table: string) {
  const from = parquet(paths);
  const columns = await session.describe(`SELECT * FROM ${from}`);
  await session.run(
    `CREATE OR REPLACE TEMP TABLE small AS SELECT * FROM ${from} WHERE customer_id IN (SELECT customer_id FROM asked)`,
  );
  const select = columns.map(({ name, type }) => `${changed(name, type)} AS ${ident(name)}`).join(", ");
  const files: { path: string; bucket: number; rows: number }[] = [];
  for (let bucket = 0; bucket < into.buckets; bucket++) {
    const path = join(into.scratch, `${table}-${bucket}.parquet`);
    const rows = await session.toParquet(
      `SELECT ${select} FROM copies JOIN small USING (customer_id) WHERE bucket = ${bucket} ORDER BY new_id`,
      path,
    );
    files.push({ path, bucket, rows });
  }
  return files;
}

/** Publishes a snapshot like another one, its people and their profiles multiplied; the other tables are those of the other one. */
export async function enlargeSnapshot(into: Enlarging): Promise<string> {
  const { brandDir, snapshotId, customers, buckets, scratch } = into;
  mkdirSync(scratch, { recursive: true });
  const session = await openSession({ memoryLimit: 6e9, threads: 2, scratch });
  const manifest = readManifest(brandDir, snapshotId);
  const pathsOf = (table: string) => tableFiles(brandDir, manifest.tables[table] ?? []).map(({ path }) => path);
  await session.run(
    `CREATE TEMP TABLE asked AS SELECT customer_id, row_number() OVER (ORDER BY customer_id) - 1 AS place FROM ${parquet(pathsOf("profiles"))}`,
  );
  await session.run(`CREATE TEMP TABLE copies AS
    SELECT customer_id, n, new_id, CAST('0x' || left(new_id, 8) AS BIGINT) % ${buckets} AS bucket FROM (
      SELECT n, n % (SELECT count(*) FROM asked) AS place, left(md5(CAST(n AS VARCHAR)), 20) AS new_id FROM range(${customers}) r(n)) JOIN asked USING (place)`);
  const made: Record<string, SnapshotTableFile[]> = {};
  for (const table of ["profiles", "people"]) {
    const files = await enlargeTable(session, pathsOf(table), into, table);
    made[table] = files.map(({ path, bucket, rows }) => {
      const key = sha256Of(Buffer.from(`${table} ${snapshotId} ${customers} ${bucket}`));
      const about = { step: table, version: 1, params: {}, inputs: {}, parts: {}, seconds: 0, attempt: randomUUID() };
      publishArtifact(brandDir, { ...about, key, outputs: [{ name: table, kind: "parquet", localPath: path, rows }] });
      rmSync(path, { force: true });
      return { key, output: table, bucket };
    });
  }
  session.close();
  const snapshot_id = sha256Of(Buffer.from(`${snapshotId} ${customers}`)).slice(0, 20);
  const larger: SnapshotManifest = {
    ...{ ...manifest, snapshot_id, bucket_count: buckets },
    tables: { ...manifest.tables, ...made },
  };
  const { engine, close } = inlineEngine();
  const published = await engine.call("snapshots.publish", { brandDir, manifest: larger });
  await close();
  const { as_of, known_at, horizon_days, purchase_horizon_days, is_variant } = larger;
  const body = { snapshot_id, as_of, known_at, horizon_days, purchase_horizon_days, is_variant };
  appendEntry(brandDir, {
    ...{ kind: "snapshot_published", taskKey: `snapshot:${snapshot_id}`, at: new Date().toISOString(), app: "bench" },
    body: { ...body, ...published, log_version: 1, gate: [] },
  });
  return snapshot_id;
}
