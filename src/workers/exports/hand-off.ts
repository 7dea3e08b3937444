import { createHash } from "node:crypto";
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { copyFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { AssayError, throwIfCancelled } from "../../shared/base/errors.ts";
import type { Session } from "../engine/duckdb.ts";
import { errnoOf } from "../engine/file-system.ts";
import { makePath } from "../engine/make-path.ts";
import { failure } from "../engine/publish.ts";
import { ident, literal, parquet } from "../engine/sql.ts";
import { hiveName, hiveType } from "./foreign-types.ts";

export interface HandedFile {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly rows: number;
  readonly bucket: number;
}
export interface HandOff {
  /** The folder that comes to be; it may stand already, empty. */
  readonly to: string;
  readonly tables: readonly { readonly name: string; readonly files: readonly HandedFile[] }[];
  /** What the manifest says beside the tables. */
  readonly about: Readonly<Record<string, string | number | null>>;
  readonly session: () => Promise<Session>;
  readonly signal: AbortSignal;
  readonly progress: (progress: { done: number; total: number; label: string }) => void;
}
export interface HandedTable {
  name: string;
  path: string;
  rows: number;
  partitions: number;
}
type Described = { readonly name: string; readonly type: string };

/** Copies tables into a folder that stands by itself: bucket=n folders of Parquet, manifest.json with digests, schema.json, and
 *  DDL for Hive (also Spark and Trino) and DuckDB. The folder is there whole or not at all. */
export async function handOff({
  to,
  tables,
  about,
  session,
  signal,
  progress,
}: HandOff): Promise<{ tables: HandedTable[] }> {
  const folder = resolve(to);
  requireFree(folder);
  makePath(dirname(folder));
  const staging = `${folder}.partial-${process.pid}`;
  rmSync(staging, { recursive: true, force: true });
  try {
    const open = await session();
    const total = tables.reduce((sum, { files }) => sum + files.length, 0);
    const schemas: { name: string; columns: Described[] }[] = [];
    const written: object[] = [];
    let done = 0;
    for (const { name, files } of tables) {
      schemas.push({ name, columns: await describe(open, files) });
      for (const { path, bucket, sha256 } of files) {
        throwIfCancelled(signal);
        progress({ done, total, label: `Copying ${name}` });
        const target = join(staging, partOf(name, bucket, sha256));
        mkdirSync(dirname(target), { recursive: true });
        await copyFile(path, target);
        await requireSame(target, sha256, signal);
        done++;
      }
      mkdirSync(join(staging, name), { recursive: true });
      writeFileSync(join(staging, name, "_SUCCESS"), "");
      written.push({
        name,
        rows: rowsOf(files),
        files: files.map(({ bucket, sha256, bytes, rows }) => ({
          path: partOf(name, bucket, sha256),
          sha256,
          bytes,
          rows,
        })),
      });
    }
    const put = (name: string, text: string) => writeFileSync(join(staging, name), text);
    put("schema.json", `${JSON.stringify({ tables: schemas.map(schemaOf) }, null, 2)}\n`);
    put("ddl.hive.sql", hiveDdl(schemas));
    put("ddl.duckdb.sql", duckdbDdl(schemas));
    put("manifest.json", `${JSON.stringify({ ...about, partitioned_by: ["bucket"], tables: written }, null, 2)}\n`);
    throwIfCancelled(signal);
    if (existsSync(folder)) rmdirSync(folder);
    renameSync(staging, folder);
  } catch (error) {
    rmSync(staging, { recursive: true, force: true });
    throw signal.aborted || errnoOf(error) === "" ? error : failure("can't be written", folder, error);
  }
  return {
    tables: tables.map(({ name, files }) => ({
      name,
      path: join(folder, name),
      rows: rowsOf(files),
      partitions: new Set(files.map(({ bucket }) => bucket)).size,
    })),
  };
}

function requireFree(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new AssayError(
      "conflict",
      `${folder} is not empty.`,
      "Name a folder that doesn't exist yet, or an empty one.",
    );
  }
}

async function requireSame(path: string, sha256: string, signal: AbortSignal): Promise<void> {
  const digest = createHash("sha256");
  await pipeline(createReadStream(path), digest, { signal });
  if (digest.digest("hex") !== sha256) {
    throw new AssayError("corrupt", `The copy ${path} is not what was read.`, "Check the disk, then hand off again.");
  }
}

const partOf = (table: string, bucket: number, sha256: string) => `${table}/bucket=${bucket}/${sha256}.parquet`;
const rowsOf = (files: readonly HandedFile[]) => files.reduce((sum, { rows }) => sum + rows, 0);

async function describe(session: Session, files: readonly HandedFile[]): Promise<Described[]> {
  if (files.length === 0) return [];
  const paths = files.map(({ path }) => path);
  return session.describe(`SELECT * FROM ${parquet(paths)}`);
}

function schemaOf({ name, columns }: { name: string; columns: readonly Described[] }) {
  return {
    name,
    partitioned_by: [{ name: "bucket", type: "INT" }],
    columns: columns.map((column) => ({ name: column.name, type: hiveType(column.type), duckdb_type: column.type })),
  };
}

function hiveDdl(tables: readonly { name: string; columns: readonly Described[] }[]): string {
  const created = tables
    .filter(({ columns }) => columns.length > 0)
    .map(
      ({ name, columns }) => `CREATE EXTERNAL TABLE ${hiveName(name)} (
${columns.map((column) => `  ${hiveName(column.name)} ${hiveType(column.type)}`).join(",\n")}
)
PARTITIONED BY (\`bucket\` INT)
STORED AS PARQUET
LOCATION '\${hivevar:location}/${name}';
MSCK REPAIR TABLE ${hiveName(name)};
`,
    );
  return `-- Hive and Spark SQL. Set where the folder lies: SET hivevar:location=s3a://bucket/folder;\n\n${created.join("\n")}`;
}

function duckdbDdl(tables: readonly { name: string; columns: readonly Described[] }[]): string {
  const created = tables
    .filter(({ columns }) => columns.length > 0)
    .map(
      ({ name }) =>
        `CREATE VIEW ${ident(name)} AS SELECT * FROM read_parquet(${literal(`${name}/*/*.parquet`)}, hive_partitioning = true);`,
    );
  return `-- DuckDB, started in this folder.\n\n${created.join("\n")}\n`;
}
