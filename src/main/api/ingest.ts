import type { Batch, DetectedFile } from "../../shared/api/contract/sources.ts";
import type { LandedFile, Screening } from "../../shared/api/engine.ts";
import { AssayError, throwIfCancelled } from "../../shared/base/errors.ts";
import { dayInZone } from "../../shared/base/time.ts";
import { Turns } from "../../shared/base/turns.ts";
import { type BatchBody, type BrandState, liveBatches, type SourceBody } from "../../shared/domain/brand-state.ts";
import type { TaskNode } from "../../shared/domain/task.ts";
import { Planner } from "../plan/plan.ts";
import { queryBytes } from "../schedule/memory.ts";
import { normaliseSubject } from "../schedule/run-plan.ts";
import { batchDocument, fileDocument } from "./batch-document.ts";
import { type ApiContext, requireWritable, settingsOf } from "./context.ts";
import { type Room, roomOf } from "./launch.ts";
import { glanceAtFiles } from "./recognise.ts";
import { filesOf, strangersOf } from "./source-groups.ts";

export interface IngestOptions {
  readonly signal: AbortSignal;
  /** Recognises the files below some paths; asked once a delivery, however many sources share the paths. */
  readonly lookAt: (paths: readonly string[]) => Promise<readonly DetectedFile[]>;
  readonly progress: (progress: { label: string; done: number; total: number | null; unit: string }) => void;
  /** Shared by deliveries that are begun at once. */
  readonly turns?: Turns;
  /** What reading may take; this machine's where left out. */
  readonly room?: Room | undefined;
}

/** The task that reads one delivery: the very node that a run plans for it. */
export function normaliseTask(
  ctx: ApiContext,
  state: BrandState,
  batch: Pick<BatchBody, "source" | "batch_id" | "not_after" | "files">,
  mapping: SourceBody["mapping"],
): TaskNode {
  const settings = settingsOf(state);
  const planner = new Planner({
    steps: ctx.runs.catalogue.steps,
    batches: [{ source: batch.source, batchId: batch.batch_id, subject: normaliseSubject(batch, mapping) }],
    brand: { currency: settings.currency, timeZone: settings.time_zone, returnWindowDays: settings.return_window_days },
    asOf: null,
    horizonDays: 0,
    purchaseHorizonDays: 0,
    bucketCount: 1,
    seed: 1,
    params: {},
    previousIds: () => null,
  });
  const [node] = planner.require("normalise");
  if (!node) throw new AssayError("internal", "A delivery can't be planned.", "This is a defect; report it.");
  return node;
}

async function runTask(
  ctx: ApiContext,
  brandDir: string,
  node: TaskNode,
  { signal, room = roomOf(ctx) }: Pick<IngestOptions, "signal" | "room">,
): Promise<void> {
  const { workers, memoryBytes } = room;
  for (;;) {
    const input = {
      brandDir,
      node,
      memoryBytes: queryBytes(memoryBytes, workers),
      workers,
      inline: false,
      attempt: node.key.slice(0, 16),
    };
    const { outcome } = await ctx.engine.stream("tasks.run", input, { signal });
    if (outcome) return;
    await new Promise((resolve) => setTimeout(resolve, 200)); // another process reads the same delivery
    throwIfCancelled(signal);
  }
}

/** Looks at the same paths once. */
export function quickLook(ctx: ApiContext, signal: AbortSignal): IngestOptions["lookAt"] {
  const looked = new Map<string, Promise<readonly DetectedFile[]>>();
  return (paths) => {
    const key = paths.join("\n");
    const known = looked.get(key) ?? glanceAtFiles(ctx, paths, signal);
    looked.set(key, known);
    return known;
  };
}

/** A delivery whose files are copied, and read unless they bring nothing new. */
interface BegunDelivery {
  readonly copied: {
    readonly batch_id: string;
    readonly files: readonly LandedFile[];
    readonly known: readonly LandedFile[];
  };
  readonly earlier: BrandState["batches"];
  readonly arrivedAt: Date;
  /** How many tombstones it was screened by. */
  readonly tombstones: number;
}

