import { describe, expect, it } from "vitest";
import { taskNode } from "../../../test/support/tasks.ts";
import { Schedule } from "./scheduler.ts";

const made = { rows: 3, bytes: 30, seconds: 2, computed: true };
const nodes = [taskNode("a"), taskNode("b", ["a"]), taskNode("c", ["a", "elsewhere"]), taskNode("d", ["b", "c"])];
const ready = (schedule: Schedule, now = 0) => schedule.ready(now).map(({ node }) => node.key);

describe("a schedule", () => {
  it("has ready what waits for nobody, inputs outside of the graph being there", () => {
    const schedule = new Schedule({ nodes }, new Map());
    expect(ready(schedule)).toEqual(["a"]);
    schedule.started("a", 1, 1);
    expect(ready(schedule)).toEqual([]);
    schedule.finished("a", 5, made);
    expect(ready(schedule)).toEqual(["b", "c"]);
    expect(schedule.isDone()).toBe(false);
  });

  it("takes what is present as done", () => {
    const schedule = new Schedule(
      { nodes },
      new Map([
        ["a", made],
        ["b", made],
      ]),
    );
    expect(ready(schedule)).toEqual(["c"]);
    expect(schedule.tasks.get("a")).toMatchObject({ state: "reused", rows: 3, bytes: 30 });
  });

  it("postpones what another process has", () => {
    const schedule = new Schedule({ nodes }, new Map());
    schedule.started("a", 0, 1);
    schedule.elsewhere("a", 100);
    expect(ready(schedule, 100)).toEqual([]);
    const next = schedule.nextTry() ?? 0;
    expect(next).toBeGreaterThan(100);
    expect(ready(schedule, next)).toEqual(["a"]);
    expect(schedule.tasks.get("a")?.attempts).toBe(0);
  });

  it("holds every open reader of a damaged input back", () => {
    const schedule = new Schedule({ nodes }, new Map([["a", made]]));
    schedule.started("b", 0, 1);
    expect(schedule.damaged("b", "a")).toBe(true);
    expect(ready(schedule)).toEqual(["a"]);
    schedule.started("a", 0, 1);
    schedule.finished("a", 1, made);
    expect(ready(schedule)).toEqual(["b", "c"]);
  });

  it("can't make again what isn't part of the run", () => {
    const schedule = new Schedule({ nodes }, new Map());
    schedule.started("c", 0, 1);
    expect(schedule.damaged("c", "elsewhere")).toBe(false);
  });

  it("counts by state", () => {
    const schedule = new Schedule({ nodes }, new Map([["a", made]]));
    schedule.started("b", 0, 1);
    schedule.failed("b", 1, "broken");
    expect([schedule.count("failed"), schedule.count("reused"), schedule.count("waiting")]).toEqual([1, 1, 2]);
    expect(schedule.tasks.get("b")?.error).toBe("broken");
    expect(schedule.isDone()).toBe(false);
  });
});
