import { z } from "zod";
import { brandName, call, count, stream } from "../operation.ts";
import { definition } from "./segments.ts";
import { stepProgress } from "./workspace.ts";

export const handOffOperations = {
  /** A copy of tables that stands by itself: Parquet below bucket=n, manifest.json, schema.json and DDL. */
  "handoff.write": stream({
    input: z.object({
      brand: brandName,
      snapshot_id: z.string().optional(),
      tables: z.array(z.string().min(1)).min(1),
      to: z.string().min(1),
    }),
    progress: stepProgress,
    output: z.object({
      tables: z.array(z.object({ name: z.string(), path: z.string(), rows: count, partitions: count })),
    }),
  }),
  /** A Python script that reads the snapshot where it lies: its profiles, a segment or a statement. */
  "python.script": call({
    input: z.object({
      brand: brandName,
      snapshot_id: z.string().optional(),
      library: z.enum(["duckdb", "pandas"]),
      sql: z.string().max(100_000).optional(),
      segment: z.string().optional(),
      definition: definition.optional(),
    }),
    output: z.object({ name: z.string(), script: z.string() }),
  }),
};
