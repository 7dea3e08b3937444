import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StartedProcess, StartProcess } from "../../shared/base/started-process.ts";
import { openSession } from "../engine/duckdb.ts";
import { literal } from "../engine/sql.ts";
import { forkProcess } from "../fork.ts";
import { detectForeign, previewForeign, readForeign } from "./foreign.ts";

let folder: string;
let scratchRoot: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "assay-foreign-"));
  scratchRoot = mkdtempSync(join(tmpdir(), "assay-foreign-scratch-"));
  for (const name of ["a.csv", "b.csv"]) writeFileSync(join(folder, name), "customer_id,email\n1,ann@shop.example\n");
});
afterAll(() => {
  for (const one of [folder, scratchRoot]) rmSync(one, { recursive: true, force: true });
});
const { signal } = new AbortController();
const place = (startProcess: StartProcess = forkProcess) => ({ startProcess, scratchRoot });
const path = (name: string) => join(folder, name);

/** A reader that dies of one file, as a parser does that overflows its stack. */
function diesOf(file: string): StartProcess {
  return (): StartedProcess => {
    let hear: (message: unknown) => void = () => {};
    let end: (how: string) => void = () => {};
    return {
      pid: () => undefined,
      send: (job) => {
        const { without } = job as { without: readonly { path: string }[] };
        if (without.some((one) => one.path === file)) return hear({ ok: { files: [], skipped: without } });
        hear({ note: { file } });
        end("SIGSEGV");
      },
      onMessage: (listener) => {
        hear = listener;
        return () => {};
      },
      onEnd: (listener) => {
        end = listener;
        return () => {};
      },
      end: () => {},
      kill: () => {},
    };
  };
}

describe("files from outside", () => {
  it("are recognised, previewed and read in a process of their own", async () => {
    const { files } = await detectForeign(place(), { paths: [folder], isQuick: false }, signal);
    expect(files.map(({ tables }) => tables)).toEqual([["customers"], ["customers"]]);
    const request = { path: path("a.csv"), currency: "GBP", time_zone: "Europe/London" };
    expect(await previewForeign(place(), request, signal)).toMatchObject({ rows_read: 1, rows_rejected: 0 });
    const out = path("out/plain.csv");
    const read = await readForeign(place(), { paths: [path("a.csv")], out }, signal);
    expect(read.files).toMatchObject([{ rows_read: 1, rows_accepted: 1 }]);
    expect(readdirSync(path("out"))).toEqual(["plain.csv"]);
    expect(readdirSync(scratchRoot)).toEqual([]);
  });

  it("that end their reader are skipped in a folder and named where they were asked for", async () => {
    const start = diesOf(path("b.csv"));
    const { skipped } = await detectForeign(place(start), { paths: [folder], isQuick: false }, signal);
    expect(skipped).toEqual([{ path: path("b.csv"), reason: expect.stringContaining("b.csv can't be read") }]);
    await expect(detectForeign(place(start), { paths: [path("b.csv")], isQuick: false }, signal)).rejects.toMatchObject(
      {
        code: "bad_input",
        message: expect.stringContaining("SIGSEGV"),
      },
    );
  });

  it("are let go of when asked to", async () => {
    const cancel = new AbortController();
    const asked = detectForeign(place(), { paths: [folder], isQuick: false }, cancel.signal);
    cancel.abort();
    await expect(asked).rejects.toMatchObject({ code: "cancelled" });
  });
});

describe("a reader's session", () => {
  it("reads its files and works in its folder, and can do nothing else", async () => {
    const inside = mkdtempSync(join(scratchRoot, "work-"));
    const session = await openSession({
      ...{ memoryLimit: 100e6, threads: 1, scratch: inside, lockedTo: [path("a.csv")], worksIn: [inside] },
    });
    const read = (file: string) => session.value(`SELECT count(*) FROM read_csv(${literal(file)}, all_varchar = true)`);
    try {
      expect(await read(path("a.csv"))).toBe(1);
      await session.run(`COPY (SELECT 1 AS x) TO ${literal(join(inside, "x.csv"))}`);
      expect(await read(join(inside, "x.csv"))).toBe(1);
      await session.run(
        "CREATE TEMP TABLE large AS SELECT range::VARCHAR || repeat('x', 100) AS v FROM range(3000000)",
      );
      for (const sql of [
        `SELECT * FROM read_csv(${literal(path("b.csv"))})`,
        `COPY (SELECT 1) TO ${literal(path("c.csv"))}`,
        `COPY (SELECT 1) TO ${literal(join(inside, "..", "c.csv"))}`,
        "SET enable_external_access = true",
        "INSTALL httpfs",
      ])
        await expect(session.run(sql)).rejects.toThrow();
    } finally {
      session.close();
    }
    expect(readdirSync(folder)).not.toContain("c.csv");
  });
});
