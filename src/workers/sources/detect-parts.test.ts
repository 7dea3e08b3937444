import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { detectParts } from "./detect-parts.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "assay-parts-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Files of so many kilobytes below their header. */
function write(kind: string, header: string, kilobytes: readonly number[]): string[] {
  mkdirSync(join(folder, kind));
  return kilobytes.map((size, at) => {
    const path = join(folder, kind, `${at}.csv`);
    writeFileSync(path, `${header}\n${"x".repeat(size * 1000)}`);
    return path;
  });
}

describe("parts of a delivery to recognise", () => {
  it("keep files of one header together and take about the same", () => {
    const orders = write("orders", "order_id,amount", [1700, 5, 5]);
    const people = write("people", "customer_id,email", [1100]);
    const events = write("events", "event_id,at", [900, 20]);
    const sheet = write("sheet", "PK\u0003\u0004", [180]);
    const files = [...events, ...orders, ...people, ...sheet];
    const parts = detectParts(files);
    expect(parts.map((part) => part.toSorted())).toEqual([
      [...orders, ...events].toSorted(),
      [...people, ...sheet].toSorted(),
    ]);
    expect(parts.flat().toSorted()).toEqual(files.toSorted());
  });

  it("are one where there is little, or but one header", () => {
    const few = [...write("a", "a,b", [3]), ...write("b", "c,d", [3])];
    expect(detectParts(few)).toEqual([few]);
    const alike = write("alike", "a,b", [2900, 2900]);
    expect(detectParts(alike)).toEqual([alike]);
    expect(detectParts([])).toEqual([[]]);
  });

  it("hold what can't be read as well", () => {
    const large = [...write("large", "a,b", [2000]), ...write("other", "c,d", [2000])];
    const gone = join(folder, "gone.csv");
    expect(
      detectParts([...large, gone])
        .flat()
        .toSorted(),
    ).toEqual([...large, gone].toSorted());
  });
});
