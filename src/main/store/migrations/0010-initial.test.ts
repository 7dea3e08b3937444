import { expect, test } from "vitest";
import { withDatabase } from "../../../../test/support/store-file.ts";
import { initial } from "./0010-initial.ts";
import { migrations } from "./list.ts";

test("an empty file gets the tables", () => {
  withDatabase([initial], (db) => {
    const tables = db.prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name",
    );
    expect({ tables: tables.pluck().all(), version: db.pragma("user_version", { simple: true }) }).toEqual({
      tables: ["entries", "people_indexes", "runs", "settings", "tasks", "workspaces"],
      version: 10,
    });
  });
});

test("versions rise", () => {
  const versions = migrations.map(({ version }) => version);
  expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
});
