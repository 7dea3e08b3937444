import { describe, expect, it } from "vitest";
import { applyEntry, emptyState } from "./brand-state.ts";
import { needsOf, refersOf } from "./needs.ts";

const plan = {
  ...{ campaign: "spring", segment: null, definition: {}, variants: [{ variant: "message", share: 1 }], holdout: 0.1 },
  ...{ goal: "revenue", days: 30, template: "csv", fields: [], cap: null },
};
const entry = (version: number, kind: string, body: unknown) => ({
  ...{ version, kind, body, at: "2026-05-01T00:00:00Z", id: String(version), taskKey: String(version) },
});

describe("what a brand rests on", () => {
  it("holds a campaign's table of offers from its creation on, and its groups once they are drawn", () => {
    const created = { ...plan, offers: { key: "offers-key" } };
    const drawn = {
      campaign: "spring",
      assignments: "groups-key",
      snapshot_id: "s",
      starts_on: "2026-05-02",
      arms: [],
      left_out: [],
    };
    expect(refersOf("campaign_created", created).keys).toEqual(["offers-key"]);
    expect(refersOf("campaign_created", plan).keys).toEqual([]);
    const state = emptyState();
    applyEntry(state, entry(1, "campaign_created", created) as never);
    expect(needsOf(state).keys).toEqual(["offers-key"]);
    applyEntry(state, entry(2, "campaign_drawn", drawn) as never);
    expect([...needsOf(state).keys].sort()).toEqual(["groups-key", "offers-key"]);
    applyEntry(state, entry(3, "campaign_removed", { campaign: "spring" }) as never);
    expect(needsOf(state).keys).toEqual([]);
  });
});
