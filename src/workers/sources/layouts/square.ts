import { amount, present, type Recognised } from "../proposal.ts";
import type { Sheet } from "../sheet.ts";

const at = { concat: ["Date", "Time"] };

/** What Square's dashboard exports: the items of its sales, or its transactions; a refund is a row with negative amounts. */
export function square(sheet: Sheet): Recognised | undefined {
  const { headers } = sheet;
  if (!sheet.has("date", "grosssales", "netsales", "transactionid", "eventtype")) return undefined;
  const known = { key_space: "square", confidence: 0.97, warnings: [] };
  const who = { source_customer_id: "Customer ID", ordered_at: at };
  const order = { order_id: "Transaction ID", ...who, channel: { value: "store" }, store_id: "Location" };
  const person = {
    table: "customers",
    where: "Customer ID is not null",
    columns: present(headers, { source_customer_id: "Customer ID", full_name: "Customer Name" }),
  };
  if (sheet.has("item", "qty")) {
    const product = { coalesce: ["SKU", "Item"] };
    return {
      layout: "square-items",
      ...known,
      tables: [
        {
          table: "order_lines",
          columns: present(headers, {
            order_id: "Transaction ID",
            ...who,
            product_id: product,
            quantity: "Qty",
            amount_minor: "Net Sales",
            discount_minor: "Discounts",
          }),
        },
        { table: "orders", where: "Event Type != 'Refund'", columns: present(headers, order) },
        {
          table: "products",
          columns: present(headers, { product_id: product, name: "Item", category: "Category" }),
        },
        person,
      ],
    };
  }
  const money = { discount_minor: "Discounts", tax_minor: amount("Tax") };
  return {
    layout: "square-transactions",
    ...known,
    tables: [
      {
        table: "orders",
        where: "Event Type != 'Refund'",
        columns: present(headers, { ...order, gross_minor: "Gross Sales", ...money }),
      },
      {
        table: "orders",
        where: "Event Type = 'Refund'",
        columns: present(headers, { ...order, gross_minor: "Net Sales" }),
      },
      person,
    ],
  };
}
