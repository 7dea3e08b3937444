import { present, type Recognised } from "../proposal.ts";
import type { Sheet } from "../sheet.ts";

/** eBay's orders report, a row an item: what it was sold for is the price of one. */
export function ebay(sheet: Sheet): Recognised | undefined {
  const { headers } = sheet;
  if (!sheet.has("salesrecordnumber", "ordernumber", "buyerusername", "soldfor")) return undefined;
  const product = { coalesce: ["Custom Label", "Item Number", "Item Title"] };
  const order = { order_id: "Order Number", source_customer_id: "Buyer Username", ordered_at: "Sale Date" };
  return {
    layout: "ebay",
    key_space: "ebay",
    confidence: 0.97,
    warnings: [],
    tables: [
      {
        table: "order_lines",
        where: "Item Number is not null",
        columns: present(headers, {
          ...order,
          line_id: "Transaction ID",
          product_id: product,
          quantity: "Quantity",
          unit_price_minor: "Sold For",
        }),
      },
      {
        table: "orders",
        where: "Sale Date is not null",
        columns: present(headers, {
          ...order,
          email: "Buyer Email",
          channel: { value: "ebay" },
          shipping_minor: "Shipping And Handling",
        }),
      },
      {
        table: "products",
        where: "Item Number is not null",
        columns: present(headers, { product_id: product, name: "Item Title" }),
      },
      {
        table: "customers",
        where: "Buyer Name is not null",
        columns: present(headers, {
          source_customer_id: "Buyer Username",
          full_name: "Buyer Name",
          email: "Buyer Email",
          phone: "Ship To Phone",
          address_line: "Buyer Address 1",
          city: "Buyer City",
          region: "Buyer State",
          postcode: "Buyer Zip",
          country: "Buyer Country",
        }),
      },
    ],
  };
}
