import { join, resolve } from "node:path";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import type { DefinitionBody } from "../../shared/domain/brand-state.ts";
import { notPermitted } from "../../shared/domain/disclosure.ts";
import { sha256 } from "../plan/key.ts";
import { asking, recordRefusal, thisAccount } from "./account.ts";
import { findSnapshot, requireWorkspace, settingsOf } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";
import { askSnapshot } from "./query.ts";
import { definitionOf, segmentRules } from "./segments.ts";
import { stampOf } from "./stamp.ts";

export const handOffHandlers: HandlersOf<Named<"handoff"> | Named<"python">> = {
  "handoff.write": async ({ brand, snapshot_id, tables, to }, { ctx, signal, progress }) => {
    const { brands, read_only_reason } = requireWorkspace(ctx);
    const { state, brandDir, snapshot } = await findSnapshot(ctx, brand, snapshot_id);
    const { currency, time_zone } = settingsOf(state);
    const names = [...new Set(tables)];
    const personal = names.filter((name) => name === "people");
    const { refused } = asking(state);
    if (refused !== null && personal.length > 0)
      await recordRefusal(ctx, { brand, what: "hand-off", name: "tables" }, () =>
        Promise.reject(notPermitted(refused, personal)),
      );
    const about = {
      brand,
      snapshot_id: snapshot.snapshot_id,
      as_of: snapshot.as_of,
      horizon_days: snapshot.horizon_days,
      currency,
      time_zone,
      written_at: ctx.now().toISOString(),
      program: `Assay ${ctx.version}`,
    };
    const written = await ctx.engine.stream(
      "snapshots.hand_off",
      { brandDir, snapshot_id: snapshot.snapshot_id, tables: names, to: resolve(to), about },
      { signal, onProgress: (one) => progress({ ...one, unit: "files" }) },
    );
    if (!read_only_reason) {
      const rows = written.tables.reduce((sum, table) => sum + table.rows, 0);
      const id = `hand-off-${stampOf(about.written_at)}`;
      const digest = sha256(canonicalJson({ snapshot_id: snapshot.snapshot_id, tables: names }));
      const body = { export: id, segment: null, rows, sha256: digest, path: resolve(to), by: thisAccount(), personal };
      await brands.append(brand, "export_written", body, `export:${id}:${digest}:${state.version}`);
    }
    return written;
  },
  "python.script": async ({ brand, snapshot_id, library, sql, segment, definition }, { ctx, signal }) => {
    const found = await findSnapshot(ctx, brand, snapshot_id);
    const rule: DefinitionBody | null =
      segment === undefined && definition === undefined ? null : definitionOf(found.state, { segment, definition });
    const input = {
      library,
      folder: join(found.brandDir, "snapshots", found.snapshot.snapshot_id, "tables"),
      brand,
      version: ctx.version,
      sql,
      segment: rule ? { name: segment ?? "segment", definition: rule, segments: segmentRules(found.state) } : undefined,
    };
    return (await askSnapshot(ctx, found, "python.script", input, signal)) as never;
  },
};
