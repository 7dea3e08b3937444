import { describe, expect, it } from "vitest";
import { taskNode } from "../../../test/support/tasks.ts";
import { AssayError, cancelled } from "../../shared/base/errors.ts";
import type { TaskNode } from "../../shared/domain/task.ts";
import { type GraphRun, type RunTask, runGraph } from "./run-graph.ts";

const made = (key: string) => ({ key, rows: 1, bytes: 10, seconds: 0.1, computed: true });
const diamond = [taskNode("a"), taskNode("b", ["a"]), taskNode("c", ["a"]), taskNode("d", ["b", "c"])];
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function run(nodes: readonly TaskNode[], runTask: RunTask, more: Partial<GraphRun> = {}) {
  const began = performance.now();
  return runGraph({
    graph: { nodes },
    present: new Map(),
    workers: 2,
    runTask,
    signal: new AbortController().signal,
    now: () => performance.now() - began,
    onSchedule: () => undefined,
    onChange: () => undefined,
    ...more,
  });
}

describe("a run", () => {
  it("does each task of a diamond once, after those that it reads", async () => {
    const done: string[] = [];
    let most = 0;
    let busy = 0;
    const schedule = await run(diamond, async ({ key }) => {
      most = Math.max(most, ++busy);
      await sleep(5);
      busy--;
      done.push(key);
      return made(key);
    });
    expect([done[0], done[3], done.length]).toEqual(["a", "d", 4]);
    expect(most).toBe(2);
    expect(schedule.isDone()).toBe(true);
    expect(schedule.count("computed")).toBe(4);
  });

  it("never uses more workers than it has and numbers them from one", async () => {
    const nodes = Array.from({ length: 20 }, (_, at) => taskNode(`t${at}`));
    let [busy, most] = [0, 0];
    const schedule = await run(nodes, async ({ key }) => {
      most = Math.max(most, ++busy);
      await sleep(1);
      busy--;
      return made(key);
    });
    expect(most).toBe(2);
    expect(new Set([...schedule.tasks.values()].map(({ worker }) => worker))).toEqual(new Set([1, 2]));
  });

  it("does nothing where everything is there", async () => {
    const present = new Map(diamond.map(({ key }) => [key, made(key)]));
    const schedule = await run(diamond, () => Promise.reject(new Error("not to be run")), { present });
    expect(schedule.count("reused")).toBe(4);
  });

  it("does only what is missing", async () => {
    const done: string[] = [];
    const present = new Map([
      ["a", made("a")],
      ["b", made("b")],
    ]);
    await run(
      diamond,
      async ({ key }) => {
        done.push(key);
        return made(key);
      },
      { present },
    );
    expect(done).toEqual(["c", "d"]);
  });

  it("ends within a second of being cancelled", async () => {
    const controller = new AbortController();
    const stopping = run(
      diamond,
      (_, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("stopped")))),
      { signal: controller.signal },
    );
    await sleep(20);
    const asked = performance.now();
    controller.abort();
    await expect(stopping).rejects.toThrow();
    expect(performance.now() - asked).toBeLessThan(1_000);
  });

  it("that is cancelled leaves what it stopped waiting, and calls none of it failed", async () => {
    const controller = new AbortController();
    let states: string[] = [];
    let seen = (): string[] => [];
    const stopping = run(
      diamond,
      ({ key }, { signal }) =>
        key === "a"
          ? Promise.resolve(made(key))
          : new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(cancelled()))),
      {
        signal: controller.signal,
        onSchedule: ({ tasks }) => {
          seen = () => [...tasks.values()].map(({ state }) => state);
        },
        onChange: () => {
          states = seen();
        },
      },
    );
    await sleep(30);
    controller.abort();
    await expect(stopping).rejects.toMatchObject({ code: "cancelled" });
    expect(states).toEqual(["computed", "waiting", "waiting", "waiting"]);
  });

  it("ends at once when cancelled while another process has its task", async () => {
    const controller = new AbortController();
    const stopping = run(diamond, async () => null, { signal: controller.signal });
    await sleep(30);
    controller.abort();
    await expect(stopping).rejects.toMatchObject({ code: "cancelled" });
  });

  it("waits for tasks that another process has", async () => {
    let asked = 0;
    const schedule = await run(diamond, async ({ key }) => {
      if (key === "b" && ++asked < 3) return null;
      return { ...made(key), computed: key !== "b" };
    });
    expect(asked).toBe(3);
    expect(schedule.tasks.get("b")?.state).toBe("reused");
    expect(schedule.isDone()).toBe(true);
  });

  it("makes a damaged input again, then its reader", async () => {
    const done: string[] = [];
    const present = new Map([
      ["a", made("a")],
      ["b", made("b")],
    ]);
    let damaged = true;
    const schedule = await run(
      diamond,
      async ({ key }) => {
        done.push(key);
        if (key === "d" && damaged) {
          damaged = false;
          throw new AssayError("corrupt", "b is damaged.", "Run again.", { key: "b" });
        }
        return made(key);
      },
      { present },
    );
    expect(done).toEqual(["c", "d", "b", "d"]);
    expect(schedule.isDone()).toBe(true);
  });

  it("makes a chain of damaged inputs again", async () => {
    const chain = [taskNode("a"), taskNode("b", ["a"]), taskNode("c", ["b"])];
    const broken = new Set(["a", "b"]);
    const done: string[] = [];
    const present = new Map([
      ["a", made("a")],
      ["b", made("b")],
    ]);
    await run(
      chain,
      async ({ key, inputs }) => {
        done.push(key);
        const bad = Object.keys(inputs).find((name) => broken.has(name));
        if (bad) throw new AssayError("corrupt", "Damaged.", "Run again.", { key: bad });
        broken.delete(key);
        return made(key);
      },
      { present },
    );
    expect(done).toEqual(["c", "b", "a", "b", "c"]);
  });

  it("gives up on an input that stays damaged", async () => {
    const chain = [taskNode("a"), taskNode("b", ["a"])];
    let tries = 0;
    const failing = run(chain, async ({ key }) => {
      if (key === "a") return made(key);
      tries++;
      throw new AssayError("corrupt", "a is damaged.", "Run again.", { key: "a" });
    });
    await expect(failing).rejects.toMatchObject({ code: "corrupt" });
    expect(tries).toBeLessThan(6);
  });

  it("throws the first failure after what was running has ended, and starts nothing more", async () => {
    const done: string[] = [];
    const nodes = [taskNode("a"), taskNode("b"), taskNode("c"), taskNode("d", ["a"])];
    const failing = run(nodes, async ({ key }) => {
      if (key === "a") throw new Error("broken");
      await sleep(20);
      done.push(key);
      return made(key);
    });
    await expect(failing).rejects.toThrow("broken");
    expect(done).toEqual(["b"]);
  });

  it("tries what ended its worker again, alone and with all the memory, and goes on", async () => {
    const ended = () => new AssayError("unavailable", "The engine ended.", "", { ended: true });
    const nodes = [taskNode("x"), taskNode("y"), taskNode("z", ["x", "y"])];
    const seen: string[] = [];
    let busy = 0;
    const schedule = await run(nodes, async ({ key }, { isAlone }) => {
      busy++;
      seen.push(`${key}${isAlone ? ` alone with ${busy}` : ""}`);
      await sleep(5);
      busy--;
      if (seen.length <= 2) throw ended(); // both were in the engine that ended
      return made(key);
    });
    expect(seen).toEqual(["x", "y", "x alone with 1", "y alone with 1", "z"]);
    expect(schedule.tasks.get("x")).toMatchObject({ attempts: 2, lost: [{ worker: 1 }], isSuspect: false });
  });

  it("tries what had too little memory beside others once more, with all of it", async () => {
    const short = () => new AssayError("unavailable", "Out of Memory Error", "", { short: "memory" });
    const seen: string[] = [];
    const tried = (most: boolean) =>
      run([taskNode("large"), taskNode("small")], async ({ key }, { isAlone }) => {
        seen.push(`${key}${isAlone ? " alone" : ""}`);
        await sleep(1);
        if (key === "large" && (most || !isAlone)) throw short();
        return made(key);
      });
    const schedule = await tried(false);
    expect(seen).toEqual(["large", "small", "large alone"]);
    expect(schedule.tasks.get("large")).toMatchObject({ attempts: 2, state: "computed" });
    seen.length = 0;
    await expect(tried(true)).rejects.toThrow("Out of Memory");
    expect(seen).toEqual(["large", "small", "large alone"]);
  });

  it("sets a task aside that ends its worker three times, whatever else waits", async () => {
    const tries = new Map<string, number>();
    const asked: string[] = [];
    const failing = run(
      [taskNode("poison"), taskNode("good"), taskNode("more")],
      async ({ key }) => {
        tries.set(key, (tries.get(key) ?? 0) + 1);
        await sleep(1);
        if (key === "poison") throw new AssayError("unavailable", "The engine ended.", "", { ended: true });
        return made(key);
      },
      {
        setAside: async ({ key }) => {
          asked.push(key);
          return new AssayError("condition_failed", `${key} is set aside.`, "");
        },
      },
    );
    await expect(failing).rejects.toMatchObject({ code: "condition_failed" });
    expect(tries.get("poison")).toBe(3);
    expect(asked).toEqual(["poison"]);
  });

  it("passes on what its tasks say", async () => {
    const said: string[] = [];
    await run(
      diamond,
      async ({ key }, { onLine }) => {
        onLine?.({ at_ms: 0, text: `does ${key}` });
        return made(key);
      },
      { onLine: (key, { text }) => said.push(`${key}: ${text}`) },
    );
    expect(said).toContain("d: does d");
  });

  describe("whose commits go on beside what is computed", () => {
    it("starts readers when a task is made, frees its worker, and ends when all is committed", async () => {
      const commit = Promise.withResolvers<void>();
      const seen: string[] = [];
      const chain = [taskNode("a"), taskNode("b", ["a"]), taskNode("c", ["b"])];
      const running = run(
        chain,
        async ({ key }, { onMade }) => {
          seen.push(key);
          onMade?.();
          if (key === "c") commit.resolve();
          await commit.promise;
          return made(key);
        },
        { workers: 1 },
      );
      expect((await running).count("computed")).toBe(3);
      expect(seen).toEqual(["a", "b", "c"]);
    });

    it("takes only so many further tasks while commits wait", async () => {
      const commit = Promise.withResolvers<void>();
      let [waiting, most] = [0, 0];
      const nodes = Array.from({ length: 40 }, (_, at) => taskNode(`t${at}`));
      const running = run(nodes, async ({ key }, { onMade }) => {
        onMade?.();
        most = Math.max(most, ++waiting);
        await commit.promise;
        waiting--;
        return made(key);
      });
      await sleep(20);
      commit.resolve();
      await running;
      expect(most).toBeLessThanOrEqual(18);
    });

    it("holds readers back again where what was made is lost with its engine", async () => {
      const ended = () => new AssayError("unavailable", "The engine ended.", "", { ended: true });
      const seen: string[] = [];
      const schedule = await run([taskNode("a"), taskNode("b", ["a"])], async ({ key }, { onMade }) => {
        seen.push(key);
        onMade?.();
        await sleep(2);
        if (seen.length <= 2) throw ended();
        return made(key);
      });
      expect(seen.slice(0, 2)).toEqual(["a", "b"]);
      expect(seen[2]).toBe("a");
      expect([schedule.isDone(), schedule.tasks.get("b")?.attempts]).toEqual([true, 2]);
    });

    it("fails with the commit that failed, and begins nothing after it", async () => {
      const seen: string[] = [];
      const nodes = [taskNode("a"), taskNode("b", ["a"]), taskNode("c", ["b"])];
      const failing = run(nodes, async ({ key }, { onMade }) => {
        seen.push(key);
        if (key === "a") onMade?.();
        await sleep(key === "a" ? 2 : 10);
        if (key === "a") throw new Error("no space");
        return made(key);
      });
      await expect(failing).rejects.toThrow("no space");
      expect(seen).toEqual(["a", "b"]);
    });

    it("prepares tasks ahead, which take a worker when they begin", async () => {
      const begin: (() => void)[] = [];
      const nodes = Array.from({ length: 6 }, (_, at) => taskNode(`t${at}`));
      let [prepared, most] = [0, 0];
      const schedule = await run(
        nodes,
        async ({ key }, { onBegun }) => {
          most = Math.max(most, ++prepared);
          while (begin.length >= 2) await sleep(1);
          begin.push(() => {});
          onBegun?.();
          await sleep(2);
          begin.pop();
          prepared--;
          return made(key);
        },
        { ahead: 2 },
      );
      expect(most).toBe(4);
      expect(new Set([...schedule.tasks.values()].map(({ worker }) => worker))).toEqual(new Set([1, 2]));
    });
  });
});
