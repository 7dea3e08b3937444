import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Row, StepBench } from "../../../test/support/step-harness.ts";
import { lakeSteps } from "./lake-step.ts";

let bench: StepBench;
beforeEach(() => {
  bench = new StepBench();
});
afterEach(() => bench.close());

interface Delivered {
  readonly batch: string;
  readonly source?: string;
  readonly file?: number;
  readonly rows: readonly Row[];
}

/** Rows of one lake table as deliveries bring them, hashed as `normalise` does. */
async function deliver(table: string, deliveries: readonly Delivered[]): Promise<void> {
  const rows = deliveries.flatMap(({ batch, source = "shop", file = 0, rows: own }) =>
    own.map((row, at) => {
      const place = { key_space: "brand", source, batch_id: batch, file_number: file, source_row: at + 1 };
      return { ...place, row_hash: createHash("md5").update(JSON.stringify(row)).digest("hex"), ...row };
    }),
  );
  await bench.given("normalise", table, rows);
}
async function mergeAll(subject: { batches: { source: string; batch_id: string }[] }) {
  const made: Record<string, Row[]> = {};
  for (const step of lakeSteps) Object.assign(made, await bench.run(step, { subject }));
  return made;
}
const merge = (batches: readonly (readonly [source: string, batch: string])[]) =>
  mergeAll({ batches: batches.map(([source, batch_id]) => ({ source, batch_id })) });
const two = [
  ["shop", "b1"],
  ["shop", "b2"],
] as const;
const order = (
  order_id: string | null,
  customer: string,
  gross_minor: number,
  ordered_at = "2026-06-01 10:00:00",
): Row => ({
  order_id,
  source_customer_id: customer,
  ordered_at,
  gross_minor,
});

