import { afterAll, describe, expect, it } from "vitest";
import { LayoutBench } from "../../../test/support/layout-bench.ts";

const bench = new LayoutBench();
afterAll(() => bench.close());

const read = (name: string, header: string, row: (at: number) => string) =>
  bench.read(bench.write(name, `${[header, ...Array.from({ length: 24 }, (_, at) => row(at))].join("\n")}\n`));
const cardsOf = async (name: string, header: string, row: (at: number) => string) =>
  ((await read(name, header, row)).tables.customers ?? []).map(({ loyalty_id }) => loyalty_id ?? null);
const person = (at: number) => `c${at},ann${at}@example.com`;

describe("the number of a card", () => {
  it("is a loyalty card's in a file of customers", async () => {
    const cards = await cardsOf("customers.csv", "customer_id,email,card_number", (at) => `${person(at)},7700${at}`);
    expect(cards[3]).toBe("77003");
  });

  it.each([
    ["gift_cards.csv", "customer_id,email,card_number,balance"],
    ["export.csv", "customer_id,email,card_number,initial_value"],
    ["export.csv", "customer_id,email,card_no,gift_card_status"],
  ])("is nobody's where it holds money: %s with %s", async (name, header) => {
    const cards = await cardsOf(name, header, (at) => `${person(at)},7700${at},25.00`);
    expect(cards).toHaveLength(24);
    expect(new Set(cards)).toEqual(new Set([null]));
  });

  it("joins nobody where it is masked, as many people's are alike", async () => {
    const header = "order_id,order_date,email,card_number,total";
    const row = (card: string) => (at: number) =>
      `${at},2023-0${(at % 8) + 1}-03,ann${at}@example.com,${card}${4_000 + (at % 3)},9.50`;
    const loyal = await read("orders.csv", header, row("77"));
    expect(loyal.tables.orders?.[0]?.["loyalty_id"]).toBe("774000");
    const masked = await read("orders.csv", header, row("**** **** **** "));
    expect(masked.tables.orders).toHaveLength(24);
    expect(new Set(masked.tables.orders?.map(({ loyalty_id }) => loyalty_id ?? null))).toEqual(new Set([null]));
  });
});
