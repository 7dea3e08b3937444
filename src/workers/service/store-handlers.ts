import { readFileSync } from "node:fs";
import type { EngineContract } from "../../shared/api/engine.ts";
import type { Handlers } from "../../shared/api/serve.ts";
import type { Json } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { lakeTargets } from "../../shared/domain/lake.ts";
import { refersOf } from "../../shared/domain/needs.ts";
import { findArtifact, quarantine, requireArtifact, verifiedPath } from "../engine/artifact-store.ts";
import { appendEntry, readLogPage } from "../engine/brand-log.ts";
import { namesOf } from "../engine/brand-needs.ts";
import { findArtifacts } from "../engine/find-artifacts.ts";
import { probeDirectory } from "../engine/probe.ts";
import { reviveNames } from "../engine/revive.ts";
import { parquet } from "../engine/sql.ts";
import { createBrand, createWorkspace, openWorkspace } from "../engine/workspace.ts";
import { countConflicts } from "../landing/conflicts.ts";
import { countRepeats } from "../landing/repeats.ts";
import { type ServiceContext, withSession } from "./context.ts";
import { dropLanded, landFiles } from "./land-files.ts";

type Names =
  | "workspace.create"
  | "workspace.open"
  | "workspace.doctor"
  | "brand.create"
  | "log.read"
  | "log.append"
  | "artifacts.find"
  | "artifacts.json"
  | "landing.copy"
  | "landing.drop"
  | "landing.count"
  | "landing.conflicts"
  | "landing.rejects"
  | "process.memory";
export type StoreHandlers = Pick<Handlers<EngineContract, ServiceContext>, Names>;

interface NormaliseCounts {
  readonly files: readonly {
    sha256: string;
    rows_read: number;
    rows_rejected: number;
    rejects: { reason: string; count: number }[];
    primary: string | null;
    warnings: string[];
  }[];
  readonly latest_order_on: string | null;
  readonly records_until: string | null;
}

let peakRss = 0;

export const storeHandlers: StoreHandlers = {
  "workspace.create": async ({ path }) => createWorkspace(path),
  "workspace.open": async ({ path }) => openWorkspace(path),
  "workspace.doctor": async ({ path }) => {
    const { path: folder } = openWorkspace(path);
    return { checks: probeDirectory(folder) };
  },
  "brand.create": async ({ path, brand }) => createBrand(path, brand),
  "log.read": async ({ brandDir, from }) => {
    const { entries, hasMore } = readLogPage(brandDir, from);
    const told = entries.map(({ version, kind, at, body, taskKey }) => ({
      version,
      kind,
      at,
      body,
      task_key: taskKey,
    }));
    return { entries: told, has_more: hasMore };
  },
  "log.append": async ({ brandDir, kind, body, taskKey, remove, onlyAfter }) => {
    const refers = namesOf(brandDir, refersOf(kind, body));
    const request = { kind, body, taskKey, at: new Date().toISOString(), app: "assay", refers, remove };
    if (onlyAfter === undefined) return appendEntry(brandDir, request);
    return appendEntry(brandDir, { ...request, onlyAfter }) ?? { version: null, adopted: false };
  },
  "artifacts.find": async ({ brandDir, keys, keeps }) => {
    if (keeps) reviveNames(brandDir, keys);
    const looked = await findArtifacts(brandDir, keys);
    for (const key of looked.damaged) quarantine(brandDir, key);
    return looked;
  },
  "artifacts.json": async ({ brandDir, key, output }) => ({ value: readJsonOutput(brandDir, key, output) }),
  "landing.copy": (input, { ctx, signal }) => landFiles(ctx, input, signal),
  "landing.drop": async ({ brandDir, landed, keys }) => dropLanded(brandDir, landed, keys),
  "landing.count": async ({ brandDir, key, earlier }, { ctx, signal }) => {
    const counts = readJsonOutput(brandDir, key, "counts") as unknown as NormaliseCounts;
    const primaries = [...new Set(counts.files.flatMap(({ primary }) => primary ?? []))];
    const repeated = new Map<number, number>();
    await withSession(ctx, signal, async ({ session }) => {
      const open = await session();
      for (const declared of lakeTargets.filter(({ table }) => primaries.includes(table))) {
        const { table } = declared;
        const own = filesOf(brandDir, key, table);
        const before = earlier.flatMap((one) => filesOf(brandDir, one, table));
        const found = await countRepeats(open, declared, { own, earlier: before });
        for (const [file, rows] of found) if (counts.files[file]?.primary === table) repeated.set(file, rows.size);
      }
    });
    const files = counts.files.map((file, at) => {
      const again = repeated.get(at) ?? 0;
      return {
        sha256: file.sha256,
        rows_read: file.rows_read,
        rows_accepted: file.rows_read - file.rows_rejected - again,
        rows_rejected: file.rows_rejected,
        rows_repeated: again,
        rejects: file.rejects,
      };
    });
    const warnings = counts.files.flatMap((file) => file.warnings);
    return {
      files,
      latest_order_on: counts.latest_order_on,
      records_until: counts.records_until,
      warnings: [...new Set(warnings)],
    };
  },
  "landing.conflicts": async ({ brandDir, key, others }, { ctx, signal }) => {
    const own = filesOf(brandDir, key, "customers");
    const theirs = others.flatMap((one) => filesOf(brandDir, one, "customers"));
    return withSession(ctx, signal, async ({ session }) => ({
      conflicts: await countConflicts(await session(), { own, others: theirs }),
    }));
  },
  "landing.rejects": async ({ brandDir, key, offset, limit }, { ctx, signal }) => {
    const found = findArtifact(brandDir, key);
    const file = found?.files.find(({ output }) => output === "rejects");
    if (!file) return { total: 0, rejects: [] };
    const path = verifiedPath(brandDir, file);
    const rejects = await withSession(ctx, signal, async ({ session }) =>
      (await session()).rows(
        `SELECT file, line, "column", value, reason, raw FROM ${parquet([path])} ORDER BY file, source_row LIMIT ${Math.max(0, limit)} OFFSET ${offset}`,
      ),
    );
    return { total: file.rows, rejects };
  },
  "process.memory": async () => {
    const rss = process.memoryUsage.rss();
    peakRss = Math.max(peakRss, rss, process.resourceUsage().maxRSS * 1024);
    return { rss_bytes: rss, peak_rss_bytes: peakRss };
  },
};

function filesOf(brandDir: string, key: string, output: string): string[] {
  const file = requireArtifact(brandDir, key).files.find((one) => one.output === output);
  return file && file.rows > 0 ? [verifiedPath(brandDir, file)] : [];
}

export function readJsonOutput(brandDir: string, key: string, output: string): Json {
  const file = requireArtifact(brandDir, key).files.find((one) => one.output === output);
  if (!file)
    throw new AssayError("not_found", `The artifact ${key.slice(0, 12)} has no output ${output}.`, "Run again.");
  return JSON.parse(readFileSync(verifiedPath(brandDir, file), "utf8")) as Json;
}
