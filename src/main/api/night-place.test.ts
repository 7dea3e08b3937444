import { describe, expect, it } from "vitest";
import { emptyState } from "../../shared/domain/brand-state.ts";
import type { NightBody } from "../../shared/domain/night.ts";
import { nightDocument } from "./night.ts";
import { dueOf } from "./night-place.ts";

const settings = { brand: "a", currency: "GBP", time_zone: "Europe/London", return_window_days: 30 };
const stateWith = (done_by: string | null) => {
  const state = emptyState();
  return { ...state, settings: { ...settings } as never, night: { ...state.night, done_by } };
};
const slot = new Date("2026-07-06T03:00:00Z"); // 04:00 in London

describe("when a night is to be done", () => {
  it("is the next such time of the brand's zone after its moment, unless the command says another or none", () => {
    expect(dueOf(stateWith("06:00"), slot, undefined)).toBe("2026-07-06T05:00:00.000Z");
    expect(dueOf(stateWith("03:30"), slot, undefined)).toBe("2026-07-07T02:30:00.000Z");
    expect(dueOf(stateWith("06:00"), slot, "07:15")).toBe("2026-07-06T06:15:00.000Z");
    expect(dueOf(stateWith("06:00"), slot, null)).toBe(null);
    expect(dueOf(stateWith(null), slot, undefined)).toBe(null);
    expect(() => dueOf(stateWith(null), slot, "6 o'clock")).toThrow(expect.objectContaining({ code: "bad_input" }));
  });

  it("is told as late where the job ended after it, and as nothing where an earlier program wrote the report", () => {
    const body = { night: "2026-07-06", ended_at: "2026-07-06T05:00:01.000Z", snapshot_id: null } as NightBody;
    const due = { ...body, runner: "cluster", due_at: "2026-07-06T05:00:00.000Z", scaled: null } as NightBody;
    expect(nightDocument(emptyState(), due)).toMatchObject({ runner: "cluster", is_late: true });
    expect(nightDocument(emptyState(), { ...due, ended_at: "2026-07-06T04:59:59.000Z" }).is_late).toBe(false);
    expect(nightDocument(emptyState(), body)).toMatchObject({ runner: null, due_at: null, is_late: false });
  });
});
