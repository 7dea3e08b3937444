import { expect, it } from "vitest";
import type { CalendarSlot } from "../../../shared/api/contract/nights.ts";
import { calendarFinding, daysBetween, slotCells } from "./calendar-rows.ts";

const slot = (day: string, state: CalendarSlot["state"]): CalendarSlot => ({
  due_at: `${day}T01:30:00.000Z`,
  expected_at: `${day}T05:00:00.000Z`,
  state,
  arrived_at: state.startsWith("delivered") ? `${day}T03:00:00.000Z` : null,
  rows: 12,
});

it("a day shows the worst of its slots, by the retailer's own calendar", () => {
  const cells = slotCells([slot("2026-07-01", "delivered"), slot("2026-07-01", "missed")], "America/New_York");
  expect([...cells].map(([day, { state }]) => [day, state])).toEqual([["2026-06-30", "missed"]]);
});

it("the finding follows from the slots", () => {
  const of = (...states: CalendarSlot["state"][]) =>
    calendarFinding([{ source: "till", slots: states.map((state, at) => slot(`2026-07-0${at + 1}`, state)) }]);
  expect([
    of("delivered", "late"),
    of("delivered", "coming"),
    of("coming"),
    of("delivered", "missed", "delivered_late"),
  ]).toEqual([
    "till is late",
    "The one delivery came on time",
    "No delivery was due yet",
    "Of 3 deliveries 1 never came and 1 came late",
  ]);
});

it("days are counted over months", () => {
  expect(daysBetween("2026-06-29", "2026-07-01")).toEqual(["2026-06-29", "2026-06-30", "2026-07-01"]);
});
