import { present, type Recognised } from "../proposal.ts";
import type { Sheet } from "../sheet.ts";

/** What Etsy's shop manager exports: sold order items, or sold orders. Dates begin with the month. */
export function etsy(sheet: Sheet): Recognised | undefined {
  const { headers } = sheet;
  const known = { key_space: "etsy", confidence: 0.97, warnings: [] };
  const at = { column: "Sale Date", format: "%m/%d/%y" };
  const place = {
    address_line: { coalesce: ["Ship Address1", "Street 1"] },
    city: "Ship City",
    region: "Ship State",
    postcode: "Ship Zipcode",
    country: "Ship Country",
  };
  if (sheet.has("saledate", "itemname", "buyer", "listingid", "transactionid")) {
    const product = { coalesce: ["SKU", "Listing ID", "Item Name"] };
    const order = { order_id: "Order ID", source_customer_id: "Buyer", ordered_at: at, currency: "Currency" };
    return {
      layout: "etsy-items",
      ...known,
      tables: [
        {
          table: "order_lines",
          columns: present(headers, {
            ...order,
            line_id: "Transaction ID",
            product_id: product,
            quantity: "Quantity",
            unit_price_minor: "Price",
            discount_minor: "Discount Amount",
          }),
        },
        {
          table: "orders",
          columns: present(headers, {
            ...order,
            channel: { value: "etsy" },
            shipping_minor: "Order Shipping",
            tax_minor: "Order Sales Tax",
            coupon_code: "Coupon Code",
          }),
        },
        { table: "products", columns: present(headers, { product_id: product, name: "Item Name" }) },
        {
          table: "customers",
          columns: present(headers, { source_customer_id: "Buyer", full_name: "Ship Name", ...place }),
        },
      ],
    };
  }
  if (!sheet.has("saledate", "orderid", "numberofitems", "ordervalue", "ordernet")) return undefined;
  const buyer = { coalesce: ["Buyer User ID", "Buyer"] };
  return {
    layout: "etsy-orders",
    ...known,
    tables: [
      {
        table: "orders",
        columns: present(headers, {
          order_id: "Order ID",
          source_customer_id: buyer,
          ordered_at: at,
          channel: { value: "etsy" },
          currency: "Currency",
          gross_minor: "Order Value",
          discount_minor: "Discount Amount",
          shipping_minor: "Shipping",
          tax_minor: "Sales Tax",
          coupon_code: "Coupon Code",
        }),
      },
      {
        table: "customers",
        columns: present(headers, {
          source_customer_id: buyer,
          given_name: "First Name",
          family_name: "Last Name",
          full_name: headers.includes("First Name") ? undefined : "Full Name",
          ...place,
        }),
      },
    ],
  };
}
