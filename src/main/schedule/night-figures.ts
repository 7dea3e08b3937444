import type { SnapshotComparison } from "../../shared/api/engine.ts";
import type { BrandState, SnapshotState, SourceBody } from "../../shared/domain/brand-state.ts";
import { liveBatches } from "../../shared/domain/brand-state.ts";
import type { NightFigures } from "../../shared/domain/gate.ts";
import { type Slot, type Standing, slotsBetween, standingOf } from "./calendar.ts";

function zoneOf(state: BrandState): string {
  return state.settings?.time_zone ?? "UTC";
}

function deliveriesOf(state: BrandState, source: string) {
  return liveBatches(state).filter((batch) => batch.source === source);
}

/** Whether a source's delivery is there, due or late at an instant. */
export function sourceStanding(state: BrandState, source: SourceBody, now: Date): Standing {
  const arrivals = deliveriesOf(state, source.source).map(({ arrived_at }) => arrived_at);
  return standingOf(source, zoneOf(state), now, { arrivals, since: source.added_at ?? null });
}

/** Deliveries that a snapshot doesn't hold yet. */
export function newBatches(state: BrandState, since: SnapshotState | undefined): BrandState["batches"] {
  return liveBatches(state).filter(({ version }) => version > (since?.log_version ?? 0));
}

/** What a gate judges: sources that are late, new deliveries beside earlier ones, the snapshot beside the current one. */
export function nightFigures(
  state: BrandState,
  options: {
    readonly now: Date;
    readonly since: SnapshotState | undefined;
    readonly comparison: SnapshotComparison | null;
  },
): NightFigures {
  const { now, since, comparison } = options;
  const fresh = new Set(newBatches(state, since).map(({ batch_id }) => batch_id));
  const late = [...state.sources.values()].flatMap((source) => {
    const { is_late, slot } = sourceStanding(state, source, now);
    return is_late && slot ? [{ source: source.source, expected_at: inZone(slot.expected_at, zoneOf(state)) }] : [];
  });
  const deliveries = [...state.sources.keys()].flatMap((source) => {
    const all = deliveriesOf(state, source).map((batch) => ({
      batch_id: batch.batch_id,
      rows: batch.files.reduce((sum, { rows_read }) => sum + rows_read, 0),
      rejected: batch.files.reduce((sum, { rows_rejected }) => sum + rows_rejected, 0),
    }));
    return all.flatMap(({ batch_id, rows, rejected }, at) =>
      fresh.has(batch_id) ? [{ source, rows, rejected, before: all.slice(0, at).map((one) => one.rows) }] : [],
    );
  });
  return { late, deliveries, compared: since && comparison ? { snapshot_id: since.snapshot_id, ...comparison } : null };
}

export type SlotState = "coming" | "due" | "late" | "missed" | "delivered" | "delivered_late";
export interface CalendarEntry extends Slot {
  readonly state: SlotState;
  readonly arrived_at: string | null;
  readonly rows: number;
}

/** The slots of a source over a time, each with the delivery that came in it. */
export function sourceCalendar(
  state: BrandState,
  source: SourceBody,
  { from, to, now }: { readonly from: Date; readonly to: Date; readonly now: Date },
): CalendarEntry[] {
  const batches = deliveriesOf(state, source.source);
  const since = source.added_at ?? "";
  const slots = slotsBetween(source, zoneOf(state), from, to).filter(({ due_at }) => due_at >= since);
  return slots.map((slot) => {
    const own = batches.filter(
      ({ arrived_at }) => arrived_at >= slot.due_at && (slot.until === null || arrived_at < slot.until),
    );
    const arrived = own.map(({ arrived_at }) => arrived_at).sort()[0] ?? null;
    const rows = own.reduce((sum, { files }) => sum + files.reduce((n, { rows_read }) => n + rows_read, 0), 0);
    return { ...slot, state: slotState(slot, arrived, now.toISOString()), arrived_at: arrived, rows };
  });
}

function slotState(slot: Slot, arrived: string | null, now: string): SlotState {
  if (arrived !== null) return arrived > slot.expected_at ? "delivered_late" : "delivered";
  if (slot.due_at > now) return "coming";
  if (slot.until !== null && slot.until <= now) return "missed";
  return now > slot.expected_at ? "late" : "due";
}

function inZone(instant: string, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone,
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
  }).format(new Date(instant));
}
