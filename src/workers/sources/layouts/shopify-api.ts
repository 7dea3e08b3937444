import { amount, consentAnswers, type ProposedTable, present, type Recognised, type Rule } from "../proposal.ts";
import type { Sheet } from "../sheet.ts";

/** Orders and customers as Shopify's API gives them, in JSON: lines and refunds are lists inside of each order. */
export function shopifyApi(sheet: Sheet): Recognised | undefined {
  const { headers } = sheet;
  const lines = sheet.namesIn("line_items");
  const isOrders = sheet.has("id", "name", "financialstatus") && lines.includes("line_items.price");
  const isCustomers =
    sheet.has("id", "email", "firstname") && (sheet.has("orderscount") || sheet.has("emailmarketingconsentstate"));
  if (!isOrders && !isCustomers) return undefined;
  const tables = isOrders ? [...orderTables(sheet, lines), ...refundTables(sheet)] : customerTables(headers);
  return {
    layout: isOrders ? "shopify-api-orders" : "shopify-api-customers",
    key_space: "shopify",
    confidence: 0.98,
    tables: tables.filter(({ columns }) => Object.keys(columns).length > 1),
    warnings: [],
  };
}

function orderTables({ headers }: Sheet, lines: readonly string[]): ProposedTable[] {
  const product = { coalesce: ["line_items.sku", "line_items.product_id", "line_items.title"] };
  const order: Record<string, Rule> = {
    order_id: "name",
    source_customer_id: "customer.id",
    email: { coalesce: ["email", "contact_email", "customer.email"] },
    phone: { coalesce: ["phone", "customer.phone"] },
    ordered_at: { coalesce: ["processed_at", "created_at"] },
    channel: "source_name",
    currency: "currency",
    gross_minor: amount("total_line_items_price"),
    discount_minor: amount("total_discounts"),
    shipping_minor: amount("total_shipping_price_set.shop_money.amount"),
    tax_minor: amount("total_tax"),
  };
  const paid = present(headers, { ...order, status: "financial_status" });
  const orders: ProposedTable[] = headers.includes("cancelled_at")
    ? [
        { table: "orders", where: "cancelled_at is null", columns: paid },
        {
          table: "orders",
          where: "cancelled_at is not null",
          columns: present(headers, { ...order, status: { value: "cancelled" } }),
        },
      ]
    : [{ table: "orders", columns: paid }];
  return [
    ...orders,
    {
      table: "order_lines",
      each: "line_items",
      columns: present([...lines, ...headers], {
        order_id: "name",
        line_id: "line_items.id",
        source_customer_id: "customer.id",
        ordered_at: { coalesce: ["processed_at", "created_at"] },
        product_id: product,
        quantity: amount("line_items.quantity"),
        unit_price_minor: amount("line_items.price"),
        discount_minor: amount("line_items.total_discount"),
        currency: "currency",
      }),
    },
    {
      table: "products",
      each: "line_items",
      columns: present(lines, { product_id: product, name: "line_items.title", brand: "line_items.vendor" }),
    },
    {
      table: "customers",
      where: "customer.id is not null",
      columns: present(headers, {
        source_customer_id: "customer.id",
        email: { coalesce: ["customer.email", "email"] },
        phone: { coalesce: ["customer.phone", "phone"] },
        given_name: { coalesce: ["customer.first_name", "billing_address.first_name"] },
        family_name: { coalesce: ["customer.last_name", "billing_address.last_name"] },
        address_line: "billing_address.address1",
        city: "billing_address.city",
        region: { coalesce: ["billing_address.province_code", "billing_address.province"] },
        postcode: "billing_address.zip",
        country: { coalesce: ["billing_address.country_code", "billing_address.country"] },
        created_at: "customer.created_at",
      }),
    },
  ];
}

/** A refund has lines of its own, each with the order's line that came back. */
function refundTables(sheet: Sheet): ProposedTable[] {
  const list = "refunds.refund_line_items";
  const names = sheet.namesIn(list);
  return [
    {
      table: "returns",
      each: list,
      columns: names.includes(`${list}.line_item_id`)
        ? present(names, {
            return_id: `${list}.id`,
            order_id: "name",
            line_id: `${list}.line_item_id`,
            product_id: {
              coalesce: [`${list}.line_item.sku`, `${list}.line_item.product_id`, `${list}.line_item.title`],
            },
            returned_at: { coalesce: ["refunds.processed_at", "refunds.created_at"] },
            quantity: amount(`${list}.quantity`),
            refund_minor: amount(`${list}.subtotal`),
            reason: "refunds.note",
          })
        : {},
    },
  ];
}

function customerTables(headers: readonly string[]): ProposedTable[] {
  const email = { email: "email", source_customer_id: "id" };
  const asked = headers.includes("email_marketing_consent.state")
    ? "email_marketing_consent.state"
    : "accepts_marketing";
  return [
    {
      table: "customers",
      columns: present(headers, {
        ...email,
        phone: { coalesce: ["phone", "default_address.phone"] },
        given_name: "first_name",
        family_name: "last_name",
        address_line: "default_address.address1",
        city: "default_address.city",
        region: "default_address.province_code",
        postcode: "default_address.zip",
        country: "default_address.country_code",
        created_at: "created_at",
      }),
    },
    {
      table: "consents",
      where: `${asked} is not null`,
      columns: headers.includes(asked)
        ? present(headers, {
            ...email,
            channel: { value: "email" },
            purpose: { value: "marketing" },
            status: {
              map: asked,
              values: { ...consentAnswers, subscribed: "granted", unsubscribed: "withdrawn" },
              otherwise: "denied",
            },
            occurred_at: "email_marketing_consent.consent_updated_at",
          })
        : {},
    },
  ];
}
