import { expect, test } from "vitest";
import { withDatabase } from "../../../../test/support/store-file.ts";
import { openDatabase } from "../database.ts";
import { initial } from "./0010-initial.ts";
import { runDetails } from "./0020-run-details.ts";
import { recognisedFiles } from "./0030-recognised-files.ts";

test("a file of the version before keeps its runs and has recognised nothing yet", () => {
  withDatabase([initial, runDetails], (before, path) => {
    before.prepare("INSERT INTO runs VALUES ('r', 'small', '2026-07-01T00:00:00Z', 'done', '{}')").run();
    const db = openDatabase(path, [initial, runDetails, recognisedFiles]);
    expect(db.prepare("SELECT run_id FROM runs").pluck().all()).toEqual(["r"]);
    expect(db.prepare("SELECT count(*) FROM recognised_files").pluck().get()).toBe(0);
    expect(db.pragma("user_version", { simple: true })).toBe(30);
    db.close();
  });
});
