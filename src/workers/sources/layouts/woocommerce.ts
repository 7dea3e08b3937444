import { packingsOf } from "../packed-items.ts";
import { amount, type ProposedColumn, type ProposedTable, present, type Recognised, utc } from "../proposal.ts";
import type { Sheet } from "../sheet.ts";

/** Orders of WooCommerce: as its API gives them in JSON, and as its two usual export plug-ins write them, a row a line item or an order. */
export function woocommerce(sheet: Sheet): Recognised | undefined {
  const tables = apiTables(sheet) ?? itemTables(sheet) ?? packedTables(sheet) ?? labelledTables(sheet);
  if (!tables) return undefined;
  return {
    layout: tables.layout,
    key_space: "woocommerce",
    confidence: 0.97,
    tables: tables.tables.filter(({ columns }) => Object.keys(columns).length > 1),
    warnings: [],
  };
}

interface Tables {
  readonly layout: string;
  readonly tables: readonly ProposedTable[];
}

/** Guests have the number 0. */
const customer: ProposedColumn = { column: "customer_id", nothing: ["0"] };

function apiTables(sheet: Sheet): Tables | undefined {
  const { headers } = sheet;
  const lines = sheet.namesIn("line_items");
  if (!sheet.has("number", "status", "datecreated") || !lines.includes("line_items.subtotal")) return undefined;
  const product = { coalesce: ["line_items.sku", "line_items.product_id"] };
  const at = headers.includes("date_created_gmt") ? utc("date_created_gmt") : "date_created";
  const line = {
    order_id: "number",
    line_id: "line_items.id",
    source_customer_id: customer,
    ordered_at: at,
    product_id: product,
    quantity: amount("line_items.quantity"),
    currency: "currency",
  };
  const taxed = { ...amount("line_items.total"), plus: ["line_items.total_tax"] };
  const before = { ...amount("line_items.subtotal"), plus: ["line_items.subtotal_tax"] };
  const isInclusive = headers.includes("prices_include_tax");
  const inclusive: ProposedTable[] = isInclusive
    ? [
        {
          table: "order_lines",
          each: "line_items",
          where: "prices_include_tax = 'true'",
          columns: present([...lines, ...headers], {
            ...line,
            amount_minor: taxed,
            discount_minor: { ...before, less: ["line_items.total", "line_items.total_tax"] },
          }),
        },
      ]
    : [];
  return {
    layout: "woocommerce",
    tables: [
      {
        table: "orders",
        columns: present(headers, {
          order_id: "number",
          source_customer_id: customer,
          email: "billing.email",
          phone: "billing.phone",
          ordered_at: at,
          channel: { value: "web" },
          status: "status",
          currency: "currency",
          discount_minor: amount("discount_total"),
          shipping_minor: amount("shipping_total"),
          tax_minor: amount("total_tax"),
        }),
      },
      ...inclusive,
      {
        table: "order_lines",
        each: "line_items",
        ...(isInclusive ? { where: "prices_include_tax != 'true'" } : {}),
        columns: present([...lines, ...headers], {
          ...line,
          amount_minor: amount("line_items.total"),
          discount_minor: { ...amount("line_items.subtotal"), less: ["line_items.total"] },
        }),
      },
      {
        table: "products",
        each: "line_items",
        columns: present(lines, { product_id: product, name: "line_items.name" }),
      },
      {
        table: "returns",
        each: "refunds",
        columns: sheet.lists.has("refunds")
          ? present([...sheet.namesIn("refunds"), ...headers], {
              return_id: "refunds.id",
              order_id: "number",
              returned_at: headers.includes("date_modified_gmt") ? utc("date_modified_gmt") : "date_modified",
              refund_minor: amount("refunds.total"),
              reason: "refunds.reason",
            })
          : {},
      },
      { table: "customers", ...people(headers, (name) => `billing.${name}`, customer) },
    ],
  };
}

type PersonField =
  | "email"
  | "phone"
  | "first_name"
  | "last_name"
  | "address_1"
  | "city"
  | "state"
  | "postcode"
  | "country";

function people(headers: readonly string[], called: (field: PersonField) => string, id: ProposedColumn | undefined) {
  return {
    columns: present(headers, {
      source_customer_id: id,
      email: called("email"),
      phone: called("phone"),
      given_name: called("first_name"),
      family_name: called("last_name"),
      address_line: called("address_1"),
      city: called("city"),
      region: called("state"),
      postcode: called("postcode"),
      country: called("country"),
    }),
  };
}

