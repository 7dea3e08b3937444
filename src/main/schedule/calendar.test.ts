import { describe, expect, it } from "vitest";
import { checkTimetable, latestMoment, slotsBetween, standingOf } from "./calendar.ts";

const zone = "Europe/London";
const nightly = { schedule: "30 2 * * *", expected_by: "06:00" };
const at = (text: string) => new Date(text);

describe("a source's standing", () => {
  const stands = (now: string, arrivals: string[], since = "2026-06-01T00:00:00.000Z", timetable = nightly) => {
    const { slot, is_due, is_late } = standingOf(timetable, zone, at(now), { arrivals, since });
    return { due: slot?.due_at ?? null, is_due, is_late };
  };

  it("is due from its moment on, late after the time of day, and neither once it came", () => {
    const due = "2026-07-02T01:30:00.000Z";
    expect(stands("2026-07-02T01:29:59.000Z", ["2026-07-01T02:00:00.000Z"]).is_due).toBe(false);
    expect(stands("2026-07-02T01:30:00.000Z", ["2026-07-01T02:00:00.000Z"])).toEqual({
      due,
      is_due: true,
      is_late: false,
    });
    expect(stands("2026-07-02T05:00:00.000Z", ["2026-07-01T02:00:00.000Z"])).toEqual({
      due,
      is_due: true,
      is_late: false,
    });
    expect(stands("2026-07-02T05:00:00.001Z", ["2026-07-01T02:00:00.000Z"])).toEqual({
      due,
      is_due: true,
      is_late: true,
    });
    expect(stands("2026-07-02T05:00:01.000Z", ["2026-07-02T03:00:00.000Z"])).toEqual({
      due,
      is_due: false,
      is_late: false,
    });
  });

  it("asks nothing of the time before it was registered but its first delivery", () => {
    const since = "2026-07-02T04:00:00.000Z";
    expect(stands("2026-07-02T09:00:00.000Z", [], since)).toEqual({ due: null, is_due: true, is_late: false });
    expect(stands("2026-07-02T09:00:00.000Z", ["2026-07-02T08:00:00.000Z"], since).is_due).toBe(false);
    expect(stands("2026-07-03T09:00:00.000Z", ["2026-07-02T08:00:00.000Z"], since).is_late).toBe(true);
  });

  it("without a schedule is looked at whenever it is asked for and never late", () => {
    const timetable = { schedule: null, expected_by: null };
    const found = standingOf(timetable, zone, at("2026-07-02T09:00:00.000Z"), { arrivals: [], since: null });
    expect(found).toMatchObject({ is_due: true, is_late: false, next: null });
  });

  it("is expected on the next day where the time of day lies before the moment", () => {
    const [slot] = slotsBetween(
      { schedule: "0 23 * * *", expected_by: "05:00" },
      zone,
      at("2026-07-01T12:00:00.000Z"),
      at("2026-07-02T12:00:00.000Z"),
    );
    expect(slot).toMatchObject({ due_at: "2026-07-01T22:00:00.000Z", expected_at: "2026-07-02T04:00:00.000Z" });
  });
});

it("a night's moment follows the zone's clocks, which change twice a year", () => {
  const moments = slotsBetween(nightly, zone, at("2026-03-28T00:00:00.000Z"), at("2026-03-31T00:00:00.000Z"));
  expect(moments.map(({ due_at }) => due_at)).toEqual([
    "2026-03-28T02:30:00.000Z",
    "2026-03-29T01:30:00.000Z",
    "2026-03-30T01:30:00.000Z",
  ]);
  expect(latestMoment("0 6 * * MON", zone, at("2026-07-02T01:30:00.000Z"))?.toISOString()).toBe(
    "2026-06-29T05:00:00.000Z",
  );
});

it.each([
  [{ schedule: "hello", expected_by: null }, "is no schedule"],
  [{ schedule: "99 * * * *", expected_by: null }, "is no schedule"],
  [{ schedule: "0 0 31 2 *", expected_by: null }, "never comes"],
  [{ schedule: "0 0 * * *", expected_by: "25:00" }, "is no time of day"],
  [{ schedule: null, expected_by: "05:00" }, "needs a schedule"],
])("a timetable %j is refused", (timetable, said) => {
  expect(() => checkTimetable(timetable, zone)).toThrow(said);
});
