import { expect, test } from "vitest";
import { columnOf, likelyColumn, ruleText, withColumn } from "./mapping-edit.ts";

test.each([
  ["Total", "Total", "Total"],
  [{ column: "Total", decimal: "," }, "Total, decimal ,", "Total"],
  [{ column: "Date", format: "DD.MM.YYYY" }, "Date, DD.MM.YYYY", "Date"],
  [{ value: "GBP" }, "“GBP”", null],
  [{ coalesce: ["Email", { column: "Mail" }] }, "Email or Mail", null],
  [{ column: "Status", map: { paid: "paid" } }, "Status, translated", "Status"],
  [null, "", null],
])("a rule reads as words (%#)", (rule, said, column) => {
  expect(ruleText(rule)).toBe(said);
  expect(columnOf(rule)).toBe(column);
});

const mapping = {
  layout: "generic",
  tables: [{ table: "orders", columns: { total: { column: "Total", decimal: "," }, id: "Id" } }],
};

test("a target is pointed elsewhere and keeps how it is read", () => {
  expect(withColumn(mapping, 0, "total", "Sum").tables[0]?.columns).toEqual({
    total: { column: "Sum", decimal: "," },
    id: "Id",
  });
  expect(withColumn(mapping, 0, "id", "Nr").tables[0]?.columns).toMatchObject({ id: "Nr" });
  expect(withColumn(mapping, 0, "id", null).tables[0]?.columns).toEqual({ total: { column: "Total", decimal: "," } });
  expect(withColumn(mapping, 3, "id", "Nr")).toEqual(mapping);
});

test("a target that is added takes the column of its own name, else none", () => {
  expect(likelyColumn("order_id", ["Total", "Order ID"])).toBe("Order ID");
  expect(likelyColumn("ordered_at", ["Total", "Order ID"])).toBeNull();
});