/** Copies and reads a delivery without telling anybody: several may be begun at once, they count in the order of `ingestSource`. */
async function beginDelivery(
  ctx: ApiContext,
  brand: string,
  source: SourceBody,
  paths: readonly string[],
  options: IngestOptions,
): Promise<BegunDelivery> {
  const { brands } = requireWritable(ctx);
  const { signal } = options;
  const state = await brands.refresh(brand);
  const brandDir = brands.directory(brand);
  const say = (label: string) => options.progress({ label, done: 0, total: null, unit: "rows" });
  say(`Looking at the files of ${source.source}`);
  const detected = await options.lookAt(paths);
  const sources = [...state.sources.values()];
  const mine = filesOf(source, sources, detected);
  for (const file of strangersOf(source, sources, detected))
    ctx.log(`${file.path} is left where it is: no source takes a file of the layout ${file.layout}.`);
  if (mine.length === 0) {
    const [file] = detected;
    const found = file
      ? `${file.path} is recognised as ${file.layout}, feeding ${file.tables.join(", ") || "nothing"}`
      : "there is none";
    throw new AssayError(
      "not_found",
      `No file in ${paths.join(", ")} is one of ${source.source} (${source.layout}): ${found}.`,
      "Name a file of that source, or add the file as a source of its own.",
    );
  }
  const earlier = liveBatches(state).filter((batch) => batch.source === source.source);
  const before = digestsOf(earlier);
  const { turns = new Turns(1) } = options;
  const copied = await turns.take(Number.POSITIVE_INFINITY, async () => {
    throwIfCancelled(signal);
    say(`Copying ${counted(mine.length)} of ${source.source}`);
    const input = {
      ...{ brandDir, source: source.source, paths: mine.map(({ path }) => path), known: [...before.keys()] },
      screen: screeningOf(state, source.mapping),
    };
    return ctx.engine.call("landing.copy", input, { signal });
  });
  const arrivedAt = ctx.now();
  const read = async () => {
    throwIfCancelled(signal);
    say(`Reading ${counted(copied.files.length)} of ${source.source}`);
    const shell = shellOf(source, copied.batch_id, copied.files, null);
    await runTask(ctx, brandDir, normaliseTask(ctx, state, shell, source.mapping), options);
  };
  const bytes = copied.files.reduce((sum, file) => sum + file.bytes, 0);
  if (copied.files.length > 0) await turns.take(bytes, read);
  return { copied, earlier, arrivedAt, tombstones: state.tombstones.size };
}

/** What keeps erased people out; nothing where nobody was erased. */
export function screeningOf(state: BrandState, mapping: unknown): Screening | undefined {
  if (state.tombstones.size === 0) return undefined;
  return { tombstones: [...state.tombstones], mapping, time_zone: settingsOf(state).time_zone };
}

/** Files that came before, by the digest of what lies here and of what was delivered. */
function digestsOf(batches: BrandState["batches"]) {
  return new Map(
    batches.flatMap((batch) =>
      batch.files.flatMap((file) =>
        [file.sha256, file.delivered_sha256 ?? file.sha256].map((digest) => [digest, { file, batch }] as const),
      ),
    ),
  );
}

/** A file's counts with the rows that were left out of it before it was landed. */
function withErased(file: BatchBody["files"][number]): BatchBody["files"][number] {
  const { rows_erased = 0 } = file;
  if (rows_erased === 0) return file;
  return {
    ...file,
    rows_read: file.rows_read + rows_erased,
    rows_rejected: file.rows_rejected + rows_erased,
    rejects: [...file.rejects, { reason: "erased", count: rows_erased }],
  };
}

function shellOf(source: SourceBody, batchId: string, files: readonly LandedFile[], notAfter: string | null) {
  return {
    source: source.source,
    batch_id: batchId,
    not_after: notAfter,
    files: files.map((file) => ({ ...file, ...noRows })),
  };
}

/** Takes one delivery of a source; the answer counts every row, also of files that bring nothing new. */
export async function ingestSource(
  ctx: ApiContext,
  brand: string,
  source: SourceBody,
  paths: readonly string[],
  options: IngestOptions & { readonly begun?: Promise<BegunDelivery> | undefined },
): Promise<Batch> {
  let begun = await (options.begun ?? beginDelivery(ctx, brand, source, paths, options));
  for (;;) {
    const state = await requireWritable(ctx).brands.refresh(brand);
    const landed =
      begun.tombstones === state.tombstones.size ? await landDelivery(ctx, brand, source, begun, options) : null;
    if (landed) return landed;
    // somebody was erased meanwhile: their rows must not come in with what was copied before
    const again = await beginDelivery(ctx, brand, source, paths, options);
    await dropUnscreened(ctx, brand, source, begun, again);
    begun = again;
  }
}

