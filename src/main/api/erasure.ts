import { randomUUID } from "node:crypto";
import { AssayError, throwIfCancelled } from "../../shared/base/errors.ts";
import type { BrandState } from "../../shared/domain/brand-state.ts";
import { currentSnapshot } from "../../shared/domain/brand-state.ts";
import type { ErasureCounts, ErasureReceipt, OutsideList, Person } from "../../shared/domain/erasure.ts";
import { claimOf, erasureWork, holdClaim } from "../schedule/hold-claim.ts";
import { type ApiContext, requireWorkspace, requireWritable, settingsOf } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";
import { followKept } from "./open-workspace.ts";

interface Subject {
  readonly email?: string | undefined;
  readonly customer_id?: string | undefined;
}
/** How long an erasure waits for another to end, in milliseconds. */
const patienceMs = 10_000;
type Say = (label: string, done?: number, total?: number | null) => void;
interface Doing {
  readonly brand: string;
  readonly signal: AbortSignal;
  readonly say: Say;
}
type Found = Person & {
  readonly shared: number;
  readonly marks: readonly string[];
  readonly tombstones: readonly string[];
};

const notes = [
  "Figures of the published snapshots (counts, sums, fitted parameters) hold the person's share until the next run.",
  "Backups and copies of the workspace made before hold the person: erase there too, or let them lapse.",
  "Files of the systems that deliver, and folders that were handed to other engines, lie outside; what is delivered again is left out.",
];

async function find(ctx: ApiContext, state: BrandState, { brand, signal }: Doing, subject: Subject): Promise<Found> {
  const brandDir = requireWorkspace(ctx).brands.directory(brand);
  const snapshot = currentSnapshot(state);
  const manifest = snapshot
    ? await ctx.engine.call("snapshots.manifest", { brandDir, snapshot_id: snapshot.snapshot_id }, { signal })
    : undefined;
  const email = subject.email?.trim().toLowerCase();
  if ((email === undefined) === (subject.customer_id === undefined))
    throw new AssayError("usage", "Nobody is named, or twice.", "Give either an e-mail address or a customer id.");
  const found = await ctx.engine.call(
    "erasure.find",
    {
      brandDir,
      normalised: [...new Set(state.batches.map(({ normalised }) => normalised))],
      ids: [...new Set(state.ids.map(({ ids }) => ids))],
      visits: (manifest?.tables.web_events ?? []).map(({ key, output }) => ({ key, output })),
      email,
      customer_id: subject.customer_id,
    },
    { signal },
  );
  if (found.several > 1)
    throw new AssayError(
      "conflict",
      `${found.several} customers have that address.`,
      "Name one of them: `assay erase --customer ID`.",
      { customer_ids: [...found.customer_ids] },
    );
  return found;
}

const isNobody = ({ customer_ids, records, emails }: Person) =>
  customer_ids.length + records.length + emails.length === 0;

/** The receipt of whoever was erased before. */
function earlierReceipt(state: BrandState, { marks }: Found): ErasureReceipt | undefined {
  const isKnown = marks.some((mark) => state.tombstones.has(mark));
  return [...state.erasures.values()]
    .filter(({ ended, subjects }) => ended && (subjects.some((one) => marks.includes(one)) || isKnown))
    .filter(({ subjects, tombstones }) => marks.some((mark) => subjects.includes(mark) || tombstones.includes(mark)))
    .at(-1)?.ended?.receipt;
}

function deliveriesOf(state: BrandState) {
  const nothing = { layout: "generic", tables: [] };
  return state.batches.map(({ batch_id, source, files }) => ({
    batch_id,
    source,
    files,
    mapping: state.sources.get(source)?.mapping ?? nothing,
  }));
}

/** Lists that lie outside, and whether they held the person. */
async function outsideLists(ctx: ApiContext, state: BrandState, person: Person, { brand, signal }: Doing) {
  const brandDir = requireWorkspace(ctx).brands.directory(brand);
  const listed = state.exports.filter(({ path }) => !path?.startsWith(brandDir));
  const recipients = listed.flatMap(({ recipe }) => recipe?.recipients ?? []);
  const { held } = await ctx.engine.call("erasure.held", { brandDir, person, recipients }, { signal });
  return listed.flatMap(({ recipe, at, ...one }): OutsideList[] => {
    const table = recipe?.recipients ?? null;
    if (table !== null && !held.includes(table)) return [];
    return [
      {
        export: one.export,
        written_at: at,
        kind: recipe?.kind ?? "segment",
        segment: one.segment,
        campaign: recipe?.campaign?.campaign ?? null,
        template: recipe?.template ?? null,
        held: table === null ? "may" : "yes",
      },
    ];
  });
}

