import { predicateOf } from "./compile-segment.ts";
import type { SegmentInput } from "./segment-in.ts";
import { compileIn } from "./segment-in.ts";
import type { OpenSnapshot } from "./session-pool.ts";
import { linesView, namesView, returnsView, summaryView, transactionsView } from "./views.ts";

export interface ScriptInput {
  readonly library: "duckdb" | "pandas";
  /** Folder of the snapshot's tables. */
  readonly folder: string;
  readonly brand: string;
  readonly version: string;
  /** A statement, a segment, or neither: then the profiles. */
  readonly sql?: string | undefined;
  readonly segment?: (SegmentInput & { readonly name: string }) | undefined;
}

const rest = "\n";

/** A Python script that reads this very snapshot where it lies: a statement and a segment by DuckDB, whole tables also by
 *  pandas alone. Nothing is copied, and the script holds no data. */
export async function pythonScript(
  snapshot: OpenSnapshot,
  input: ScriptInput,
  signal?: AbortSignal,
): Promise<{ name: string; script: string }> {
  const { handle } = snapshot;
  const tables = Object.keys(handle.tables)
    .filter((table) => snapshot.has(table))
    .sort();
  const views: string[] = [];
  let statement = input.sql?.trim().replace(/;$/, "");
  if (input.segment) {
    const { segment } = input;
    const where = await snapshot.use(signal, async (session) =>
      predicateOf(await compileIn(snapshot, session, segment)),
    );
    statement = `SELECT * FROM profiles WHERE ${where}`;
    views.push(...neededViews(snapshot, where));
  }
  const isPandas = input.library === "pandas" && statement === undefined;
  const head = [
    `"""Reads the snapshot ${handle.snapshot_id} of ${input.brand}, as of ${handle.as_of}, where it lies.`,
    "",
    `Written by Assay ${input.version}. Money is in minor units. Needs: pip install ${isPandas ? "pandas pyarrow" : "duckdb pandas"}`,
    `"""`,
    "from pathlib import Path",
    "",
  ];
  const folder = [``, `SNAPSHOT = Path(${text(input.folder)})`, ""];
  const body = isPandas
    ? ["import pandas as pd", ...folder, ...pandasBody(tables)]
    : ["import duckdb", ...folder, ...duckdbBody(tables, views, statement ?? "SELECT * FROM profiles")];
  const name = `${(input.segment?.name ?? (input.sql ? "query" : "snapshot")).replaceAll(/[^A-Za-z0-9_-]+/g, "-")}.py`;
  return { name, script: [...head, ...body].join("\n") + rest };
}

/** The views that a segment's behaviours read, in the order in which they need one another. */
function neededViews(snapshot: OpenSnapshot, where: string): string[] {
  const columnsOf = (table: string) => snapshot.columnsOf(table);
  const { handle } = snapshot;
  const known = {
    lines_seen: linesView(handle, columnsOf),
    returns_seen: returnsView(handle, columnsOf),
    transactions_seen: transactionsView(handle, columnsOf),
    summary_seen: summaryView(handle, columnsOf),
    names_seen: namesView(columnsOf),
  };
  if (!Object.keys(known).some((name) => where.includes(name))) return [];
  return Object.entries(known).map(([name, sql]) => `CREATE VIEW ${name} AS ${sql}`);
}

function duckdbBody(tables: readonly string[], views: readonly string[], statement: string): string[] {
  return [
    "connection = duckdb.connect()",
    "connection.execute(\"SET TimeZone = 'UTC'\")",
    `for table in [${tables.map(text).join(", ")}]:`,
    "    files = (SNAPSHOT / table / '*' / '*.parquet').as_posix().replace(\"'\", \"''\")",
    "    connection.execute(",
    "        f\"CREATE VIEW {table} AS SELECT * FROM read_parquet('{files}', hive_partitioning = false)\"",
    "    )",
    ...views.map((view) => `connection.execute(${block(view)})`),
    "",
    `rows = connection.execute(${block(statement)}).df()`,
    "print(rows)",
  ];
}

function pandasBody(tables: readonly string[]): string[] {
  return [
    "",
    "def read(table: str) -> pd.DataFrame:",
    '    """A table of the snapshot; the folders named bucket=n add no column."""',
    '    return pd.read_parquet(SNAPSHOT / table).drop(columns="bucket", errors="ignore")',
    "",
    "",
    `# Tables: ${tables.join(", ")}`,
    'profiles = read("profiles")',
    "print(profiles)",
  ];
}

/** A text as Python writes it: JSON's escapes are Python's as well. */
function text(value: string): string {
  return JSON.stringify(value);
}

function block(sql: string): string {
  const plain = sql.replaceAll("\\", "\\\\").replaceAll('"""', '\\"\\"\\"');
  return `"""\n${plain.endsWith('"') ? `${plain} ` : plain}\n"""`;
}
