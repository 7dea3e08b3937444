import { expect, test } from "vitest";
import type { AssayClient } from "../../client/connect.ts";
import { asTabText, readRows, ruleOf } from "./chosen-rows.ts";

test("a rule names its customers once and in order", () => {
  expect(ruleOf(new Set(["b", "a"]))).toEqual({
    combinator: "and",
    rules: [{ field: "customer_id", operator: "in", value: ["a", "b"] }],
  });
});

test("values are exact, lists are JSON, what would break a line is a blank", () => {
  const rows = [
    { customer_id: "a1", name: "A\tB", values: [123_456, 0.1234567, null, ["x", "y"], false, "2026-07-14"] },
  ];
  const fields = ["revenue_minor", "return_rate", "price_tier", "top_products", "reachable_email", "last_order_on"];
  expect(
    asTabText(
      rows,
      fields.map((name) => ({ name })),
    ),
  ).toBe(`customer_id\tname\t${fields.join("\t")}\na1\tA B\t123456\t0.1234567\t\t["x","y"]\tfalse\t2026-07-14`);
});

test("pages are read to the end, or to as many as are wanted", async () => {
  const asked: [number, number][] = [];
  const client = {
    call: async (_: string, { offset, limit }: { offset: number; limit: number }) => {
      asked.push([offset, limit]);
      const rows = Array.from({ length: Math.max(0, Math.min(limit, 1_100 - offset)) }, (_one, at) => ({
        customer_id: String(offset + at),
        name: null,
        values: [],
      }));
      return { total: 1_100, of: 1_100, rows };
    },
  } as unknown as AssayClient;
  const question = { brand: "shop", sort: [], columns: [] };
  const { signal } = new AbortController();
  expect(await readRows(client, question, { most: 20_000, signal })).toHaveLength(1_100);
  expect(await readRows(client, question, { most: 700, signal })).toHaveLength(700);
  expect(asked).toEqual([
    [0, 500],
    [500, 500],
    [1_000, 500],
    [0, 500],
    [500, 200],
  ]);
});
