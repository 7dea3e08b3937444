import { readFileSync } from "node:fs";
import type { Json } from "../../shared/base/canonical-json.ts";
import { throwIfCancelled } from "../../shared/base/errors.ts";
import type { Person } from "../../shared/domain/erasure.ts";
import type { Session } from "../engine/duckdb.ts";
import { ident, literal, parquet } from "../engine/sql.ts";
import { needlesOf } from "./erase-lists.ts";
import { personPredicate, withoutPerson } from "./person-predicate.ts";

interface Scanning {
  readonly session: Session;
  readonly person: Person;
  readonly signal: AbortSignal;
  readonly progress: (done: number) => void;
}

/** So many files are opened by one statement. */
const atOnce = 128;
const fileColumn = "assay_file_of_row";

/** How many rows (elements, of JSON) of each file are the person's; files without any are left out. Tables of equal columns are read together:
 *  a statement costs more than the rows of a small file. */
export async function personRows(paths: readonly string[], scanning: Scanning): Promise<Map<string, number>> {
  const { session, person, signal, progress } = scanning;
  const found = new Map<string, number>();
  const isOf = needlesOf(person);
  for (let from = 0; from < paths.length; from += atOnce) {
    throwIfCancelled(signal);
    progress(from);
    const some = paths.slice(from, from + atOnce);
    const tables = some.filter((path) => !path.endsWith(".json"));
    for (const path of some.filter((one) => one.endsWith(".json"))) {
      const { removed } = withoutPerson(JSON.parse(readFileSync(path, "utf8")) as Json, isOf);
      if (removed > 0) found.set(path, removed);
    }
    for (const alike of await byColumns(session, tables)) {
      throwIfCancelled(signal);
      const [first = ""] = alike;
      const predicate = personPredicate(await session.describe(`SELECT * FROM ${parquet([first])}`), person);
      if (predicate === null) continue;
      const files = parquet(alike, [`filename = ${literal(fileColumn)}`]);
      const name = ident(fileColumn);
      const counted = `SELECT ${name} AS path, CAST(count(*) AS INTEGER) AS n FROM ${files} WHERE ${predicate} GROUP BY 1`;
      for (const { path, n } of await session.rows(counted)) found.set(String(path), Number(n));
    }
  }
  return found;
}

/** Files whose columns have equal names and types. */
async function byColumns(session: Session, paths: readonly string[]): Promise<string[][]> {
  if (paths.length === 0) return [];
  const sql = `SELECT file_name, string_agg(concat_ws(':', name, type, converted_type, logical_type, num_children), ',' ORDER BY name, type) AS columns
    FROM parquet_schema([${paths.map(literal).join(", ")}]) GROUP BY 1`;
  const groups = new Map<string, string[]>();
  for (const { file_name, columns } of await session.rows(sql)) {
    const group = groups.get(String(columns)) ?? [];
    group.push(String(file_name));
    groups.set(String(columns), group);
  }
  return [...groups.values()];
}
