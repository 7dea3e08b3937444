import { statSync } from "node:fs";
import { join } from "node:path";
import type { EngineContract } from "../../shared/api/engine.ts";
import type { Handlers } from "../../shared/api/serve.ts";
import { type Artifact, findArtifact, placeOf } from "../engine/artifact-store.ts";
import { ident, parquet } from "../engine/sql.ts";
import { summaryOf } from "../run-task.ts";
import { type ServiceContext, withSession } from "./context.ts";
import { readManifest, tableFiles } from "./lay-out.ts";

type Names = "artifacts.describe" | "snapshots.changes";

const compared = ["lifecycle_stage", "value_tier", "return_risk_band", "price_tier", "top_category"] as const;
const summed = ["expected_purchases", "predicted_value_minor", "probability_purchase", "probability_alive"] as const;
const mostMoves = 12;

export const cacheHandlers: Pick<Handlers<EngineContract, ServiceContext>, Names> = {
  "artifacts.describe": async ({ brandDir, keys }) => ({
    artifacts: keys.flatMap((key) => {
      const found = findArtifact(brandDir, key);
      return found ? [described(brandDir, found)] : [];
    }),
  }),
  "snapshots.changes": ({ brandDir, before, after }, { ctx, signal }) =>
    withSession(ctx, signal, async ({ session }) => {
      const open = await session();
      const profiles = (id: string) =>
        parquet(tableFiles(brandDir, readManifest(brandDir, id).tables["profiles"] ?? []).map(({ path }) => path));
      const both = `${profiles(before)} b FULL JOIN ${profiles(after)} a USING (customer_id)`;
      const columns = [];
      for (const column of compared) {
        const name = ident(column);
        const rows = await open.rows(
          `SELECT CAST(b.${name} AS VARCHAR) AS "from", CAST(a.${name} AS VARCHAR) AS "to", count(*) AS customers FROM ${both}
           WHERE b.${name} IS DISTINCT FROM a.${name} GROUP BY ALL ORDER BY customers DESC, 1, 2`,
        );
        const moves = rows.map((row) => ({
          from: row["from"] === null ? null : String(row["from"]),
          to: row["to"] === null ? null : String(row["to"]),
          customers: Number(row["customers"]),
        }));
        const changed = moves.reduce((sum, { customers }) => sum + customers, 0);
        columns.push({ column, changed, moves: moves.slice(0, mostMoves) });
      }
      const totals = [];
      for (const column of summed) {
        const of = (id: string) =>
          open.value(
            `SELECT ${column.startsWith("probability") ? "avg" : "sum"}(${ident(column)}) FROM ${profiles(id)}`,
          );
        const [base, variant] = [await of(before), await of(after)];
        const number = (value: unknown) => (value === null ? null : Number(value));
        totals.push({ column, base: number(base), variant: number(variant) });
      }
      const customers = Number(await open.value(`SELECT count(*) FROM ${both}`));
      return { customers, columns, totals };
    }),
};

function described(brandDir: string, artifact: Artifact) {
  const { key, step, version, host, inputs } = artifact;
  const record = join(brandDir, placeOf(brandDir, key), "artifact.json");
  const lists = Object.values(inputs as Readonly<Record<string, readonly { key: string }[]>>);
  return {
    ...summaryOf(artifact),
    step,
    version,
    host,
    made_at: statSync(record).mtime.toISOString(),
    inputs: [...new Set(lists.flat().map((one) => one.key))],
  };
}
