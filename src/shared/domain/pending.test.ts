import { describe, expect, test } from "vitest";
import { type EntryKind, emptyState } from "./brand-state.ts";
import { calendarYear } from "./fiscal-calendar.ts";
import {
  applyPending,
  besideName,
  changesSome,
  emptyPending,
  groupOf,
  isSaidAlready,
  keyOfEdit,
  mayWait,
  othersSince,
  overlap,
  renamed,
  splitEdit,
  subjectsOf,
} from "./pending.ts";
import { describeSubject, editTitle } from "./pending-words.ts";

const edit = (kind: EntryKind, body: unknown, base = 5) => ({ id: "e1", kind, body, base, at: "2026-01-01T00:00:00Z" });
const vip = (sql: string) => ({ segment: "vip", definition: { sql } });

test("an entry waits only where it needs nothing but the log", () => {
  expect(["segment_saved", "params_changed", "identity_overridden", "export_written"].every(mayWait)).toBe(true);
  expect(["batch_landed", "campaign_drawn", "snapshot_published", "erasure_begun", "constructor"].some(mayWait)).toBe(
    false,
  );
});

test("a change of several settings is one change for each", () => {
  expect(splitEdit("brand_changed", { currency: "EUR", time_zone: "UTC" })).toEqual([
    { currency: "EUR" },
    { time_zone: "UTC" },
  ]);
  expect(splitEdit("params_changed", { params: { "rfm.a": 1, "rfm.b": null }, from: null })).toEqual([
    { params: { "rfm.a": 1 }, from: null },
    { params: { "rfm.b": null }, from: null },
  ]);
  expect(splitEdit("night_settings", { schedule: "0 3 * * *", since: "s", gate: { late: 1 } })).toEqual([
    { schedule: "0 3 * * *", since: "s" },
    { gate: { late: 1 } },
  ]);
  const place = { runner: "cluster", done_by: "06:00" };
  expect(splitEdit("night_settings", { ...place, gate: {} })).toEqual([place]);
  expect(subjectsOf("night_settings", place)).toEqual(["night:schedule"]);
  expect(splitEdit("segment_saved", vip("true"))).toEqual([vip("true")]);
});

test("a setting that stays what it was is no change", () => {
  const state = {
    ...emptyState(),
    settings: { brand: "a", currency: "GBP", time_zone: "UTC", return_window_days: 30, ...calendarYear },
  };
  expect(changesSome(state, "brand_changed", { currency: "GBP" })).toBe(false);
  expect(changesSome(state, "brand_changed", { currency: "EUR" })).toBe(true);
  expect(changesSome(state, "retention_changed", { keep_days: state.retention.keep_days })).toBe(false);
});

describe("what others did since", () => {
  const shared = [
    { version: 5, kind: "segment_saved", body: vip("a"), task_key: "x" },
    { version: 6, kind: "segment_saved", body: vip("b"), task_key: "y" },
    { version: 7, kind: "segment_saved", body: { segment: "other", definition: {} }, task_key: "z" },
    { version: 8, kind: "segment_saved", body: vip("c"), task_key: keyOfEdit("own") },
    { version: 9, kind: "segment_removed", body: { segment: "vip" }, task_key: keyOfEdit("theirs") },
  ];
  test("is what is about the same thing, later than what was known, and not one's own", () => {
    const found = othersSince(edit("segment_saved", vip("mine")), shared, (id) => id === "own");
    expect(found.map(({ version }) => version)).toEqual([6, 9]);
  });
  test("is no matter where they said the same last", () => {
    const others = shared.slice(1, 2);
    expect(isSaidAlready(edit("segment_saved", vip("b")), others)).toBe(true);
    expect(isSaidAlready(edit("segment_saved", vip("c")), others)).toBe(false);
    const both = [{ version: 6, kind: "brand_changed", body: { currency: "EUR", time_zone: "UTC" } }];
    expect(isSaidAlready(edit("brand_changed", { currency: "EUR" }), both)).toBe(true);
  });
});

test("a part of a thing and the whole are one", () => {
  const [mapping, schedule, removed] = [
    subjectsOf("mapping_changed", { source: "till" }),
    subjectsOf("schedule_changed", { source: "till" }),
    subjectsOf("source_removed", { source: "till" }),
  ];
  expect(overlap(mapping, schedule)).toBe(false);
  expect(overlap(mapping, removed)).toBe(true);
  expect(overlap(subjectsOf("source_removed", { source: "til" }), mapping)).toBe(false);
});

test("mine stands beside theirs under a name that is free", () => {
  const one = edit("segment_saved", vip("mine"));
  expect(besideName(one, (name) => name === "vip-2")).toBe("vip-3");
  expect(renamed(one, "vip-3")).toEqual({ ...vip("mine"), segment: "vip-3" });
  expect(besideName(edit("brand_changed", { currency: "EUR" }), () => false)).toBeNull();
});

test("the list of what waits is told by its log", () => {
  const state = emptyPending();
  const at = "2026-01-01T00:00:00Z";
  const { at: _, ...own } = edit("segment_saved", vip("mine"));
  applyPending(state, { version: 1, kind: "edit", at, body: own });
  applyPending(state, { version: 2, kind: "edit", at, body: { ...own, id: "e2" } });
  applyPending(state, {
    version: 3,
    kind: "edit_decided",
    at,
    body: { subject: "segment:vip", take: "mine", seen: 9 },
  });
  applyPending(state, { version: 4, kind: "edit_settled", at, body: { id: "e1", outcome: "sent" } });
  expect(state.edits.map(({ id }) => id)).toEqual(["e2"]);
  expect(state.decisions.get(groupOf(edit("segment_saved", vip("x"))))).toEqual({ take: "mine", seen: 9 });
  expect(state.settled.get("e1")?.outcome).toBe("sent");
});

test("words for what was done and how a thing stands", () => {
  const state = {
    ...emptyState(),
    settings: { brand: "a", currency: "GBP", time_zone: "UTC", return_window_days: null, ...calendarYear },
  };
  expect(editTitle(edit("brand_changed", { currency: "EUR" }))).toBe("Currency changed");
  expect(editTitle(edit("segment_removed", { segment: "vip" }))).toBe("Segment vip removed");
  expect(describeSubject(state, "setting:currency")).toBe("GBP");
  expect(describeSubject(state, "setting:return_window_days")).toBe("as observed");
  expect(describeSubject(state, "segment:vip")).toBeNull();
});
