import { amount, consentAnswers, type ProposedColumn, present, type Recognised } from "../proposal.ts";
import type { Sheet } from "../sheet.ts";

const offsetFormat = "%Y-%m-%d %H:%M:%S %z";
const instant = (column: string): ProposedColumn => ({ column, format: offsetFormat });

/** The exports that Shopify's admin writes: orders, customers, products. */
export function shopify(sheet: Sheet): Recognised | undefined {
  const { headers } = sheet;
  if (sheet.has("lineitemquantity", "lineitemprice", "financialstatus", "name")) return orders(headers);
  if (sheet.has("acceptsemailmarketing", "totalspent") || sheet.has("acceptsemailmarketing", "defaultaddressaddress1"))
    return customers(headers);
  return sheet.has("handle", "variantsku", "variantprice") ? products(headers) : undefined;
}

/** Shopify's order export: a row a line item, order fields on the first row of each order (filled down by the reader). */
function orders(headers: readonly string[]): Recognised {
  return {
    layout: "shopify",
    confidence: 0.99,
    warnings: [],
    tables: [
      {
        table: "orders",
        where: "Line = '1'",
        columns: {
          ...present(headers, {
            order_id: "Name",
            email: "Email",
            phone: { coalesce: ["Phone", "Billing Phone"] },
            ordered_at: instant("Created at"),
            currency: "Currency",
            discount_minor: amount("Discount Amount"),
            shipping_minor: amount("Shipping"),
            tax_minor: amount("Taxes"),
            coupon_code: "Discount Code",
          }),
          gross_minor: amount("Gross"),
          status: "Order status",
          channel: { value: "web" },
        },
      },
      {
        table: "order_lines",
        columns: {
          ...present(headers, {
            order_id: "Name",
            quantity: amount("Lineitem quantity"),
            unit_price_minor: amount("Lineitem price"),
            list_price_minor: amount("Lineitem compare at price"),
            currency: "Currency",
            product_id: { coalesce: ["Lineitem sku", "Lineitem name"] },
            ordered_at: instant("Created at"),
          }),
          line_id: "Line",
          discount_minor: amount("Line discount"),
          size: "Size",
          colour: "Colour",
        },
      },
      {
        table: "products",
        columns: {
          ...present(headers, { product_id: { coalesce: ["Lineitem sku", "Lineitem name"] }, brand: "Vendor" }),
          name: "Product title",
        },
      },
      {
        table: "returns",
        where: "Line = '1' and Refund is not null",
        columns: {
          order_id: "Name",
          refund_minor: amount("Refund"),
          returned_at: instant("Refunded at"),
          return_id: "Name",
        },
      },
      {
        table: "customers",
        where: "Line = '1' and Customer key is not null",
        columns: present(headers, {
          email: "Email",
          phone: { coalesce: ["Phone", "Billing Phone"] },
          full_name: "Billing Name",
          address_line: "Billing Address1",
          city: "Billing City",
          postcode: "Billing Zip",
          region: "Billing Province",
          country: "Billing Country",
        }),
      },
      {
        table: "consents",
        where: "Line = '1' and Email is not null",
        columns: present(headers, {
          email: "Email",
          channel: { value: "email" },
          purpose: { value: "marketing" },
          status: { map: "Accepts Marketing", values: consentAnswers },
          occurred_at: instant("Created at"),
        }),
      },
    ].filter(({ columns }) => Object.keys(columns).length > 1),
  };
}

function customers(headers: readonly string[]): Recognised {
  const named = (name: string) => headers.find((header) => header.toLowerCase() === name.toLowerCase());
  const address = named("Default Address Address1") ?? named("Address1") ?? "Address1";
  const part = (suffix: string) => named(`Default Address ${suffix}`) ?? named(suffix) ?? suffix;
  return {
    layout: "shopify-customers",
    key_space: "shopify",
    confidence: 0.97,
    warnings: [],
    tables: [
      {
        table: "customers",
        columns: present(headers, {
          source_customer_id: "Customer ID",
          email: "Email",
          phone: { coalesce: ["Phone", part("Phone")] },
          given_name: "First Name",
          family_name: "Last Name",
          address_line: address,
          city: part("City"),
          region: part("Province Code"),
          postcode: part("Zip"),
          country: part("Country Code"),
        }),
      },
      {
        table: "consents",
        where: "Email is not null",
        columns: present(headers, {
          source_customer_id: "Customer ID",
          email: "Email",
          channel: { value: "email" },
          purpose: { value: "marketing" },
          status: { map: "Accepts Email Marketing", values: consentAnswers },
        }),
      },
    ],
  };
}

/** Shopify's product export: a row a variant, the product's fields on its first row (filled down by the reader). */
function products(headers: readonly string[]): Recognised {
  return {
    layout: "shopify-products",
    key_space: "shopify",
    confidence: 0.97,
    warnings: [],
    tables: [
      {
        table: "products",
        where: "Product key is not null",
        columns: {
          ...present(headers, {
            name: "Title",
            category: { coalesce: ["Type", "Product Category"] },
            brand: "Vendor",
            cost_minor: amount("Cost per item"),
          }),
          product_id: "Product key",
          list_price_minor: amount("List price"),
          size: "Size",
          colour: "Colour",
        },
      },
    ],
  };
}
