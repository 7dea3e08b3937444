import { packingsOf } from "../packed-items.ts";
import { type ProposedTable, present, type Recognised } from "../proposal.ts";
import type { Sheet } from "../sheet.ts";

/** BigCommerce's default export of orders, a row an order: its items lie in one cell. */
export function bigcommerce(sheet: Sheet): Recognised | undefined {
  const { headers } = sheet;
  if (!sheet.has("orderid", "orderstatus", "customeremail", "orderdate") || packingsOf(headers).length === 0)
    return undefined;
  const customer = { column: "Customer ID", nothing: ["0"] }; // guests
  const order = { order_id: "Order ID", source_customer_id: customer, ordered_at: "Order Date" };
  const product = { coalesce: ["products.sku", "products.id", "products.name"] };
  const currency = { coalesce: ["Order Currency Code", "Transactional Currency Code"] };
  const tables: ProposedTable[] = [
    {
      table: "orders",
      columns: present(headers, {
        ...order,
        email: { coalesce: ["Customer Email", "Billing Email"] },
        phone: { coalesce: ["Customer Phone", "Billing Phone"] },
        channel: { value: "web" },
        status: "Order Status",
        currency,
        shipping_minor: { coalesce: ["Shipping Cost (inc tax)", "Shipping Cost (ex tax)"] },
        tax_minor: "Tax Total",
        coupon_code: "Coupon Details",
      }),
    },
    {
      table: "order_lines",
      each: "products",
      columns: {
        ...present(headers, { ...order, currency }),
        line_id: "products.#",
        product_id: product,
        quantity: "products.quantity",
        unit_price_minor: "products.price",
        amount_minor: "products.total",
      },
    },
    { table: "products", each: "products", columns: { product_id: product, name: "products.name" } },
    {
      table: "returns",
      where: "Refund Amount is not null and Refund Amount not in ('0', '0.00', '0.0000')",
      columns: headers.includes("Refund Amount")
        ? { return_id: "Order ID", order_id: "Order ID", returned_at: "Order Date", refund_minor: "Refund Amount" }
        : {},
    },
    {
      table: "customers",
      columns: present(headers, {
        source_customer_id: customer,
        email: { coalesce: ["Customer Email", "Billing Email"] },
        phone: { coalesce: ["Customer Phone", "Billing Phone"] },
        given_name: "Billing First Name",
        family_name: "Billing Last Name",
        address_line: "Billing Street 1",
        city: "Billing Suburb",
        region: "Billing State",
        postcode: "Billing Zip",
        country: "Billing Country",
      }),
    },
  ];
  return {
    layout: "bigcommerce",
    key_space: "bigcommerce",
    confidence: 0.97,
    warnings: [],
    tables: tables.filter(({ columns }) => Object.keys(columns).length > 1),
  };
}
