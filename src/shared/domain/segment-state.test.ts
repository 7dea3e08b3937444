import { expect, test } from "vitest";
import { applyEntry, emptyState } from "./brand-state.ts";

test("whoever takes a removed segment's name goes on with its versions, so that figures of the old rule aren't its own", () => {
  const state = emptyState();
  const say = (kind: string, body: object) =>
    applyEntry(state, { version: state.version + 1, kind, at: `2026-01-0${state.version + 1}T00:00:00Z`, body });
  say("segment_saved", { segment: "vip", definition: { sql: "a" } });
  say("segment_removed", { segment: "vip" });
  expect(state.segments.has("vip")).toBe(false);
  say("segment_saved", { segment: "vip", definition: { sql: "b" } });
  expect(state.segments.get("vip")).toMatchObject({
    version: 2,
    definition: { sql: "b" },
    versions: [{ definition: { sql: "a" } }, { definition: { sql: "b" } }],
  });
});
