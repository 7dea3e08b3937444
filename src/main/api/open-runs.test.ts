import { expect, it } from "vitest";
import { newDocument } from "../schedule/run-document.ts";
import type { ToldRun } from "../schedule/shown-run.ts";
import type { ApiContext } from "./context.ts";
import { openRun, openRuns } from "./open-runs.ts";

const body = { run_id: "r1", requested_at: "2026-06-01T12:00:00Z", host: "other", is_nightly: false, request: {} };

/** A brand with a run that another process holds; `told` is what the broker knows of it. */
function contextWith(told: () => Promise<ToldRun | null>): ApiContext {
  const brands = { refresh: async () => ({ openRuns: new Map([["r1", body]]) }), directory: () => "/shop" };
  return {
    workspace: { brands, away: null, workspace_id: "w" },
    runs: { active: () => undefined },
    engine: { stream: async () => ({ held: false }) },
    cluster: { told },
    now: () => new Date("2026-06-01T12:00:30Z"),
  } as unknown as ApiContext;
}

it("doesn't wait for a broker that never answers", async () => {
  const ctx = contextWith(() => new Promise(() => {}));
  expect(await openRuns(ctx, "shop")).toMatchObject([{ run_id: "r1", state: "running", seconds: 30, steps: [] }]);
  expect(await openRun(ctx, "shop", "r1")).toMatchObject({ run: { run_id: "r1" }, tasks: [], memory: [] });
  expect(await openRun(ctx, "shop", "r2")).toBe(null);
});

it("shows a run as its scheduler tells it, and by the log where the broker fails", async () => {
  const run = { ...newDocument("r1", { runner: "cluster", workers: 2, memoryBytes: 1e9 }, new Date()), rows: 77 };
  const told: ToldRun = { run, tasks: [], critical_seconds: 2, memory: [], lines: [], lines_before: 0 };
  expect(
    (
      await openRuns(
        contextWith(async () => told),
        "shop",
      )
    )[0]?.rows,
  ).toBe(77);
  expect(
    await openRun(
      contextWith(async () => told),
      "shop",
      "r",
    ),
  ).toEqual({ run, tasks: [], critical_seconds: 2, memory: [] });
  const failing = contextWith(() => Promise.reject(new Error("gone")));
  expect((await openRuns(failing, "shop"))[0]).toMatchObject({ state: "running", rows: 0 });
});
