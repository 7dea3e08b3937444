import { expect, test } from "vitest";
import { withDatabase } from "../../../../test/support/store-file.ts";
import { openDatabase } from "../database.ts";
import { initial } from "./0010-initial.ts";
import { runDetails } from "./0020-run-details.ts";

test("a file of the first version keeps its runs and gets their details", () => {
  withDatabase([initial], (first, path) => {
    first.prepare("INSERT INTO runs VALUES ('r', 'small', '2026-07-01T00:00:00Z', 'done', '{}')").run();
    const db = openDatabase(path, [initial, runDetails]);
    expect(db.prepare("SELECT run_id FROM runs").pluck().all()).toEqual(["r"]);
    expect(db.prepare("SELECT count(*) FROM run_details").pluck().get()).toBe(0);
    expect(db.pragma("user_version", { simple: true })).toBe(20);
    db.close();
  });
});