interface Taken {
  readonly landed: Awaited<ReturnType<typeof takeFromLanded>>;
  readonly made: Awaited<ReturnType<typeof takeFromArtifacts>>;
}

function takeFromLanded(
  ctx: ApiContext,
  state: BrandState,
  person: Person,
  tombstones: readonly string[],
  doing: Doing,
  isDry: boolean,
) {
  const { time_zone } = settingsOf(state);
  const brandDir = requireWorkspace(ctx).brands.directory(doing.brand);
  return ctx.engine.stream(
    "erasure.landed",
    { brandDir, person, deliveries: deliveriesOf(state), tombstones, time_zone, isDry },
    { signal: doing.signal, onProgress: ({ done, total }) => doing.say("Looking through deliveries", done, total) },
  );
}

function takeFromArtifacts(
  ctx: ApiContext,
  state: BrandState,
  person: Person,
  erasure: string,
  doing: Doing,
  isDry: boolean,
) {
  const brandDir = requireWorkspace(ctx).brands.directory(doing.brand);
  const members = Object.fromEntries([...state.members].map(([id, { key }]) => [id, key]));
  return ctx.engine.stream(
    "erasure.artifacts",
    { brandDir, erasure, person, members, isDry },
    { signal: doing.signal, onProgress: ({ done, total }) => doing.say("Looking through artifacts", done, total) },
  );
}

function countsOf(person: Person & { shared?: number }, { landed, made }: Taken, searchIndex: number): ErasureCounts {
  return {
    customers: person.customer_ids.length,
    records: person.records.length,
    orders: person.orders.length,
    shared_values: person.shared ?? 0,
    landed_files: landed.files.length,
    landed_rows: landed.rows,
    artifacts: made.artifacts,
    rows: made.rows,
    snapshots: made.snapshots,
    lists_rewritten: made.lists.length,
    search_index: searchIndex,
  };
}

const sum = (rows: Readonly<Record<string, number>>) => Object.values(rows).reduce((total, n) => total + n, 0);

/** Erases, or goes on with what was stopped: every step looks for what is left. */
async function erase(
  ctx: ApiContext,
  erasure: string,
  person: Person & { shared?: number },
  doing: Doing,
): Promise<ErasureReceipt> {
  const { brand, signal, say } = doing;
  const { brands, workspace_id } = requireWritable(ctx);
  const brandDir = brands.directory(brand);
  const { subjects, tombstones } = await ctx.engine.call("erasure.begin", { brandDir, erasure, person }, { signal });
  let state = await brands.append(brand, "erasure_begun", { erasure, subjects, tombstones }, `erasure:${erasure}`);
  const known = state.erasures.get(erasure);
  if (!known?.ended) {
    const lists = await outsideLists(ctx, state, person, doing);
    const landed = await takeFromLanded(ctx, state, person, tombstones, doing, false);
    const made = await takeFromArtifacts(ctx, state, person, erasure, doing, false);
    say("Looking whether anything is left");
    const left = await takeFromArtifacts(ctx, state, person, erasure, doing, true);
    const receipt: ErasureReceipt = {
      ...{ format: "assay-erasure", format_version: 1, erasure, subjects },
      ...{ begun_at: known?.begun_at ?? ctx.now().toISOString(), ended_at: ctx.now().toISOString() },
      ...{ program: ctx.version, workspace_id, brand },
      counts: countsOf(person, { landed, made }, 1),
      tombstones: tombstones.length,
      lists_outside: lists,
      notes,
      remaining: sum(left.rows) + left.lists.length,
    };
    const { files, removed } = landed;
    const body = { erasure, files, lists: made.lists, removed, receipt };
    state = await brands.append(brand, "person_erased", body, `erased:${erasure}`, removed);
  }
  const ended = state.erasures.get(erasure)?.ended;
  if (!ended) throw new AssayError("internal", "The erasure was not entered.", "Run the same again.");
  say("Taking away what was replaced");
  const { removed, files } = ended;
  await ctx.engine.call("erasure.finish", { brandDir, erasure, removed, files, copies: ctx.dataFolder }, { signal });
  await followKept(ctx, brand);
  await ctx.store.forgetPeople(`${workspace_id}/${brand}`);
  ctx.indexPeople(brand, true);
  for (const topic of ["sources", "snapshots", "segments"] as const) ctx.tell(topic);
  return ended.receipt;
}

