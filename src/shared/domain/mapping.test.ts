import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { LayoutBench } from "../../../test/support/layout-bench.ts";
import { parseMapping } from "./mapping.ts";

const bench = new LayoutBench();
afterAll(() => bench.close());

describe("the mapping that the guide shows", () => {
  const guide = readFileSync(join(import.meta.dirname, "../../../docs/add-a-source.md"), "utf8");
  const shown = [...guide.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) => JSON.parse(text ?? "") as object);

  it("reads the till that it is meant for", async () => {
    expect(shown).toHaveLength(1);
    const path = bench.write(
      "till.csv",
      [
        "Receipt;Type;Sold;SKU;Description;Qty;Price;Card",
        "1;sale;03/04/2026 10:00;hat;Hat;2;9,50;L7",
        "1;sale;03/04/2026 10:00;;Sock;1;3,00;L7",
        "2;void;03/04/2026 11:00;hat;Hat;1;9,50;",
        "",
      ].join("\n"),
    );
    const { tables } = await bench.read(path, parseMapping(shown[0]));
    expect(tables["order_lines"]).toMatchObject([
      { order_id: "1", product_id: "hat", quantity: 2, unit_price_minor: 950, ordered_at: "2026-04-03T09:00:00Z" },
      { order_id: "1", product_id: "Sock", unit_price_minor: 300 },
    ]);
    expect(tables["orders"]?.[0]).toMatchObject({ order_id: "1", loyalty_id: "L7", channel: "store" });
  });
});

describe("a mapping's where", () => {
  const rows = "id,kind,day,who\n1,a and b,2026-04-03,x\n2,it's,2026-04-03,x\n3,,2026-04-03,x\n4,c,2026-04-03,x\n";
  const idsOf = async (where: string) => {
    const columns = { order_id: "id", ordered_at: "day", source_customer_id: "who" };
    const mapping = parseMapping({ layout: "generic", tables: [{ table: "orders", where, columns }] });
    return (await bench.read(bench.write("kinds.csv", rows), mapping)).tables["orders"]?.map(
      ({ order_id }) => order_id,
    );
  };
  it.each([
    ["kind = 'a and b'", ["1"]],
    ["kind in ('a and b', 'it''s')", ["1", "2"]],
    ["kind not in ('a and b', 'it''s') and kind is not null", ["4"]],
    ["kind not in ('c')", ["1", "2", "3"]],
    ["kind != 'c' and id != '1'", ["2", "3"]],
    ["kind is null", ["3"]],
  ])("of %s takes its rows", async (where, expected) => {
    expect(await idsOf(where)).toEqual(expected);
  });

  it.each(["nothing = '1'", "kind = 'a' or 1=1", "kind in (select 1)", "1=1; drop table x"])(
    "of %s is refused",
    async (where) => {
      await expect(idsOf(where)).rejects.toMatchObject({ code: "bad_input" });
    },
  );
});