/** Takes away what was copied and read of a delivery before it was screened again. */
async function dropUnscreened(
  ctx: ApiContext,
  brand: string,
  source: SourceBody,
  before: BegunDelivery,
  again: BegunDelivery,
): Promise<void> {
  const { brands } = requireWritable(ctx);
  const state = await brands.refresh(brand);
  const keysOf = ({ copied, arrivedAt }: BegunDelivery) =>
    [null, dayInZone(arrivedAt, settingsOf(state).time_zone)].map(
      (notAfter) =>
        normaliseTask(ctx, state, shellOf(source, copied.batch_id, copied.files, notAfter), source.mapping).key,
    );
  const stays = new Set([
    ...keysOf(again),
    ...again.copied.files.map(({ landed }) => landed),
    ...state.batches.flatMap(({ normalised, files }) => [normalised, ...files.map(({ landed }) => landed)]),
  ]);
  const landed = before.copied.files.map((file) => file.landed).filter((path) => !stays.has(path));
  const keys = keysOf(before).filter((key) => !stays.has(key));
  await ctx.engine.call("landing.drop", { brandDir: brands.directory(brand), landed, keys });
}

/** Enters a delivery that was copied and screened; null where somebody was erased before it could be. */
async function landDelivery(
  ctx: ApiContext,
  brand: string,
  source: SourceBody,
  { copied, earlier, arrivedAt, tombstones }: BegunDelivery,
  { signal, room }: IngestOptions,
): Promise<Batch | null> {
  const { brands } = requireWritable(ctx);
  const state = await brands.refresh(brand);
  const before = digestsOf(earlier);
  const repeated = copied.known.flatMap((file) => {
    const known = before.get(file.sha256)?.file;
    return known
      ? [fileDocument({ ...known, rows_accepted: 0, rows_repeated: known.rows_read - known.rows_rejected }, file.path)]
      : [];
  });
  if (copied.files.length === 0) {
    const first = before.get(copied.known[0]?.sha256 ?? "")?.batch;
    return { ...emptyBatch(source.source, first), files: repeated };
  }
  const body = await readDelivery(ctx, {
    brand,
    state,
    source,
    batchId: copied.batch_id,
    arrivedAt,
    files: copied.files,
    earlier,
    ...{ signal, room },
  });
  throwIfCancelled(signal);
  const taskKey = `batch:${body.batch_id}:${state.batches.length}`;
  const entry = { kind: "batch_landed" as const, body, taskKey };
  const isEntered = await brands.appendWhile(brand, entry, (latest) => latest.tombstones.size === tombstones);
  if (!isEntered) return null;
  ctx.tell("sources");
  const document = batchDocument({ ...body, withdrawn: false });
  return { ...document, files: [...document.files, ...repeated] };
}

/** A source with the paths that it is to deliver from. */
export interface Delivering {
  readonly source: SourceBody;
  readonly paths: readonly string[];
}

/** Takes deliveries of several sources: read side by side, they count in the order given. `failed` is told of one that can't be
 *  taken and throws where that is to end the others. */
export async function ingestSources(
  ctx: ApiContext,
  brand: string,
  deliveries: readonly Delivering[],
  options: Pick<IngestOptions, "signal" | "progress" | "room">,
  failed: (source: SourceBody, error: unknown) => void,
): Promise<Batch[]> {
  const others = new AbortController();
  const signal = AbortSignal.any([options.signal, others.signal]);
  const { room = roomOf(ctx) } = options;
  const together = { ...options, ...{ room, signal }, lookAt: quickLook(ctx, signal), turns: new Turns(room.workers) };
  const begun = deliveries.map(({ source, paths }) => beginDelivery(ctx, brand, source, paths, together));
  const all = Promise.allSettled(begun); // each is told when its turn comes
  const batches: Batch[] = [];
  try {
    for (const [at, { source, paths }] of deliveries.entries()) {
      throwIfCancelled(options.signal);
      try {
        batches.push(await ingestSource(ctx, brand, source, paths, { ...together, begun: begun[at] }));
      } catch (error) {
        failed(source, error);
      }
    }
    return batches;
  } finally {
    others.abort(); // where one ends them
    await all;
  }
}

