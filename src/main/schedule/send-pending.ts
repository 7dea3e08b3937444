import type { BrandState, EntryBodies } from "../../shared/domain/brand-state.ts";
import {
  besideName,
  groupOf,
  isSaidAlready,
  keyOfEdit,
  type Outcome,
  othersSince,
  type PendingEdit,
  type PendingState,
  renamed,
  type SharedEntry,
} from "../../shared/domain/pending.ts";
import type { Brands } from "./brands.ts";
import type { Desk } from "./desk.ts";
import type { Engine } from "./engine-client.ts";

interface Place {
  readonly brand: string;
  readonly brands: Brands;
  readonly desk: Desk;
  readonly engine: Engine;
}

const mostTries = 50;

/** Puts what waited onto the log that others wrote meanwhile, in order, each once however often this is done and wherever it was stopped.
 *  What others changed too waits for a choice. Gives how much was sent. */
export async function sendPending(place: Place): Promise<{ sent: number }> {
  const { brand, desk } = place;
  let sent = 0;
  for (const edit of [...(await desk.pending(brand)).edits]) {
    const outcome = await sendOne(place, edit);
    if (outcome === undefined) continue;
    await desk.settle(brand, edit.id, outcome);
    if (outcome === "sent") sent++;
  }
  return { sent };
}

/** Undefined where it waits for a choice. */
async function sendOne(place: Place, edit: PendingEdit): Promise<Outcome | undefined> {
  const { brand, brands, desk } = place;
  for (let tries = 0; tries < mostTries; tries++) {
    const pending = await desk.pending(brand);
    const shared = await brands.since(brand, edit.base);
    if (shared.some(({ task_key }) => task_key === keyOfEdit(edit.id))) return "sent";
    const version = shared.at(-1)?.version ?? edit.base;
    const decided = decide(edit, pending, shared);
    if (decided === "waits") return undefined;
    if (decided === "same" || decided === "dropped") return decided;
    const body = decided === "both" ? await beside(place, edit) : edit.body;
    await sendFiles(place, edit);
    const entry = { kind: edit.kind, body, taskKey: keyOfEdit(edit.id) };
    if (await brands.appendAfter(brand, version, entry)) return "sent";
  }
  return undefined; // others write all the time: the next look tries again
}

type Decided = "send" | "both" | "same" | "dropped" | "waits";

function decide(edit: PendingEdit, pending: PendingState, shared: readonly SharedEntry[]): Decided {
  const others = othersOf(edit, pending, shared);
  if (others.length === 0) return "send";
  if (isSaidAlready(edit, others)) return "same";
  const decision = pending.decisions.get(groupOf(edit));
  if (!decision || decision.seen < (others.at(-1)?.version ?? 0)) return "waits";
  return decision.take === "theirs" ? "dropped" : decision.take === "both" ? "both" : "send";
}

function othersOf(edit: PendingEdit, pending: PendingState, shared: readonly SharedEntry[]): SharedEntry[] {
  return othersSince(edit, shared, (id) => pending.settled.has(id) || pending.edits.some((one) => one.id === id));
}

async function beside({ brand, brands }: Place, edit: PendingEdit): Promise<unknown> {
  const state = await brands.refresh(brand);
  const name = besideName(edit, (one) => isTaken(state, edit, one));
  return name === null ? edit.body : renamed(edit, name);
}

export function isTaken(state: BrandState, { kind }: Pick<PendingEdit, "kind">, name: string): boolean {
  if (kind === "segment_saved") return state.segments.has(name);
  if (kind === "export_planned") return state.plans.has(name);
  return state.campaigns.has(name);
}

/** Whom a list holds has to be known on the share before the log says that it was written: an erasure asks there. */
async function sendFiles({ brand, brands, desk, engine }: Place, { kind, body }: PendingEdit): Promise<void> {
  if (kind !== "export_written") return;
  const path = (body as EntryBodies["export_written"]).recipe?.recipients;
  if (path) await engine.call("kept.send", { from: desk.brandDir(brand), to: brands.directory(brand), path });
}

export interface Conflict {
  readonly subject: string;
  readonly edits: readonly PendingEdit[];
  readonly others: readonly SharedEntry[];
}

/** What both sides changed, by what it is about; nothing where it is decided already. */
export async function findConflicts({ brand, brands, desk }: Omit<Place, "engine">): Promise<Conflict[]> {
  const pending = await desk.pending(brand);
  if (pending.edits.length === 0) return [];
  const base = Math.min(...pending.edits.map((one) => one.base));
  const shared = await brands.since(brand, base);
  const found = new Map<string, { edits: PendingEdit[]; others: SharedEntry[] }>();
  for (const edit of pending.edits) {
    if (decide(edit, pending, shared) !== "waits") continue;
    const subject = groupOf(edit);
    const known = found.get(subject) ?? { edits: [], others: othersOf(edit, pending, shared) };
    known.edits.push(edit);
    found.set(subject, known);
  }
  return [...found].map(([subject, one]) => ({ subject, ...one }));
}
