import type { Conflict, Pending } from "../../shared/api/contract/offline.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { applyEntry, type BrandState, emptyState } from "../../shared/domain/brand-state.ts";
import { besideName, groupOf, type PendingEdit } from "../../shared/domain/pending.ts";
import { describeSubject, editTitle, subjectTitle } from "../../shared/domain/pending-words.ts";
import { readEntries } from "../schedule/read-entries.ts";
import { type Conflict as Found, findConflicts, isTaken } from "../schedule/send-pending.ts";
import { type ApiContext, findSnapshot, requireContact, requireWorkspace } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";
import { comeBack, openWorkspace } from "./open-workspace.ts";

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

/** A conflict as two sides that can be read next to each other. */
async function conflictDocument(ctx: ApiContext, brand: string, found: Found): Promise<Conflict> {
  const { brands } = requireWorkspace(ctx);
  const { subject, edits, others } = found;
  const now = await brands.refresh(brand);
  const base = Math.min(...edits.map((one) => one.base));
  const before = await stateAt(ctx, brand, base);
  const mine = structuredClone(before);
  for (const { kind, body, at } of edits) applyEntry(mine, { version: mine.version + 1, kind, body, at });
  const last = edits.at(-1) as PendingEdit;
  const theirs = describeSubject(now, subject);
  const bothName = theirs === null ? null : besideName(last, (name) => isTaken(now, last, name));
  const latest = others.at(-1) as { at?: string } | undefined;
  return {
    subject,
    title: subjectTitle(subject),
    before: describeSubject(before, subject),
    mine: describeSubject(mine, subject),
    theirs,
    mine_at: last.at,
    theirs_at: latest?.at ?? last.at,
    choices: bothName === null ? ["mine", "theirs"] : ["mine", "theirs", "both"],
    both_name: bothName,
  };
}

async function stateAt(ctx: ApiContext, brand: string, version: number): Promise<BrandState> {
  const { brands } = requireWorkspace(ctx);
  const state = emptyState();
  for (const entry of await readEntries(ctx.engine, brands.directory(brand), 1))
    if (entry.version <= version) applyEntry(state, entry);
  return state;
}

async function pendingDocument(ctx: ApiContext, brand: string): Promise<Pending> {
  const { brands, desk, away } = requireWorkspace(ctx);
  const { edits } = await desk.pending(brand);
  const conflicts = away ? [] : await findConflicts({ brand, brands, desk });
  const disputed = new Set(conflicts.flatMap((one) => one.edits.map(({ id }) => id)));
  return {
    edits: edits.map((edit) => ({
      ...{ id: edit.id, at: edit.at, title: editTitle(edit), subject: groupOf(edit) },
      state: disputed.has(edit.id) ? "conflict" : "waiting",
    })),
    conflicts: await Promise.all(conflicts.map((one) => conflictDocument(ctx, brand, one))),
  };
}

export const offlineHandlers: HandlersOf<Named<"offline">> = {
  "offline.kept": async ({ brand }, { ctx }) => {
    const { desk } = requireWorkspace(ctx);
    return { folder: desk.brandDir(brand), kept: (await desk.kept(brand)).map((one) => ({ ...one })) };
  },
  "offline.measure": async ({ brand, snapshot_id }, { ctx, signal }) => {
    const { desk } = requireContact(ctx);
    const { brandDir, snapshot } = await findSnapshot(ctx, brand, snapshot_id);
    const input = { from: brandDir, to: desk.brandDir(brand), snapshot_id: snapshot.snapshot_id };
    return ctx.engine.call("kept.measure", input, { signal });
  },
  "offline.keep": async ({ brand, snapshot_id }, { ctx, signal, progress }) => {
    const { desk, path } = requireContact(ctx);
    const { brandDir, snapshot } = await findSnapshot(ctx, brand, snapshot_id);
    const input = { from: brandDir, to: desk.brandDir(brand), snapshot_id: snapshot.snapshot_id };
    const { bytes, standing_bytes, free_bytes } = await ctx.engine.call("kept.measure", input, { signal });
    if (bytes - standing_bytes > free_bytes)
      throw new AssayError(
        "unavailable",
        `The snapshot takes ${megabytes(bytes - standing_bytes)}; this machine's disk has ${megabytes(free_bytes)} free.`,
        "Free some space, or keep another snapshot.",
      );
    await desk.remember(path);
    const kept = await ctx.engine.stream("kept.keep", input, {
      signal,
      onProgress: (step) =>
        progress({ ...step, unit: "artifacts", detail: `${megabytes(step.bytes)} of ${megabytes(bytes)}` }),
    });
    ctx.tell("snapshots");
    return { ...kept };
  },
  "offline.free": async ({ brand, snapshot_id }, { ctx }) => {
    const { desk, away } = requireWorkspace(ctx);
    const kept = await desk.kept(brand);
    const found = kept.find((one) => one.snapshot_id.startsWith(snapshot_id));
    if (away && kept.filter(({ state }) => state === "whole").length === 1 && found?.state === "whole")
      throw new AssayError(
        "conflict",
        "It is all that can be read while the shared directory doesn't answer.",
        "Free it once the directory is back.",
      );
    if (!found)
      throw new AssayError("not_found", `${snapshot_id} isn't kept on this machine.`, "See `assay snapshot kept`.");
    const input = { to: desk.brandDir(brand), snapshot_id: found.snapshot_id };
    const { freed_bytes } = await ctx.engine.call("kept.free", input);
    requireWorkspace(ctx).brands.forget(brand);
    ctx.tell("snapshots");
    return { snapshot_id: found.snapshot_id, freed_bytes };
  },
  "offline.pending": ({ brand }, { ctx }) => pendingDocument(ctx, brand),
  "offline.resolve": async ({ brand, subject, take }, { ctx }) => {
    const { brands, desk } = requireContact(ctx);
    const found = (await findConflicts({ brand, brands, desk })).find((one) => one.subject === subject);
    if (!found) throw new AssayError("not_found", `Nothing is to be chosen about ${subject}.`, "See what waits.");
    const { choices } = await conflictDocument(ctx, brand, found);
    if (!choices.includes(take))
      throw new AssayError("bad_input", "There can be only one of that.", `Choose ${choices.join(" or ")}.`);
    await desk.decide(brand, subject, { take, seen: found.others.at(-1)?.version ?? 0 });
    await comeBack(ctx);
    return pendingDocument(ctx, brand);
  },
  "offline.drop": async ({ brand, id }, { ctx }) => {
    const { desk } = requireWorkspace(ctx);
    const edit = (await desk.pending(brand)).edits.find((one) => one.id === id);
    if (!edit) throw new AssayError("not_found", "That change doesn't wait any more.", "See what waits.");
    await desk.settle(brand, id, "dropped");
    for (const topic of ["workspace", "segments", "settings"] as const) ctx.tell(topic);
    return pendingDocument(ctx, brand);
  },
  "offline.reconnect": async (_, { ctx }) => {
    const { path, away } = requireWorkspace(ctx);
    if (away) await openWorkspace(ctx, path);
    const { away: still } = requireWorkspace(ctx);
    if (still) return { answers: false, why: still.why, sent: 0 };
    return { answers: true, why: null, sent: await comeBack(ctx) };
  },
};