describe("the lake", () => {
  it("prices lines of a source that names no amount as the catalogue does", async () => {
    const line = (order_id: string, product_id: string, unit_price_minor?: number): Row => ({
      ...{
        order_id,
        line_id: "1",
        product_id,
        quantity: 2,
        ordered_at: "2026-06-01 10:00:00",
        source_customer_id: "ann",
      },
      ...(unit_price_minor === undefined ? {} : { unit_price_minor }),
    });
    await deliver("order_lines", [
      { batch: "b1", source: "till", rows: [line("1", "hat"), line("2", "sock")] },
      { batch: "b2", rows: [line("3", "hat", 900), line("4", "hat")] },
    ]);
    await deliver("products", [
      { batch: "b3", source: "goods", rows: [{ product_id: "hat", list_price_minor: 1000 }] },
    ]);
    const made = await merge([
      ["till", "b1"],
      ["shop", "b2"],
      ["goods", "b3"],
    ]);
    const amounts = (made["order_lines"] ?? []).map(({ order_id, amount_minor }) => [order_id, amount_minor]);
    expect(amounts.sort()).toEqual([
      ["1", 2000],
      ["2", null],
      ["3", 1800],
      ["4", null],
    ]);
  });

  it("keeps the latest row of a key, by the order of arrival", async () => {
    await deliver("orders", [
      { batch: "b1", rows: [order("1", "ann", 100), order("2", "ann", 200)] },
      { batch: "b2", rows: [order("1", "ann", 150)] },
    ]);
    const grossOf = async (batches: Parameters<typeof merge>[0]) =>
      ((await merge(batches))["orders"] ?? []).map(({ order_id, gross_minor }) => [order_id, gross_minor]);
    expect(await grossOf(two)).toEqual([
      ["1", 150],
      ["2", 200],
    ]);
    expect(
      await grossOf([
        ["shop", "b2"],
        ["shop", "b1"],
      ]),
    ).toEqual([
      ["1", 100],
      ["2", 200],
    ]);
    expect(await grossOf([["shop", "b1"]])).toEqual([
      ["1", 100],
      ["2", 200],
    ]);
  });

  it("has as many equal rows without a key as the file that has most of them", async () => {
    const row = order(null, "ann", 100);
    await deliver("orders", [
      { batch: "b1", rows: [row, row, order(null, "bob", 50)] },
      { batch: "b2", rows: [row, row, row] },
    ]);
    const { orders = [] } = await merge(two);
    expect(orders.filter(({ source_customer_id }) => source_customer_id === "ann")).toHaveLength(3);
    expect(orders.filter(({ source_customer_id }) => source_customer_id === "bob")).toHaveLength(1);
    expect(new Set(orders.map(({ order_id }) => order_id)).size).toBe(4);
  });

  it("doesn't take equal rows of two sources for one", async () => {
    const row = order(null, "ann", 100);
    await deliver("orders", [
      { batch: "b1", rows: [row] },
      { batch: "b2", source: "till", rows: [row] },
    ]);
    expect(
      (
        await merge([
          ["shop", "b1"],
          ["till", "b2"],
        ])
      )["orders"],
    ).toHaveLength(2);
  });

  it("files orders and lines by the span of their own day in the brand's zone, and beside them what else is of their orders", async () => {
    const line = (order_id: string, line_id: string, at: string | null): Row => {
      return { order_id, line_id, product_id: "p", quantity: 1, unit_price_minor: 100, ordered_at: at };
    };
    await deliver("orders", [
      {
        batch: "b1",
        rows: [
          order("1", "ann", 100, "2026-01-31 22:59:00"),
          order("2", "ann", 100, "2026-01-31 23:30:00"),
          order("3", "bob", 100, "2026-03-20 10:00:00"),
        ],
      },
    ]);
    await deliver("order_lines", [
      {
        batch: "b1",
        rows: [
          line("1", "1", "2026-01-31 22:59:00"),
          line("2", "1", "2026-01-31 23:30:00"),
          line("2", "2", "2026-03-05 10:00:00"),
          line("3", "1", null),
        ],
      },
    ]);
    const options = {
      subject: { batches: [{ source: "shop", batch_id: "b1" }] },
      spanEnds: ["2026-01-31", "2026-02-28"],
      brand: { timeZone: "Europe/Berlin" },
    };
    await bench.run(lakeSteps[0], options);
    const filed = async (output: string) => {
      const found = await Promise.all([0, 1, 2].map((span) => bench.spanOf("lake", output, span)));
      return found.map((rows) =>
        rows.map((row) => [row["order_id"], row["line_id"]].filter((one) => one !== undefined).join("-")),
      );
    };
    expect(await filed("orders")).toEqual([["1"], ["2"], ["3"]]);
    expect(await filed("order_lines")).toEqual([["1-1"], ["2-1"], ["2-2", "3-1"]]);
    expect(await filed("orders_beside")).toEqual([[], [], ["2"]]);
    expect(await filed("lines_beside")).toEqual([[], ["2-2"], ["2-1"]]);
  });

  it("makes orders of lines and lines of orders", async () => {
    await deliver("orders", [{ batch: "b1", rows: [{ ...order("1", "ann", 1000), discount_minor: 100 }] }]);
    await deliver("order_lines", [
      {
        batch: "b2",
        source: "till",
        rows: [
          {
            order_id: "9",
            line_id: "1",
            source_customer_id: "bob",
            ordered_at: "2026-06-02 10:00:00",
            quantity: 3,
            unit_price_minor: 250,
            discount_minor: 50,
          },
          { order_id: "9", line_id: "2", amount_minor: 400, quantity: 2 },
        ],
      },
    ]);
    const { orders = [], order_lines = [] } = await merge([
      ["shop", "b1"],
      ["till", "b2"],
    ]);
    expect(orders).toMatchObject([
      { order_id: "1", currency: "GBP" },
      { order_id: "9", source_customer_id: "bob", currency: "GBP" },
    ]);
    expect(order_lines.map(({ order_id, line_id, amount_minor }) => [order_id, line_id, amount_minor])).toEqual([
      ["1", "1", 900],
      ["9", "1", 700],
      ["9", "2", 400],
    ]);
    expect(order_lines[2]).toMatchObject({ source_customer_id: "bob", currency: "GBP" });
    expect(Number(order_lines[2]?.["unit_price_minor"])).toBe(200);
  });

  it("turns negative lines into returns of what was bought before", async () => {
    const line = { source_customer_id: "ann", product_id: "hat", unit_price_minor: 500 };
    await deliver("order_lines", [
      {
        batch: "b1",
        rows: [
          { ...line, order_id: "1", line_id: "1", ordered_at: "2026-06-01 10:00:00", quantity: 2 },
          { ...line, order_id: "R7", line_id: "1", ordered_at: "2026-06-09 10:00:00", quantity: -1 },
        ],
      },
    ]);
    const { order_lines = [], returns = [] } = await merge([["shop", "b1"]]);
    expect(order_lines.map(({ order_id }) => order_id)).toEqual(["1"]);
    expect(returns).toMatchObject([{ order_id: "1", product_id: "hat", refund_minor: 500 }]);
    expect(Number(returns[0]?.["quantity"])).toBe(1);
  });

  it("ties what an exchange brings back to the order that sold it", async () => {
    const line = (order_id: string, line_id: string, product_id: string, quantity: number, day: string) => ({
      ...{ order_id, line_id, product_id, quantity, source_customer_id: "ann", unit_price_minor: 500 },
      ordered_at: `2026-06-${day} 10:00:00`,
    });
    await deliver("order_lines", [
      {
        batch: "b1",
        rows: [
          line("1", "1", "sock", 1, "01"),
          line("1", "2", "hat", 1, "01"),
          line("2", "1", "scarf", 1, "09"),
          line("2", "2", "hat", -1, "09"),
          line("3", "1", "coat", 1, "12"),
          line("3", "2", "coat", -1, "12"),
          line("4", "1", "boot", -1, "13"),
        ],
      },
    ]);
    const { returns = [], orders = [] } = await merge([["shop", "b1"]]);
    expect(returns.map(({ product_id, order_id, line_id }) => [product_id, order_id, line_id])).toEqual([
      ["hat", "1", "2"],
      ["coat", "3", "1"],
      ["boot", "4", null],
    ]);
    expect(orders).toHaveLength(4);
  });

  it("ties a return to what the same card bought", async () => {
    const sale = (order_id: string, loyalty_id: string, day: string) => ({
      order_id,
      loyalty_id,
      ordered_at: `2026-06-${day} 10:00:00`,
    });
    await deliver("orders", [
      { batch: "b1", rows: [sale("1", "L1", "01"), sale("2", "L2", "02"), sale("3", "L1", "05")] },
    ]);
    const line = (order_id: string, quantity: number) => ({
      order_id,
      line_id: "1",
      product_id: "hat",
      quantity,
      unit_price_minor: 500,
    });
    await deliver("order_lines", [{ batch: "b1", rows: [line("1", 1), line("2", 1), line("3", -1)] }]);
    const { returns = [] } = await merge([["shop", "b1"]]);
    expect(returns).toMatchObject([{ order_id: "1", line_id: "1", refund_minor: 500 }]);
  });

  it("takes a line of negative money for a refund", async () => {
    await deliver("orders", [
      { batch: "b1", rows: [order("1", "ann", 900), order("2", "ann", -400, "2026-06-03 10:00:00")] },
    ]);
    const { returns = [], order_lines = [] } = await merge([["shop", "b1"]]);
    expect(order_lines.map(({ order_id }) => order_id)).toEqual(["1"]);
    expect(returns).toMatchObject([{ order_id: "2", refund_minor: 400 }]);
  });

  it("joins what two sources say of one order and product", async () => {
    await deliver("orders", [
      { batch: "b1", rows: [{ ...order("1", "ann", 900), status: "paid", channel: "web" }] },
      { batch: "b2", source: "till", rows: [{ ...order("1", "ann", 950), status: null, channel: "store" }] },
    ]);
    const { orders = [] } = await merge([
      ["shop", "b1"],
      ["till", "b2"],
    ]);
    expect(orders).toMatchObject([
      { order_id: "1", status: "paid", channel: "store", gross_minor: 950, source: "till" },
    ]);
  });

  it("shares an order's discount among lines that don't know it", async () => {
    await deliver("orders", [
      {
        batch: "b1",
        rows: [
          { ...order("1", "ann", 1000), discount_minor: 100 },
          { ...order("2", "ann", 800), discount_minor: 100 },
        ],
      },
    ]);
    const line = (order_id: string, line_id: string, amount_minor: number) => ({
      order_id,
      line_id,
      product_id: "hat",
      quantity: 1,
      amount_minor,
    });
    await deliver("order_lines", [
      { batch: "b1", rows: [line("1", "1", 333), line("1", "2", 333), line("1", "3", 334), line("2", "1", 700)] },
    ]);
    const { order_lines = [] } = await merge([["shop", "b1"]]);
    const amounts = order_lines.map(({ order_id, amount_minor, discount_minor }) => [
      order_id,
      amount_minor,
      discount_minor,
    ]);
    expect(amounts).toEqual([
      ["1", 300, 33],
      ["1", 299, 34],
      ["1", 301, 33],
      ["2", 700, null],
    ]);
  });

  it("keeps contacts apart from behaviour", async () => {
    await deliver("customers", [
      { batch: "b1", rows: [{ source_customer_id: "ann", email: "ann@shop.example", city: "Leeds" }] },
    ]);
    const { customers = [], customers_contact = [] } = await merge([["shop", "b1"]]);
    expect(Object.keys(customers[0] ?? {})).not.toContain("email");
    expect(customers).toMatchObject([{ source_customer_id: "ann", city: "Leeds" }]);
    expect(customers_contact).toMatchObject([{ source_customer_id: "ann", email: "ann@shop.example" }]);
  });

  it("lies as it was delivered where every row stands, and by name where one is corrected", async () => {
    const rows = ["3", "1", "2"].map((id) => order(id, `c${id}`, Number(id) * 100));
    const ids = async (deliveries: readonly Delivered[]) => {
      await deliver("orders", deliveries);
      return ((await merge(two))["orders"] ?? []).map(({ order_id }) => order_id);
    };
    const first = { batch: "b1", rows };
    expect(await ids([first, { batch: "b2", rows: [order("0", "c0", 50)] }])).toEqual(["3", "1", "2", "0"]);
    expect(await ids([first, { batch: "b2", rows: [order("1", "c1", 50)] }])).toEqual(["1", "2", "3"]);
  });

  it("lays rows without a name by file, however they were found", async () => {
    const files = [2, 0, 1].map((file) => ({ batch: "b1", file, rows: [{ email: `${file}@x.example` }] }));
    const named = {
      batch: "b2",
      rows: [
        { source_customer_id: "c1", email: "a@x.example" },
        { source_customer_id: "c1", email: "b@x.example" },
      ],
    };
    await deliver("customers", [...files, named]); // one that is corrected: what isn't goes past it
    const { customers_contact = [] } = await merge(two);
    expect(customers_contact.map(({ email }) => email)).toEqual([
      "b@x.example",
      "0@x.example",
      "1@x.example",
      "2@x.example",
    ]);
  });

  it("holds the same whatever the order of rows in a file", async () => {
    const rows = ["3", "1", "2"].map((id) => order(id, `c${id}`, Number(id) * 100));
    const contents = async (own: readonly Row[]) => {
      await deliver("orders", [{ batch: "b1", rows: own }]);
      const { orders = [] } = await merge([["shop", "b1"]]);
      const said = orders.map(({ source_row: _, ...rest }) => rest);
      return said.sort((a, b) => (String(a["order_id"]) < String(b["order_id"]) ? -1 : 1));
    };
    expect(await contents([...rows].reverse())).toEqual(await contents(rows));
  });
});
