import { present, type Recognised } from "../proposal.ts";
import type { Sheet } from "../sheet.ts";

/** Sales of Lightspeed (X-Series): rows of sales, their lines and their payments in one file, told apart by a column. */
export function lightspeed(sheet: Sheet): Recognised | undefined {
  const { headers } = sheet;
  if (!sheet.has("receiptnumber", "linetype", "customercode", "register")) return undefined;
  const order = { order_id: "Receipt Number", source_customer_id: "Customer Code", ordered_at: "Date" };
  const product = { coalesce: ["SKU", "Details"] };
  const isLine = "Line Type = 'Sale Line'";
  return {
    layout: "lightspeed",
    key_space: "lightspeed",
    confidence: 0.97,
    warnings: [],
    tables: [
      {
        table: "order_lines",
        where: isLine,
        columns: present(headers, {
          ...order,
          product_id: product,
          quantity: "Quantity",
          amount_minor: "Total",
          discount_minor: "Discount",
        }),
      },
      {
        table: "orders",
        where: "Line Type = 'Sale'",
        columns: present(headers, { ...order, channel: { value: "store" }, store_id: "Register", status: "Status" }),
      },
      { table: "products", where: isLine, columns: present(headers, { product_id: product, name: "Details" }) },
      {
        table: "customers",
        where: "Line Type = 'Sale' and Customer Code is not null",
        columns: present(headers, { source_customer_id: "Customer Code", full_name: "Customer Name" }),
      },
    ],
  };
}
