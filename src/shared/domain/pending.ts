import { canonicalJson, type Json } from "../base/canonical-json.ts";
import type { BrandState, EntryBodies, EntryKind } from "./brand-state.ts";

/** A change that was made while the share didn't answer: an entry of the brand's log that waits. */
export interface PendingEdit {
  readonly id: string;
  readonly kind: EntryKind;
  readonly body: unknown;
  readonly at: string;
  /** The last entry of the shared log that this machine knew of then. */
  readonly base: number;
}

export const takes = ["mine", "theirs", "both"] as const;
export type Take = (typeof takes)[number];

/** What each kind of entry of the waiting list carries; it is a log of its own, on this machine. */
export interface PendingBodies {
  edit: Omit<PendingEdit, "at">;
  /** What to do about a subject that both sides changed, as the shared log stood at `seen`. */
  edit_decided: { readonly subject: string; readonly take: Take; readonly seen: number };
  edit_settled: { readonly id: string; readonly outcome: Outcome };
}
export type Outcome = "sent" | "same" | "dropped";

export interface PendingState {
  version: number;
  /** What waits, in the order in which it was done. */
  edits: PendingEdit[];
  decisions: Map<string, { readonly take: Take; readonly seen: number }>;
  settled: Map<string, { readonly outcome: Outcome; readonly at: string }>;
}

export function emptyPending(): PendingState {
  return { version: 0, edits: [], decisions: new Map(), settled: new Map() };
}

export function applyPending(
  state: PendingState,
  entry: { readonly version: number; readonly kind: string; readonly at: string; readonly body: unknown },
): void {
  state.version = entry.version;
  if (entry.kind === "edit") state.edits.push({ ...(entry.body as PendingBodies["edit"]), at: entry.at });
  if (entry.kind === "edit_decided") {
    const { subject, ...decision } = entry.body as PendingBodies["edit_decided"];
    state.decisions.set(subject, decision);
  }
  if (entry.kind === "edit_settled") {
    const { id, outcome } = entry.body as PendingBodies["edit_settled"];
    state.edits = state.edits.filter((one) => one.id !== id);
    state.settled.set(id, { outcome, at: entry.at });
  }
}

type Subjects = { readonly [K in EntryKind]?: (body: EntryBodies[K]) => readonly string[] };

const fieldsOf = (noun: string) => (body: object) => Object.keys(body).map((field) => `${noun}:${field}`);
const recordOf = ({ key_space, source_record_id }: { key_space: string; source_record_id: string }) =>
  `record:${key_space}:${source_record_id}`;

/** What an entry is about, for those that may wait: each needs the log alone. */
const subjects: Subjects = {
  segment_saved: ({ segment }) => [`segment:${segment}`],
  segment_removed: ({ segment }) => [`segment:${segment}`],
  brand_changed: fieldsOf("setting"),
  params_changed: ({ params }) => Object.keys(params).map((name) => `parameter:${name}`),
  mapping_changed: ({ source }) => [`source:${source}:mapping`],
  schedule_changed: ({ source }) => [`source:${source}:schedule`],
  source_removed: ({ source }) => [`source:${source}`],
  model_defined: ({ definition }) => [`model:${definition.name}`],
  model_removed: ({ model }) => [`model:${model}`],
  export_planned: (body) => [`list:${body.export}`],
  export_unplanned: (body) => [`list:${body.export}`],
  campaign_created: ({ campaign }) => [`campaign:${campaign}`],
  campaign_removed: ({ campaign }) => [`campaign:${campaign}`],
  global_holdout_changed: () => ["holdout"],
  night_settings: ({ gate = {}, ...rest }) => [
    ...(Object.keys(rest).length > 0 ? ["night:schedule"] : []),
    ...Object.keys(gate).map((rule) => `night:gate:${rule}`),
  ],
  retention_changed: fieldsOf("keeping"),
  identity_overridden: ({ records, rest }) => [...records, ...rest].map(recordOf),
  override_undone: ({ override }) => [`override:${override}`],
  pair_labelled: ({ a, b }) => [`pair:${recordOf(a)}:${recordOf(b)}`],
  export_written: (body) => [`written:${body.export}`],
};

/** Whether an entry of that kind may wait for the share. */
export function mayWait(kind: string): kind is EntryKind {
  return Object.hasOwn(subjects, kind);
}

export function subjectsOf(kind: string, body: unknown): readonly string[] {
  return mayWait(kind) ? (subjects[kind] as (body: unknown) => readonly string[])(body) : [];
}

