import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { asking, recordRefusal, thisAccount } from "./account.ts";
import { findSnapshot, requireWorkspace } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";
import { askSnapshot } from "./query.ts";
import { queryRecipe } from "./recipes.ts";
import { stampOf } from "./stamp.ts";

export const sqlHandlers: HandlersOf<Named<"sql">> = {
  "sql.query": async ({ brand, ...input }, { ctx, signal }) => {
    const found = await findSnapshot(ctx, brand, input.snapshot_id);
    const asked = { ...input, ...asking(found.state) };
    return (await recordRefusal(ctx, { brand, what: "query", name: stampOf(ctx.now()) }, () =>
      askSnapshot(ctx, found, "sql.query", asked, signal),
    )) as never;
  },
  "sql.tables": async ({ brand, snapshot_id }, { ctx, signal }) => {
    const found = await findSnapshot(ctx, brand, snapshot_id);
    const { snapshot } = found;
    const { tables } = (await askSnapshot(ctx, found, "sql.tables", {}, signal)) as { tables: { table: string }[] };
    const counted = tables.map((one) => ({ ...one, rows: snapshot.tables[one.table]?.rows ?? null }));
    return { snapshot_id: snapshot.snapshot_id, as_of: snapshot.as_of, tables: counted as never };
  },
  "sql.export": async ({ brand, out, ...input }, { ctx, signal, progress }) => {
    const { brands, read_only_reason } = requireWorkspace(ctx);
    const found = await findSnapshot(ctx, brand, input.snapshot_id);
    const id = stampOf(ctx.now());
    const path = resolve(out ?? `${brands.directory(brand)}/exports/${id}-query/query.${input.format}`);
    if (!out) await mkdir(dirname(path), { recursive: true });
    progress({ label: "Running the statement", done: 0, total: null, unit: "rows" });
    const asked = { ...input, out: path, ...asking(found.state) };
    const written = (await recordRefusal(ctx, { brand, what: "query", name: id }, () =>
      askSnapshot(ctx, found, "sql.query", asked, signal),
    )) as { row_count: number; personal: string[] };
    const digest = createHash("sha256");
    await pipeline(createReadStream(path), digest);
    const sha256 = digest.digest("hex");
    if (!read_only_reason) {
      await brands.append(
        brand,
        "export_written",
        {
          ...{ export: id, segment: null, rows: written.row_count, sha256, path },
          snapshot_id: found.snapshot.snapshot_id,
          ...{ by: thisAccount(), personal: written.personal },
          recipe: queryRecipe(ctx, { sql: input.sql, format: input.format }),
        },
        `export:${id}:${sha256}:${found.state.version}`,
      );
    }
    return { path, rows: written.row_count, sha256 };
  },
};
