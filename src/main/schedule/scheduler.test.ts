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

  it("has no more ready than it is asked for, in the order of the graph", () => {
    const flat = Array.from({ length: 50 }, (_, at) => taskNode(`t${String(at).padStart(2, "0")}`));
    const schedule = new Schedule({ nodes: flat }, new Map());
    expect(schedule.ready(0, 3).map(({ node }) => node.key)).toEqual(["t00", "t01", "t02"]);
    schedule.started("t01", 0, 1);
    schedule.started("t00", 0, 2);
    schedule.crashed("t00", 5);
    expect(schedule.ready(0, 2).map(({ node }) => node.key)).toEqual(["t00", "t02"]);
    expect(ready(schedule)).toHaveLength(49);
  });

  it("remembers attempts that were lost with their agent", () => {
    const schedule = new Schedule({ nodes }, new Map());
    schedule.started("a", 0, 1);
    schedule.queued("a");
    schedule.placed("a", 10, { machine: "one", worker: 2 });
    schedule.placed("a", 60, { machine: "two", worker: 1, wasLost: true });
    schedule.finished("a", 90, made);
    expect(schedule.tasks.get("a")).toMatchObject({
      ...{ attempts: 2, machine: "two", startedMs: 60, endedMs: 90 },
      lost: [{ machine: "one", worker: 2, startedMs: 10, endedMs: 60 }],
    });
  });

  it("keeps a hundred thousand tasks in time that grows with their number", () => {
    const seconds = (size: number) => {
      const hub = taskNode("hub");
      const all = [
        hub,
        ...Array.from({ length: size }, (_, at) => taskNode(`t${at}`, at % 7 ? ["hub"] : [`t${at - 7}`])),
      ];
      const began = performance.now();
      const schedule = new Schedule({ nodes: all }, new Map());
      for (let done = 0; done < all.length; ) {
        for (const { node } of schedule.ready(0, 8)) {
          schedule.started(node.key, 0, 1);
          schedule.finished(node.key, 1, made);
          done++;
        }
      }
      expect(schedule.isDone()).toBe(true);
      return (performance.now() - began) / 1000;
    };
    seconds(1_000);
    const [few, many] = [seconds(4_000), seconds(32_000)];
    expect(many / few).toBeLessThan(40); // eight times as many; the square would be 64
  });
});
