import { z } from "zod";
import { brandName, call, count, day, json, stream } from "../operation.ts";
import { stepProgress } from "./workspace.ts";

const statement = { brand: brandName, sql: z.string().min(1).max(100_000), snapshot_id: z.string().optional() };

const sqlTable = z.object({
  table: z.string(),
  help: z.string(),
  rows: count.nullable(),
  columns: z.array(z.object({ name: z.string(), type: z.string(), help: z.string() })),
});
export type SqlTable = z.output<typeof sqlTable>;

export const sqlOperations = {
  /** One read-only statement over the snapshot's tables, in a process of its own, for 30 s at most. A statement that can't be
   *  read or run is refused with the line and column (from 1) in the error's details. */
  "sql.query": call({
    input: z.object({ ...statement, limit: z.number().int().min(1).optional() }),
    output: z.object({
      columns: z.array(z.object({ name: z.string(), type: z.string() })),
      rows: z.array(z.record(z.string(), json)),
      row_count: count,
    }),
  }),
  "sql.tables": call({
    input: z.object({ brand: brandName, snapshot_id: z.string().optional() }),
    output: z.object({ snapshot_id: z.string(), as_of: day, tables: z.array(sqlTable) }),
  }),
  /** Writes all rows of a statement as a file; it is entered among the brand's exports. */
  "sql.export": stream({
    input: z.object({
      ...statement,
      format: z.enum(["csv", "json", "parquet"]),
      /** Where to write; left out: the brand's exports folder in the workspace, for a download. */
      out: z.string().optional(),
    }),
    progress: stepProgress,
    output: z.object({ path: z.string(), rows: count, sha256: z.string() }),
  }),
};
