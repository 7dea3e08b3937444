import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { EngineContract, QuerySnapshot } from "../../shared/api/engine.ts";
import type { Handlers } from "../../shared/api/serve.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { type JudgedRow, verdictOf } from "../../shared/domain/verdict.ts";
import { keepGroups } from "../exports/campaign-groups.ts";
import { listTemplates } from "../exports/list.ts";
import { keepOffers } from "../exports/offers/keep.ts";
import { type RefreshInput, refreshMembers } from "../exports/segment-members.ts";
import { type ExportInput, previewExport, writeExport } from "../exports/write-export.ts";
import { compareSegments } from "../query/compare.ts";
import { runConsole } from "../query/console.ts";
import { countSegment } from "../query/counts.ts";
import { showCustomer } from "../query/customer.ts";
import { listEventChoices } from "../query/event-choices.ts";
import { listFields } from "../query/fields.ts";
import { readIdentity } from "../query/identity.ts";
import { explainPair, shareOfRecords, whetherJoined } from "../query/identity-pair.ts";
import { readLifecycle } from "../query/lifecycle.ts";
import { listMembers } from "../query/members.ts";
import { modelDrift } from "../query/model-drift.ts";
import { readOverview } from "../query/overview.ts";
import { pageCustomers } from "../query/pages.ts";
import { pagePeople } from "../query/people.ts";
import { readPeriods } from "../query/periods.ts";
import { readPreferences } from "../query/preferences.ts";
import { pythonScript } from "../query/python-script.ts";
import { readReturns } from "../query/returns.ts";
import { segmentMoves } from "../query/segment-moves.ts";
import { type OpenSnapshot, SessionPool } from "../query/session-pool.ts";
import type { SnapshotHandle } from "../query/snapshot.ts";
import { listTables } from "../query/table-list.ts";
import { askCampaigns, type KeyedCampaign, type KeyedOffers, withGroups } from "./campaign-questions.ts";
import { type ServiceContext, withSession } from "./context.ts";
import { keptExport, type VerifyInput, verifyExport } from "./export-handlers.ts";
import { layOutAlone, readManifest } from "./lay-out.ts";
import { handleOf } from "./snapshot-handle.ts";
import { readJsonOutput } from "./store-handlers.ts";
import { readingSnapshot } from "./upkeep-handlers.ts";

type Ask = (
  snapshot: OpenSnapshot,
  input: never,
  signal: AbortSignal,
  progress: (progress: { done: number; total: number | null; label: string }) => void,
) => Promise<object>;

const questions: Readonly<Record<string, Ask>> = {
  "customers.fields": (snapshot, _, signal) => listFields(snapshot, signal),
  "sql.tables": (snapshot) => listTables(snapshot),
  "python.script": pythonScript,
  "models.events": listEventChoices,
  "customers.page": pageCustomers,
  "customers.show": showCustomer,
  "people.page": pagePeople,
  "overview.read": readOverview,
  "periods.read": readPeriods,
  "lifecycle.read": readLifecycle,
  "returns.read": readReturns,
  "preferences.read": readPreferences,
  "identity.read": readIdentity,
  "identity.explain": explainPair,
  "identity.share": shareOfRecords,
  "identity.joined": whetherJoined,
  "segments.count": countSegment,
  "segments.compare": compareSegments,
  "segments.members": listMembers,
  "segments.export_preview": previewExport,
};

/** Questions that two snapshots answer together. */
const comparisons: Readonly<
  Record<
    string,
    (now: OpenSnapshot, then: OpenSnapshot, input: never, scratch: string, signal: AbortSignal) => Promise<object>
  >
> = { "segments.moves": segmentMoves, "models.drift": modelDrift };

let pool: SessionPool | undefined;

function openIn(ctx: ServiceContext, handle: SnapshotHandle): Promise<OpenSnapshot> {
  pool ??= new SessionPool({ memoryLimit: 2e9, threads: 2, scratch: ctx.scratchRoot });
  return pool.get(handle);
}

/** Closes what is open of any snapshot: its tables are others now. */
export function forgetSessions(): void {
  pool?.close();
  pool = undefined;
}

type Names = "query" | "templates.list" | "segments.refresh" | "campaigns.draw" | "campaigns.keep_offers";

