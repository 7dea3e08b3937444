import { amount, type ProposedTable, present, type Recognised, utc } from "../proposal.ts";
import type { Sheet } from "../sheet.ts";

/** Orders of Magento: as its API gives them in JSON, and as its order grid exports them, a row an order. */
export function magento(sheet: Sheet): Recognised | undefined {
  const tables = apiTables(sheet) ?? gridTables(sheet);
  if (!tables) return undefined;
  return {
    layout: sheet.lists.has("items") ? "magento" : "magento-grid",
    key_space: "magento",
    confidence: 0.97,
    tables: tables.filter(({ columns }) => Object.keys(columns).length > 1),
    warnings: [],
  };
}

function apiTables(sheet: Sheet): ProposedTable[] | undefined {
  const { headers } = sheet;
  const lines = sheet.namesIn("items");
  if (!sheet.has("incrementid", "entityid") || !lines.includes("items.qty_ordered")) return undefined;
  const product = { coalesce: ["items.sku", "items.product_id"] };
  // a configurable product's own line carries the price, its chosen variant another line at 0
  const isOwn = lines.includes("items.parent_item_id") ? { where: "items.parent_item_id is null" } : {};
  return [
    {
      table: "orders",
      columns: present(headers, {
        order_id: "increment_id",
        source_customer_id: "customer_id",
        email: "customer_email",
        phone: "billing_address.telephone",
        ordered_at: utc("created_at"),
        channel: { value: "web" },
        store_id: "store_id",
        status: "status",
        currency: "order_currency_code",
        discount_minor: amount("discount_amount"),
        shipping_minor: amount("shipping_amount"),
        tax_minor: amount("tax_amount"),
        coupon_code: "coupon_code",
      }),
    },
    {
      table: "order_lines",
      each: "items",
      ...isOwn,
      columns: present([...lines, ...headers], {
        order_id: "increment_id",
        line_id: "items.item_id",
        source_customer_id: "customer_id",
        ordered_at: utc("created_at"),
        product_id: product,
        quantity: amount("items.qty_ordered"),
        unit_price_minor: amount("items.price"),
        list_price_minor: amount("items.original_price"),
        discount_minor: amount("items.discount_amount"),
        currency: "order_currency_code",
      }),
    },
    {
      table: "products",
      each: "items",
      ...isOwn,
      columns: present(lines, { product_id: product, name: "items.name" }),
    },
    {
      table: "customers",
      columns: present(headers, {
        source_customer_id: "customer_id",
        email: "customer_email",
        phone: "billing_address.telephone",
        given_name: { coalesce: ["customer_firstname", "billing_address.firstname"] },
        family_name: { coalesce: ["customer_lastname", "billing_address.lastname"] },
        gender: "customer_gender",
        address_line: "billing_address.street",
        city: "billing_address.city",
        region: "billing_address.region",
        postcode: "billing_address.postcode",
        country: "billing_address.country_id",
      }),
    },
  ];
}

function gridTables(sheet: Sheet): ProposedTable[] | undefined {
  const { headers } = sheet;
  if (!sheet.has("id", "purchasedate", "grandtotalbase", "customeremail")) return undefined;
  const shipping = headers.includes("Shipping and Handling") ? { less: ["Shipping and Handling"] } : {};
  return [
    {
      table: "orders",
      columns: present(headers, {
        order_id: "ID",
        email: "Customer Email",
        ordered_at: "Purchase Date",
        channel: { value: "web" },
        status: "Status",
        gross_minor: { ...amount("Grand Total (Base)"), ...shipping },
        shipping_minor: amount("Shipping and Handling"),
      }),
    },
    {
      table: "returns",
      where: "Total Refunded is not null and Total Refunded not in ('0', '0.00', '0.0000', '$0.00', '€0.00', '£0.00')",
      columns: headers.includes("Total Refunded")
        ? present(headers, {
            return_id: "ID",
            order_id: "ID",
            returned_at: "Purchase Date",
            refund_minor: amount("Total Refunded"),
          })
        : {},
    },
    {
      table: "customers",
      where: "Customer Email is not null",
      columns: present(headers, {
        email: "Customer Email",
        full_name: { coalesce: ["Customer Name", "Bill-to Name"] },
      }),
    },
  ];
}
