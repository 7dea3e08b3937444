import { readFileSync } from "node:fs";
import type { ListComparison } from "../../shared/domain/written-list.ts";
import type { Session } from "../engine/duckdb.ts";
import { literal, parquet } from "../engine/sql.ts";
import { numberOf } from "../query/estimate.ts";
import { compareLists } from "./compare-lists.ts";

/** Compares a file with the same file made again, by rows: CSV cell by cell, Parquet and JSON by whole rows. */
export async function compareFiles(
  session: Session,
  { own, again, format }: { own: string; again: string; format: "csv" | "json" | "parquet" },
): Promise<ListComparison> {
  if (format === "csv") return compareLists(readFileSync(own, "utf8"), readFileSync(again, "utf8"));
  const rowsOf = (path: string) =>
    format === "parquet"
      ? parquet([path])
      : `read_json(${literal(path)}, format = 'array', hive_partitioning = false, maximum_object_size = 100000000)`;
  const sizeOf = async (path: string) => numberOf(await session.value(`SELECT count(*) FROM ${rowsOf(path)}`));
  const only = async (a: string, b: string) =>
    numberOf(
      await session.value(`SELECT count(*) FROM (SELECT * FROM ${rowsOf(a)} EXCEPT ALL SELECT * FROM ${rowsOf(b)})`),
    );
  const counts = { missing: await only(again, own), added: await only(own, again), changed: 0 };
  return {
    rows: await sizeOf(own),
    rows_again: await sizeOf(again),
    counts,
    differences: [],
    isSameOrder: counts.missing === 0 && counts.added === 0,
  };
}
