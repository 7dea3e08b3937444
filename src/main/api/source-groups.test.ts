import { expect, it } from "vitest";
import type { DetectedFile } from "../../shared/api/contract/sources.ts";
import type { SourceBody } from "../../shared/domain/brand-state.ts";
import { filesOf, strangersOf } from "./source-groups.ts";

type Tables = DetectedFile["mapping"]["tables"];
const lines = { order_id: "no", ordered_at: { column: "day", format: "%d.%m.%Y" }, product_id: "sku", quantity: "qty" };
const file = (path: string, tables: Tables, layout = "generic"): DetectedFile => ({
  ...{ path, format: "delimited", encoding: "utf-8", delimiter: ",", layout, confidence: 1, warnings: [] },
  ...{ tables: tables.map(({ table }) => table), mapping: { layout, tables } },
});
const source = (name: string, tables: Tables, layout = "generic"): SourceBody => ({
  ...{ source: name, paths: [], layout, mapping: { layout, tables }, is_detected: true, schedule: null },
  ...{ expected_by: null },
});
const paths = (files: readonly DetectedFile[]) => files.map(({ path }) => path);

it("files are a source's by the columns that feed it, whatever their formats", () => {
  const till = source("till", [{ table: "order_lines", columns: lines }]);
  const same = file("a.csv", [{ table: "order_lines", columns: { ...lines, ordered_at: "day" } }]);
  const other = file("b.csv", [{ table: "order_lines", columns: { ...lines, product_id: "item" } }]);
  expect(paths(filesOf(till, [till], [same, other]))).toEqual(["a.csv"]);
});

it("files in which more is found than when their source was added stay its files, if they are no other's", () => {
  const till = source("till", [{ table: "order_lines", columns: lines }]);
  const more: Tables = [
    { table: "order_lines", columns: { ...lines, currency: "cur" } },
    { table: "products", columns: { product_id: "sku", name: "title" } },
  ];
  const found = [file("a.csv", more), file("p.csv", [{ table: "products", columns: { product_id: "sku" } }])];
  expect(paths(filesOf(till, [till], found))).toEqual(["a.csv"]);
  expect(paths(filesOf(till, [till, source("web", more)], found))).toEqual([]);
});

it("files that no source takes are told once", () => {
  const tables: Tables = [{ table: "order_lines", columns: lines }];
  const till = source("till", tables);
  const other = source("web", [{ table: "customers", columns: { email: "mail" } }]);
  const found = [file("a.csv", tables), file("odd.csv", [], "unknown"), file("c.csv", other.mapping.tables as Tables)];
  expect(paths(strangersOf(till, [till, other], found))).toEqual(["odd.csv"]);
  expect(strangersOf(other, [till, other], found)).toEqual([]);
});

it("a source that was given another mapping is told by the one that it was added with", () => {
  const proposed = { layout: "generic", tables: [{ table: "order_lines", columns: lines }] };
  const given = { layout: "generic", tables: [{ table: "orders", columns: { order_id: "no", ordered_at: "day" } }] };
  const till: SourceBody = { ...source("till", given.tables), proposed };
  expect(paths(filesOf(till, [till], [file("a.csv", proposed.tables)]))).toEqual(["a.csv"]);
});
