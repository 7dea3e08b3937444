import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isAlive } from "./host.ts";
import { layOutProgram, programOutput, runProgram } from "./program.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "assay-program-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (script: string, more: { signal?: AbortSignal; timeoutSeconds?: number; command?: string[] } = {}) =>
  runProgram({
    name: "own",
    command: more.command ?? ["/bin/sh", "-c", script],
    folder,
    environment: { ASSAY_JOB: "job.json" },
    timeoutSeconds: more.timeoutSeconds ?? 20,
    signal: more.signal ?? new AbortController().signal,
  });

const pids = () => readFileSync(join(folder, "pids"), "utf8").trim().split("\n").map(Number);
const begun = () => expect.poll(() => existsSync(join(folder, "pids")) && pids().length, { timeout: 10_000 }).toBe(2);
const allEnded = () => expect.poll(() => pids().filter(isAlive), { timeout: 10_000 }).toEqual([]);
/** A program with one below it, neither of which would end by itself. */
const stubborn = "trap '' TERM; sleep 600 & echo $! > one; echo $$ >> one; mv one pids; wait";

describe("a program", () => {
  it("runs in its folder with its environment and nothing secret", async () => {
    process.env["ASSAY_TEST_SECRET"] = "hidden";
    await run('echo "$ASSAY_JOB/$ASSAY_TEST_SECRET/$PATH" > said; pwd >> said');
    delete process.env["ASSAY_TEST_SECRET"];
    expect(readFileSync(join(folder, "said"), "utf8")).toBe(`job.json//${process.env["PATH"]}\n${folder}\n`);
  });

  it("that fails is told with its last lines", async () => {
    const failing = run('for n in $(seq 1 40); do echo "line $n"; done; echo "no column spend" >&2; exit 7');
    await expect(failing).rejects.toMatchObject({
      code: "condition_failed",
      message: "The program of own ended with exit code 7: no column spend",
      hint: expect.stringMatching(/^Its last lines:\nline 34\n.*no column spend$/s),
    });
  });

  it("that fails is told by what it complained of, though what it printed comes later", async () => {
    const failing = run('echo "no column spend" >&2; sleep 0.2; echo "reading the table"; exit 1');
    await expect(failing).rejects.toMatchObject({
      message: "The program of own ended with exit code 1: no column spend",
      hint: "Its last lines:\nno column spend\nreading the table",
    });
  });

  it("that isn't there is told by its name", async () => {
    await expect(run("", { command: ["no-such-program", "x"] })).rejects.toMatchObject({
      code: "condition_failed",
      message: expect.stringContaining("no-such-program"),
    });
  });

  it.skipIf(process.platform === "win32")("is killed with all below it when its time is over", async () => {
    const slow = run(stubborn, { timeoutSeconds: 1 });
    await expect(slow).rejects.toMatchObject({ message: "The program of own did not end within 1 s." });
    await allEnded();
  });

  it.skipIf(process.platform === "win32")("is killed with all below it on cancel, within two seconds", async () => {
    const cancel = new AbortController();
    const doing = run(stubborn, { signal: cancel.signal });
    await begun();
    const asked = performance.now();
    cancel.abort();
    await expect(doing).rejects.toMatchObject({ code: "cancelled" });
    await allEnded();
    expect(performance.now() - asked).toBeLessThan(2_000);
  });

  it.skipIf(process.platform === "win32")("leaves nobody behind when it ends well", async () => {
    await run("sleep 600 & echo $! > pids; exit 0");
    await allEnded();
  });
});

describe("what lies before a program", () => {
  it("is its files and a folder of Parquet files a table; what it wrote is one file or many", () => {
    const table = join(folder, "table.parquet");
    writeFileSync(table, "rows");
    const place = join(folder, "run");
    layOutProgram(place, { files: { "model.py": "print(1)" }, tables: [{ name: "profiles", files: [table, table] }] });
    expect(readFileSync(join(place, "model.py"), "utf8")).toBe("print(1)");
    expect(readFileSync(join(place, "inputs", "profiles", "part-00001.parquet"), "utf8")).toBe("rows");
    expect(programOutput(place)).toEqual([]);
    writeFileSync(join(place, "output", "scores.parquet"), "one");
    expect(programOutput(place)).toEqual([join(place, "output", "scores.parquet")]);
    rmSync(join(place, "output", "scores.parquet"));
    layOutProgram(join(place, "output", "scores.parquet"), {
      files: { "part-1.parquet": "", _SUCCESS: "", ".part-1.parquet.crc": "" },
      tables: [],
    });
    expect(programOutput(place)).toEqual([join(place, "output", "scores.parquet", "part-1.parquet")]);
  });
});
