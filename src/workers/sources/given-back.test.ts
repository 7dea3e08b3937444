import { afterAll, describe, expect, it } from "vitest";
import { LayoutBench } from "../../../test/support/layout-bench.ts";

const bench = new LayoutBench();
afterAll(() => bench.close());

const lines = (...rows: readonly string[]) => `${rows.join("\n")}\n`;
const read = (name: string, ...rows: readonly string[]) => bench.read(bench.write(name, lines(...rows)));
const pick = (rows: readonly Record<string, unknown>[] | undefined, ...names: readonly string[]) =>
  (rows ?? []).map((row) => names.map((name) => row[name] ?? null));

describe("rows that sell and rows that give back in one file", () => {
  const sales = (kind: string) =>
    Array.from({ length: 30 }, (_, at) => `${at},${kind},2023-0${(at % 8) + 1}-03,c${at % 9},s${at % 4},2,12.50`);
  const header = "transaction_id,type,transaction_date,customer_id,sku,quantity,unit_price";

  it("are told apart by what their kind is called, however they are signed", async () => {
    const { tables, told } = await read(
      "transactions.csv",
      header,
      ...sales("sale"),
      "0,refund,2023-03-09,c0,s0,1,12.50",
      "1,refund,2023-03-10,c1,s1,-2,12.50",
    );
    const back = (tables.order_lines ?? []).filter(({ quantity }) => Number(quantity) < 0);
    expect(pick(back, "order_id", "quantity", "unit_price_minor")).toEqual([
      ["0", -1, 1250],
      ["1", -2, 1250],
    ]);
    expect(tables.order_lines).toHaveLength(32);
    expect(tables.products).toBeUndefined(); // the kind is no category
    expect(told.join(" ")).toContain("Rows whose type is refund");
  });

  it("are, with only an amount, below 0 by it", async () => {
    const { tables } = await read(
      "belege.csv",
      "Belegnr;Belegart;Datum;Kundennr;Artikelnr;Betrag",
      ...Array.from({ length: 12 }, (_, at) => `${at};Rechnung;0${(at % 8) + 1}.03.2023;k${at % 5};a${at % 3};25,00`),
      "900;Gutschrift;09.03.2023;k1;a1;25,00",
    );
    expect(tables.order_lines?.at(-1)).toMatchObject({ order_id: "900", quantity: -1, amount_minor: -2500 });
  });

  it("are no orders and returns of a row each where nothing says what was bought", async () => {
    const { tables } = await read(
      "payments.csv",
      "order_id,customer_id,order_date,transaction type,total",
      ...Array.from({ length: 12 }, (_, at) => `${at},c${at % 5},2023-0${(at % 8) + 1}-03,Charge,20.00`),
      "3,c3,2023-06-01,Refund,20.00",
    );
    expect(tables.orders).toHaveLength(12);
    expect(tables.returns).toMatchObject([{ order_id: "3", refund_minor: 2000, returned_at: "2023-05-31T23:00:00Z" }]);
  });

  it("are looked for beyond the first rows, and only where both are there", async () => {
    const many = Array.from({ length: 40 }, () => sales("Sale")).flat();
    const late = await read("late.csv", header, ...many, "5,Return,2023-09-01,c5,s1,1,12.50");
    expect(late.tables.order_lines?.at(-1)?.["quantity"]).toBe(-1);
    const kinds = await read("kinds.csv", header, ...sales("shirt"), ...sales("hat"));
    expect(new Set(pick(kinds.tables.products, "category").flat())).toEqual(new Set(["shirt", "hat"]));
  });
});