/** No run begins meanwhile, and no other erasure. */
async function whileHeld<T>(
  ctx: ApiContext,
  { brandDir, signal }: { readonly brandDir: string; readonly signal: AbortSignal },
  body: () => Promise<T>,
): Promise<T> {
  const until = performance.now() + patienceMs;
  let letGo = await holdClaim(ctx.engine, brandDir, erasureWork);
  while (!letGo && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 200)); // one that was stopped a moment ago may still be ending
    throwIfCancelled(signal);
    letGo = await holdClaim(ctx.engine, brandDir, erasureWork);
  }
  if (!letGo)
    throw new AssayError(
      "conflict",
      "Somebody is being erased from this brand already.",
      "Erase again when that has ended; an erasure that was killed lets go within half a minute.",
    );
  try {
    return await body();
  } finally {
    await letGo().catch(() => {});
  }
}

export const erasureHandlers: HandlersOf<Named<"erasure">> = {
  "erasure.preview": async ({ brand, ...subject }, { ctx, signal, progress }) => {
    const doing = { brand, signal, say: sayer(progress) };
    const state = await requireWorkspace(ctx).brands.refresh(brand);
    const person = await find(ctx, state, doing, subject);
    const [landed, made] = await Promise.all([
      takeFromLanded(ctx, state, person, person.tombstones, doing, true),
      takeFromArtifacts(ctx, state, person, "preview", doing, true),
    ]);
    const counts = countsOf(person, { landed, made }, 1);
    return {
      is_known: !isNobody(person),
      counts: { ...counts, rows: { ...counts.rows } },
      lists_outside: await outsideLists(ctx, state, person, doing),
      notes,
    };
  },
  "erasure.run": async ({ brand, ...subject }, { ctx, signal, progress }) => {
    const { brands } = requireWritable(ctx);
    const doing = { brand, signal, say: sayer(progress) };
    const brandDir = brands.directory(brand);
    return whileHeld(ctx, { brandDir, signal }, async () => {
      doing.say("Looking who that is");
      const own = claimOf(erasureWork);
      const { busy } = await ctx.engine.call("erasure.busy", { brandDir, own }, { signal });
      if (busy)
        throw new AssayError(
          "conflict",
          "A run goes on in this brand.",
          "Wait until it has ended, or cancel it, then erase.",
        );
      const { pending } = await ctx.engine.call("erasure.pending", { brandDir }, { signal });
      for (const { erasure, person } of pending) await erase(ctx, erasure, person, doing);
      const state = await brands.refresh(brand);
      const person = await find(ctx, state, doing, subject);
      const before = earlierReceipt(state, person);
      if (isNobody(person)) {
        if (before) return { receipt: document(before), is_repeated: true };
        throw new AssayError(
          "not_found",
          "Nobody is known by that.",
          "Check the address or id; see the Customers screen.",
        );
      }
      const erasure = randomUUID().replaceAll("-", "").slice(0, 20);
      return { receipt: document(await erase(ctx, erasure, person, doing)), is_repeated: false };
    });
  },
  "erasure.list": async ({ brand }, { ctx, signal }) => {
    const { brands } = requireWorkspace(ctx);
    const state = await brands.refresh(brand);
    const { pending } = await ctx.engine.call("erasure.pending", { brandDir: brands.directory(brand) }, { signal });
    const receipts = [...state.erasures.values()].flatMap(({ ended }) => (ended ? [document(ended.receipt)] : []));
    return { receipts, pending: pending.length };
  },
};

function sayer(progress: (progress: { label: string; done: number; total: number | null; unit: string }) => void): Say {
  return (label, done = 0, total = null) => progress({ label, done, total, unit: "files" });
}

function document(receipt: ErasureReceipt) {
  return JSON.parse(JSON.stringify(receipt)) as never;
}
