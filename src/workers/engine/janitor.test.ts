import { existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { quickFolder } from "../../../test/support/folders.ts";
import { appendEntry } from "./brand-log.ts";
import { sweepLanding } from "./janitor.ts";

const brandDir = quickFolder("janitor");
afterEach(() => rmSync(brandDir, { recursive: true, force: true }));

function land(path: string, hoursAgo: number): string {
  const full = join(brandDir, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, "rows");
  const at = Date.now() / 1000 - hoursAgo * 3_600;
  utimesSync(full, at, at);
  return full;
}

test("files of deliveries that no entry names go after a day, those of withdrawn deliveries stay", () => {
  const [named, withdrawn, left, young] = [
    land("landing/till/b1/aa.csv", 90),
    land("landing/till/b2/bb.csv", 90),
    land("landing/till/b3/cc.csv", 25),
    land("landing/crm/b4/dd.csv", 23),
  ];
  const about = { at: "2026-06-30T00:00:00Z", app: "test" };
  for (const [batch_id, landed] of [
    ["b1", "landing/till/b1/aa.csv"],
    ["b2", "landing/till/b2/bb.csv"],
  ])
    appendEntry(brandDir, {
      kind: "batch_landed",
      body: { batch_id, files: [{ landed }] },
      taskKey: `${batch_id}`,
      ...about,
    });
  appendEntry(brandDir, { kind: "batch_withdrawn", body: { batch_id: "b2" }, taskKey: "withdrawn", ...about });
  expect(sweepLanding(brandDir)).toBe(1);
  expect([named, withdrawn, left, young].map((path) => existsSync(path))).toEqual([true, true, false, true]);
});