function emptyBatch(source: string, first: BatchBody | undefined): Batch {
  return {
    source,
    batch_id: first?.batch_id ?? "",
    arrived_at: first?.arrived_at ?? "",
    withdrawn: false,
    files: [],
    warnings: [],
  };
}

export interface Delivery {
  readonly brand: string;
  readonly state: BrandState;
  readonly source: SourceBody;
  readonly batchId: string;
  readonly arrivedAt: Date;
  readonly files: readonly LandedFile[];
  /** The deliveries of the source that came before it. */
  readonly earlier: readonly BatchBody[];
  readonly signal: AbortSignal;
  readonly room?: Room | undefined;
}

/** Reads a delivery once; a second time with a limit where it holds orders dated after its own day. */
export async function readDelivery(ctx: ApiContext, delivery: Delivery): Promise<BatchBody> {
  const { state, source, batchId, arrivedAt, files, earlier, signal, room } = delivery;
  const { brands } = requireWritable(ctx);
  const brandDir = brands.directory(delivery.brand);
  const arrivedOn = dayInZone(arrivedAt, settingsOf(state).time_zone);
  const earlierKeys = earlier.map((batch) => normaliseTask(ctx, state, batch, source.mapping).key);
  for (let notAfter: string | null = null; ; notAfter = arrivedOn) {
    const shell = shellOf(source, batchId, files, notAfter);
    const node = normaliseTask(ctx, state, shell, source.mapping);
    await runTask(ctx, brandDir, node, { signal, room });
    for (const [at, batch] of earlier.entries()) {
      if (earlierKeys[at] !== batch.normalised)
        await runTask(ctx, brandDir, normaliseTask(ctx, state, batch, source.mapping), { signal, room });
    }
    const counted = await ctx.engine.call(
      "landing.count",
      { brandDir, key: node.key, earlier: earlierKeys },
      { signal },
    );
    if (notAfter === null && counted.latest_order_on !== null && counted.latest_order_on > arrivedOn) continue;
    const byDigest = new Map(counted.files.map((file) => [file.sha256, file]));
    return {
      ...shell,
      arrived_at: arrivedAt.toISOString(),
      files: files.map((file) => withErased({ ...file, ...noRows, ...byDigest.get(file.sha256) })),
      warnings: [...counted.warnings, ...(await conflictWarnings(ctx, delivery, node.key))],
      latest_order_on: counted.latest_order_on,
      records_until: counted.records_until,
      normalised: node.key,
    };
  }
}

/** What is said where ids of a delivery stand for other people at another source. */
async function conflictWarnings(ctx: ApiContext, delivery: Delivery, key: string): Promise<string[]> {
  const { state, source, brand, signal } = delivery;
  const feedsPeople = (tables: SourceBody["mapping"]["tables"]) => tables.some(({ table }) => table === "customers");
  if (!feedsPeople(source.mapping.tables)) return [];
  const others = liveBatches(state).filter((batch) => {
    const known = state.sources.get(batch.source);
    return batch.source !== source.source && known !== undefined && feedsPeople(known.mapping.tables);
  });
  const keys = others.map(({ normalised }) => normalised);
  const brandDir = requireWritable(ctx).brands.directory(brand);
  const present = await ctx.engine.call("artifacts.find", { brandDir, keys }, { signal });
  const input = { brandDir, key, others: present.found.map((one) => one.key) };
  const { conflicts } = await ctx.engine.call("landing.conflicts", input, { signal });
  return conflicts.map(({ source: other, ids }) => {
    const many = ids === 1 ? "1 customer id stands" : `${ids} customer ids stand`;
    return `${many} for somebody else at ${other}, by e-mail and name: such ids join nobody. A key_space in the mapping keeps them apart.`;
  });
}

const noRows = { rows_read: 0, rows_accepted: 0, rows_rejected: 0, rows_repeated: 0, rejects: [] };

const counted = (files: number) => (files === 1 ? "1 file" : `${files} files`);