/** One change by itself for each thing that is changed, so that each can be decided by itself. */
export function splitEdit(kind: EntryKind, body: unknown): unknown[] {
  const apart = (object: object) => Object.entries(object).map(([name, value]) => ({ [name]: value }));
  if (kind === "brand_changed" || kind === "retention_changed") return apart(body as object);
  if (kind === "params_changed") {
    const { params, from } = body as EntryBodies["params_changed"];
    return apart(params).map((one) => ({ params: one, from }));
  }
  if (kind === "night_settings") {
    const { gate, ...rest } = body as EntryBodies["night_settings"];
    const rules = apart(gate ?? {}).map((one) => ({ gate: one }));
    return [...(Object.keys(rest).length > 0 ? [rest] : []), ...rules];
  }
  return [body];
}

/** Whether a single setting is another than it was. */
export function changesSome(state: BrandState, kind: EntryKind, body: unknown): boolean {
  const before =
    kind === "brand_changed"
      ? state.settings
      : kind === "retention_changed"
        ? state.retention
        : kind === "night_settings"
          ? state.night
          : undefined;
  if (!before) return true;
  const now =
    kind === "night_settings" ? { ...before, ...nightAfter(state, body) } : { ...before, ...(body as object) };
  return canonicalJson(now) !== canonicalJson({ ...before });
}

function nightAfter(state: BrandState, body: unknown): object {
  const { gate, ...rest } = body as EntryBodies["night_settings"];
  return { ...rest, gate: { ...state.night.gate, ...gate } };
}

/** What is decided together: all that was done to one thing. */
export function groupOf({ kind, body, id }: Pick<PendingEdit, "kind" | "body" | "id">): string {
  return subjectsOf(kind, body)[0] ?? `edit:${id}`;
}

/** Whether two things are one, or one is part of the other. */
export function overlap(one: readonly string[], other: readonly string[]): boolean {
  return one.some((a) => other.some((b) => a === b || a.startsWith(`${b}:`) || b.startsWith(`${a}:`)));
}

export interface SharedEntry {
  readonly version: number;
  readonly kind: string;
  readonly body: unknown;
  readonly task_key?: string | undefined;
}

const mark = "waited:";
/** The idempotency key under which an edit stands in the shared log: however often it is sent, it stands once. */
export function keyOfEdit(id: string): string {
  return mark + id;
}

/** Entries of others about the same thing that an edit's maker didn't know of. */
export function othersSince(
  edit: Pick<PendingEdit, "kind" | "body" | "base">,
  shared: readonly SharedEntry[],
  isOwn: (id: string) => boolean,
): SharedEntry[] {
  const own = subjectsOf(edit.kind, edit.body);
  return shared.filter(
    ({ version, kind, body, task_key }) =>
      version > edit.base &&
      !(task_key?.startsWith(mark) && isOwn(task_key.slice(mark.length))) &&
      overlap(own, subjectsOf(kind, body)),
  );
}

/** Whether the latest of others said the very same. */
export function isSaidAlready(edit: Pick<PendingEdit, "kind" | "body">, others: readonly SharedEntry[]): boolean {
  const last = others.at(-1);
  if (!last || last.kind !== edit.kind) return false;
  const own = canonicalJson(edit.body as Json);
  return splitEdit(edit.kind, last.body).some((one) => canonicalJson(one as Json) === own);
}

/** The name under which a thing would stand beside the other's; null where there can only be one. */
export function besideName(
  edit: Pick<PendingEdit, "kind" | "body">,
  isTaken: (name: string) => boolean,
): string | null {
  const name = nameOf(edit);
  if (name === null) return null;
  for (let number = 2; ; number++) {
    const next = `${name.slice(0, 58)}-${number}`;
    if (!isTaken(next)) return next;
  }
}

/** The same change under another name. */
export function renamed(edit: PendingEdit, name: string): unknown {
  if (edit.kind === "segment_saved") return { ...(edit.body as object), segment: name };
  if (edit.kind === "export_planned") return { ...(edit.body as object), export: name };
  if (edit.kind === "campaign_created") return { ...(edit.body as object), campaign: name };
  return edit.body;
}

function nameOf({ kind, body }: Pick<PendingEdit, "kind" | "body">): string | null {
  if (kind === "segment_saved") return (body as EntryBodies["segment_saved"]).segment;
  if (kind === "export_planned") return (body as EntryBodies["export_planned"]).export;
  if (kind === "campaign_created") return (body as EntryBodies["campaign_created"]).campaign;
  return null;
}
