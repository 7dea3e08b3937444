import { describe, expect, it } from "vitest";
import { AssayError } from "../../shared/base/errors.ts";
import type { StateEntry } from "../../shared/domain/brand-state.ts";
import { Brands } from "./brands.ts";
import type { Engine } from "./engine-client.ts";

const entryOf = (version: number, body: object = { run_id: `r${version}` }): StateEntry => ({
  version,
  kind: "run_ended",
  at: "2026-06-30T00:00:00Z",
  body,
});

/** A log of so many entries on a share that hands out seven at a time, and a machine that knows some of them and hands out five. */
function place(entries: number, known = 0) {
  const log = Array.from({ length: entries }, (_, at) => entryOf(at + 1));
  const cached = log.slice(0, known);
  const asked: number[] = [];
  const engine = {
    call: async (name: string, input: { from: number; body: object; only_after?: number }) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (name === "log.read") {
        asked.push(input.from);
        if (input.from > log.length + 1) throw new AssayError("corrupt", "An entry is missing.", "Restore it.");
        const page = log.slice(input.from - 1, input.from + 6);
        return { entries: page, has_more: page.length === 7 };
      }
      if (input.only_after !== undefined && input.only_after !== log.length) return { version: null, adopted: false };
      log.push(entryOf(log.length + 1, input.body));
      return { version: log.length, adopted: false };
    },
  } as unknown as Engine;
  const cache = {
    read: async (_: string, from: number) => cached.slice(from - 1, from + 4),
    append: async (_: string, more: readonly StateEntry[]) => void cached.push(...more),
    forget: async () => void cached.splice(0),
  };
  return { brands: new Brands({ path: "/w", id: "w", brands: ["shop"] }, engine, cache), log, cached, asked };
}

describe("the brands of a workspace", () => {
  it("fold every entry once, however many ask at the same time for the first time", async () => {
    const { brands, log, cached, asked } = place(40, 12);
    const states = await Promise.all([1, 2, 3].map(() => brands.refresh("shop")));
    for (const { version, runs } of states) {
      expect(version).toBe(40);
      expect(runs.map(({ run_id }) => run_id)).toEqual(log.map(({ version }) => `r${version}`));
    }
    expect(cached).toEqual(log);
    expect(asked[0]).toBe(13);
  });

  it("read a log anew that goes less far than this machine remembers", async () => {
    const { brands, log, cached } = place(40, 40);
    log.splice(9); // a backup was brought back
    expect((await brands.refresh("shop")).version).toBe(9);
    expect(cached).toEqual(log);
  });

  it("say that a log is gone, forget nothing of it, and go on once it is back", async () => {
    const { brands, log, cached } = place(40, 40);
    const whole = log.splice(0); // the disk isn't mounted, or the folder was moved
    await expect(brands.refresh("shop")).rejects.toMatchObject({
      code: "unavailable",
      details: { silent: "share" },
      message: expect.stringContaining("/w/brands/shop"),
    });
    expect((await brands.known("shop")).version).toBe(40);
    expect(cached).toEqual(whole);
    log.push(...whole, entryOf(41));
    expect((await brands.refresh("shop")).version).toBe(41);
  });

  it("enter what was decided from a state only while that holds", async () => {
    const { brands, log } = place(3);
    const entry = { kind: "run_ended" as const, body: { run_id: "mine" } as never, taskKey: "mine" };
    const few = await brands.appendWhile("shop", entry, ({ runs }) => {
      if (log.length === 3) log.push(entryOf(4)); // somebody is faster, once
      return runs.length < 5;
    });
    expect(few?.runs.map(({ run_id }) => run_id)).toEqual(["r1", "r2", "r3", "r4", "mine"]);
    expect(await brands.appendWhile("shop", entry, ({ runs }) => runs.length < 5)).toBeNull();
    expect(log).toHaveLength(5);
  });
});