/** Columns called order_number, item_sku, billing_email. */
function itemTables(sheet: Sheet): Tables | undefined {
  const { headers } = sheet;
  if (!sheet.has("ordernumber", "billingemail", "itemquantity", "itemtotal")) return undefined;
  const at = headers.includes("order_date") ? "order_date" : "date";
  const product = { coalesce: ["item_sku", "item_product_id", "item_name"] };
  return {
    layout: "woocommerce-items",
    tables: [
      {
        table: "order_lines",
        columns: present(headers, {
          order_id: "order_number",
          line_id: "item_id",
          source_customer_id: customer,
          ordered_at: at,
          product_id: product,
          quantity: amount("item_quantity"),
          amount_minor: amount("item_total"),
          discount_minor: headers.includes("item_subtotal")
            ? { ...amount("item_subtotal"), less: ["item_total"] }
            : undefined,
          currency: { coalesce: ["order_currency", "currency"] },
        }),
      },
      {
        table: "orders",
        columns: present(headers, {
          order_id: "order_number",
          source_customer_id: customer,
          email: "billing_email",
          phone: "billing_phone",
          ordered_at: at,
          channel: { value: "web" },
          status: { coalesce: ["status", "order_status"] },
          currency: { coalesce: ["order_currency", "currency"] },
          discount_minor: amount("discount_total"),
          shipping_minor: amount("shipping_total"),
          tax_minor: amount("tax_total"),
          coupon_code: { coalesce: ["coupon_items", "coupons"] },
        }),
      },
      { table: "products", columns: present(headers, { product_id: product, name: "item_name" }) },
      {
        table: "returns",
        where: "item_refunded is not null and item_refunded not in ('0', '0.0', '0.00')",
        columns: headers.includes("item_refunded")
          ? present(headers, {
              return_id: "item_id",
              order_id: "order_number",
              line_id: "item_id",
              product_id: product,
              refund_minor: amount("item_refunded"),
            })
          : {},
      },
      {
        table: "customers",
        ...people(headers, (name) => `billing_${name}`, headers.includes("customer_id") ? customer : undefined),
      },
    ],
  };
}

/** The same columns with a row an order, whose items lie in one cell. */
function packedTables({ headers }: Sheet): Tables | undefined {
  if (!headers.includes("billing_email") || packingsOf(headers).length === 0) return undefined;
  const at = headers.includes("order_date") ? "order_date" : "date";
  const currency = { coalesce: ["order_currency", "currency"] };
  const product = { coalesce: ["line_items.sku", "line_items.product_id", "line_items.name"] };
  const order = { order_id: "order_number", source_customer_id: customer, ordered_at: at, currency };
  return {
    layout: "woocommerce-orders",
    tables: [
      {
        table: "orders",
        columns: present(headers, {
          ...order,
          email: "billing_email",
          phone: "billing_phone",
          channel: { value: "web" },
          status: { coalesce: ["status", "order_status"] },
          discount_minor: amount("discount_total"),
          shipping_minor: amount("shipping_total"),
          tax_minor: amount("tax_total"),
        }),
      },
      {
        table: "order_lines",
        each: "line_items",
        columns: {
          ...present(headers, order),
          line_id: "line_items.id",
          product_id: product,
          quantity: amount("line_items.quantity"),
          amount_minor: amount("line_items.total"),
          discount_minor: { ...amount("line_items.subtotal"), less: ["line_items.total"] },
        },
      },
      { table: "products", each: "line_items", columns: { product_id: product, name: "line_items.name" } },
      {
        table: "returns",
        each: "refunds",
        columns: headers.includes("refunds")
          ? {
              return_id: "refunds.id",
              order_id: "order_number",
              returned_at: "refunds.date",
              refund_minor: amount("refunds.amount"),
              reason: "refunds.reason",
            }
          : {},
      },
      {
        table: "customers",
        ...people(headers, (name) => `billing_${name}`, headers.includes("customer_id") ? customer : undefined),
      },
    ],
  };
}

/** Columns called Order Number, Item Cost, Email (Billing). */
function labelledTables(sheet: Sheet): Tables | undefined {
  const { headers } = sheet;
  if (!sheet.has("ordernumber", "orderdate", "emailbilling", "itemcost")) return undefined;
  const labels: Readonly<Record<PersonField, string>> = {
    email: "Email (Billing)",
    phone: "Phone (Billing)",
    first_name: "First Name (Billing)",
    last_name: "Last Name (Billing)",
    address_1: "Address 1&2 (Billing)",
    city: "City (Billing)",
    state: "State Code (Billing)",
    postcode: "Postcode (Billing)",
    country: "Country Code (Billing)",
  };
  const product = { coalesce: ["SKU", "Item Name"] };
  return {
    layout: "woocommerce-lines",
    tables: [
      {
        table: "order_lines",
        columns: present(headers, {
          order_id: "Order Number",
          line_id: "Item #",
          ordered_at: "Order Date",
          product_id: product,
          quantity: headers.includes("Quantity (- Refund)") ? amount("Quantity (- Refund)") : amount("Quantity"),
          unit_price_minor: amount("Item Cost"),
        }),
      },
      {
        table: "orders",
        columns: present(headers, {
          order_id: "Order Number",
          email: "Email (Billing)",
          phone: "Phone (Billing)",
          ordered_at: "Order Date",
          channel: { value: "web" },
          status: "Order Status",
          discount_minor: amount("Cart Discount Amount"),
          shipping_minor: amount("Order Shipping Amount"),
          tax_minor: amount("Order Total Tax Amount"),
          coupon_code: "Coupon Code",
        }),
      },
      { table: "products", columns: present(headers, { product_id: product, name: "Item Name" }) },
      { table: "customers", ...people(headers, (name) => labels[name], undefined) },
    ],
  };
}