const answers: Pick<Handlers<EngineContract, ServiceContext>, Names> = {
  query: async ({ name, snapshot, before, input }, { ctx, signal, progress }) => {
    if (name === "sql.query") return runSql(snapshot, input as Parameters<typeof runConsole>[0], ctx, signal);
    const opened = async () => openIn(ctx, await handleOf(snapshot, null));
    if (name === "exports.verify") {
      const sql = (asked: object) => runSql(snapshot, asked as Parameters<typeof runConsole>[0], ctx, signal);
      const verifying = { ctx, reference: snapshot, open: opened, runSql: sql, signal, progress };
      return verifyExport(input as VerifyInput, verifying);
    }
    if (name === "segments.export" || name === "campaigns.list_of") {
      const open = await opened();
      return keptExport(ctx, snapshot.brandDir, async (keep) => {
        const list = { ...(input as ExportInput), keep };
        if (name === "segments.export") return writeExport(open, list, signal, progress);
        return (await askCampaigns(name, open, snapshot.brandDir, list, { signal, progress })) ?? {};
      });
    }
    if (name.startsWith("campaigns.")) {
      const answer = await askCampaigns(name, await opened(), snapshot.brandDir, input, { signal, progress });
      if (answer) return answer;
    }
    const compare = Object.hasOwn(comparisons, name) ? comparisons[name] : undefined;
    if (compare && before) {
      const then = await openIn(ctx, await handleOf(before, null));
      const now = await openIn(ctx, await handleOf(snapshot, null));
      return compare(now, then, input as never, join(ctx.scratchRoot, `then-${randomUUID()}.parquet`), signal);
    }
    const ask = Object.hasOwn(questions, name) ? questions[name] : undefined;
    if (!ask) throw new AssayError("not_found", `There is no question ${name}.`, "Update both ends to one version.");
    const open = await openIn(ctx, await handleOf(snapshot, name === "overview.read" ? before : null));
    return ask(open, input as never, signal, progress);
  },
  "segments.refresh": async ({ snapshot, input }, { ctx, signal }) => {
    const { brandDir, snapshot_id } = snapshot;
    const refresh = input as RefreshInput;
    const open = await openIn(ctx, await handleOf({ ...snapshot, members: undefined }, null));
    const segments = await withSession(ctx, signal, ({ scratch }) =>
      refreshMembers(open, refresh, { brandDir, scratch, signal }),
    );
    layOutAlone(brandDir, snapshot_id, "segment_members", [{ key: refresh.key, output: "segment_members", bucket: 0 }]);
    return { segments };
  },
  "campaigns.draw": async ({ snapshot, key, input }, { ctx, signal }) => {
    const { brandDir } = snapshot;
    const open = await openIn(ctx, await handleOf(snapshot, null));
    return withSession(ctx, signal, ({ scratch }) =>
      keepGroups(open, withGroups(brandDir, input as KeyedCampaign), { brandDir, scratch, key, signal }),
    );
  },
  "campaigns.keep_offers": async ({ snapshot, key, input }, { ctx, signal }) => {
    const { brandDir } = snapshot;
    const open = await openIn(ctx, await handleOf(snapshot, null));
    return withSession(ctx, signal, ({ scratch }) =>
      keepOffers(open, withGroups(brandDir, input as KeyedOffers), { brandDir, scratch, key, signal }),
    );
  },
  "templates.list": async () => listTemplates(),
};

/** What reads a snapshot pins it meanwhile. */
export const queryHandlers: typeof answers = {
  ...answers,
  query: (input, tools) => readingSnapshot(input.snapshot, () => answers.query(input, tools)),
  "segments.refresh": (input, tools) =>
    readingSnapshot(input.snapshot, () => answers["segments.refresh"](input, tools)),
  "campaigns.draw": (input, tools) => readingSnapshot(input.snapshot, () => answers["campaigns.draw"](input, tools)),
};

async function runSql(
  reference: QuerySnapshot,
  input: Parameters<typeof runConsole>[0],
  ctx: ServiceContext,
  signal: AbortSignal,
): Promise<object> {
  const { tables } = await handleOf(reference, null);
  const evaluations = reference.evaluations.flatMap(
    ({ key }) => (readJsonOutput(reference.brandDir, key, "evaluations") as Record<string, unknown>[]) ?? [],
  );
  return runConsole({
    ...input,
    tables,
    personal: ["people"],
    json: {
      model_evaluations: evaluations.map(({ calibration: _, ...row }) => row),
      model_verdicts: Object.keys(readManifest(reference.brandDir, reference.snapshot_id).fits).map((model) => ({
        model,
        ...verdictOf(evaluations.filter((row) => row["model"] === model) as unknown as JudgedRow[]),
      })),
    },
    scratch: ctx.scratchRoot,
    startProcess: ctx.startProcess,
    signal,
  } as Parameters<typeof runConsole>[0]);
}
