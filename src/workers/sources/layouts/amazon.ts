import { type ProposedColumn, present, type Recognised } from "../proposal.ts";
import type { Sheet } from "../sheet.ts";

const price: ProposedColumn = { column: "item-price", decimal: "." };

/** Order reports of Amazon's Seller Central, a row an item: the price is that of all pieces of the row. */
export function amazon(sheet: Sheet): Recognised | undefined {
  const { headers } = sheet;
  const isReport = sheet.has("orderid", "orderitemid", "purchasedate", "quantitypurchased", "itemprice");
  if (!isReport && !sheet.has("amazonorderid", "purchasedate", "itemprice", "sku")) return undefined;
  const order = isReport ? "order-id" : "amazon-order-id";
  const discount = { column: "item-promotion-discount", decimal: "." as const };
  const less = !isReport && headers.includes("item-promotion-discount") ? { less: ["item-promotion-discount"] } : {};
  const buyer = isReport ? { email: "buyer-email" } : {};
  return {
    layout: isReport ? "amazon-orders" : "amazon-all-orders",
    key_space: "amazon",
    confidence: 0.97,
    warnings: isReport
      ? []
      : ["This report doesn't say who bought: orders stay without a customer. The order report has the buyers."],
    tables: [
      {
        table: "order_lines",
        where: "item-price is not null",
        columns: present(headers, {
          order_id: order,
          line_id: isReport ? "order-item-id" : undefined,
          ordered_at: "purchase-date",
          product_id: "sku",
          quantity: isReport ? "quantity-purchased" : "quantity",
          amount_minor: { ...price, ...less },
          discount_minor: discount,
          currency: "currency",
        }),
      },
      {
        table: "orders",
        columns: present(headers, {
          order_id: order,
          ...buyer,
          ordered_at: "purchase-date",
          channel: { coalesce: ["sales-channel"] },
          status: "order-status",
          currency: "currency",
        }),
      },
      { table: "products", columns: present(headers, { product_id: "sku", name: "product-name" }) },
      {
        table: "customers",
        columns: isReport
          ? present(headers, {
              email: "buyer-email",
              full_name: "buyer-name",
              phone: "buyer-phone-number",
              city: "ship-city",
              region: "ship-state",
              postcode: "ship-postal-code",
              country: "ship-country",
            })
          : {},
      },
    ].filter(({ columns }) => Object.keys(columns).length > 0),
  };
}
