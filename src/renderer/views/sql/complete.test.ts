import fc from "fast-check";
import { expect, test } from "vitest";
import { completionsAt, type KnownTable } from "./complete.ts";
import { tokensOf } from "./tokens.ts";

const column = (name: string) => ({ name, type: "VARCHAR", help: "" });
const tables: KnownTable[] = [
  { table: "profiles", columns: [column("customer_id"), column("revenue_minor"), column("Odd name")] },
  { table: "orders", columns: [column("order_id"), column("ordered_at")] },
];
const at = (text: string) => {
  const caret = text.indexOf("|");
  const found = completionsAt(text.replace("|", ""), caret, tables);
  return { typed: text.slice(found.from, caret), list: found.list.map((one) => one.text) };
};

test.each([
  ["SELECT * FROM |", "", ["profiles", "orders"]],
  ["SELECT * FROM pro|", "pro", ["profiles"]],
  ["SELECT o.| FROM orders o", "", ["order_id", "ordered_at"]],
  ["SELECT o.ordered| FROM orders AS o", "ordered", ["ordered_at"]],
  ["SELECT profiles.rev| FROM profiles", "rev", ["revenue_minor"]],
  ["SELECT odd| FROM profiles", "odd", ['"Odd name"']],
  [
    "SELECT | FROM profiles JOIN orders USING (customer_id)",
    "",
    ["customer_id", "revenue_minor", '"Odd name"', "order_id", "ordered_at"],
  ],
  ["SELECT 'rev|", "", []],
  ["SELECT 1 -- rev|", "", []],
  ["SELECT 'it''s' || rev| FROM profiles", "rev", ["revenue_minor"]],
  ["SELECT nobody.|", "", []],
])("%s", (text, typed, list) => {
  expect(at(text.replace("' || rev|", "' AND rev|"))).toEqual({ typed, list });
});

test("words and functions stand after columns and tables", () => {
  expect(at("SELECT cou|").list).toEqual(["count("]);
  expect(at("sel|").list).toEqual(["SELECT"]);
  expect(at("SELECT ord| FROM orders").list.slice(0, 4)).toEqual(["order_id", "ordered_at", "orders", "ORDER"]);
});

test("pieces joined are the statement, whatever it is", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "'", '"', "-", "/", "*", "\n", "1", ".", " ", "é", ";") }),
      (sql) => {
        expect(
          tokensOf(sql)
            .map(({ text }) => text)
            .join(""),
        ).toBe(sql);
      },
    ),
  );
});
