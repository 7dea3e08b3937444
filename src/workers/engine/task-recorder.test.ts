import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { LogLine } from "../../shared/domain/task.ts";
import { bytesText } from "./bytes-text.ts";
import { openSession } from "./duckdb.ts";
import { TaskRecorder, withoutPeople } from "./task-recorder.ts";

describe("a task's log", () => {
  it("has nothing in it that could tell a person", () => {
    const said =
      "row 12 of jane.doe+x@mail.example.com, phone +44 20 7946 0958, card 4111-1111-1111-1111, 12345678 rows on 2026-07-01 02:00:00";
    expect(withoutPeople(said)).toBe(
      "row 12 of <address>, phone <number>, card <number>, 12345678 rows on 2026-07-01 02:00:00",
    );
  });

  it("keeps lines short and few, and says that it left some out", () => {
    const lines: LogLine[] = [];
    const recorder = new TaskRecorder((line) => lines.push(line));
    recorder.say(`a\n${"x".repeat(1_000)}`);
    for (let at = 0; at < 500; at++) recorder.say(`line ${at}`);
    expect(lines[0]?.text).toHaveLength(240);
    expect(lines).toHaveLength(200);
    expect(lines.at(-1)?.text).toBe("further lines are left out");
  });

  it("counts each file once", () => {
    const lines: LogLine[] = [];
    const recorder = new TaskRecorder((line) => lines.push(line));
    recorder.reads("orders", [{ path: "a", bytes: 1_500 }]);
    recorder.reads("orders", [{ path: "a", bytes: 1_500 }]);
    recorder.reads("lines", [
      { path: "a", bytes: 1_500 },
      { path: "b", bytes: 500 },
    ]);
    expect(recorder.usage().read_bytes).toBe(2_000);
    expect(lines.map(({ text }) => text)).toEqual(["reads orders: 1 file, 1.5 kB", "reads lines: 1 file, 500 B"]);
  });

  it("sees processor time and the memory of heap and database", async () => {
    const folder = mkdtempSync(join(tmpdir(), "assay-recorder-"));
    const recorder = new TaskRecorder(() => {});
    const session = await openSession({ memoryLimit: 400e6, threads: 1, scratch: folder, watch: recorder });
    recorder.watch(() => session.memoryBytes());
    const before = recorder.usage();
    await session.run(
      "CREATE TEMP TABLE wide AS SELECT hash(i) AS a, hash(i, 1) AS b, hash(i, 2) AS c FROM range(1000000) t(i)",
    );
    await recorder.look();
    await recorder.unwatch();
    session.close();
    const after = recorder.usage();
    expect(after.peak_bytes - before.peak_bytes).toBeGreaterThan(10e6);
    expect(after.cpu_seconds - before.cpu_seconds).toBeGreaterThan(0.005);
    rmSync(folder, { recursive: true, force: true });
  });
});

it.each([
  [0, "0 B"],
  [999, "999 B"],
  [1_400, "1.4 kB"],
  [123_456_789, "123 MB"],
  [2.5e12, "2.5 TB"],
])("writes %d bytes as %s", (amount, text) => expect(bytesText(amount)).toBe(text));
