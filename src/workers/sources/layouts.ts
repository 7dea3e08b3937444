import type { ColumnProfile } from "./profile.ts";
import { columnFor, plainHeader } from "./synonyms.ts";

interface ProposedColumn {
  readonly column: string;
  readonly format?: string;
  readonly decimal?: "." | ",";
}
type Rule =
  | string
  | ProposedColumn
  | { readonly value: string }
  | { readonly map: string; readonly values: Record<string, string>; readonly otherwise?: string }
  | { readonly coalesce: readonly string[] };
export interface ProposedTable {
  readonly table: string;
  readonly where?: string;
  readonly file?: string;
  readonly columns: Record<string, Rule>;
}
export interface Recognised {
  readonly layout: string;
  readonly confidence: number;
  readonly tables: readonly ProposedTable[];
  readonly warnings: readonly string[];
}

const yes = {
  true: "granted",
  yes: "granted",
  y: "granted",
  "1": "granted",
  false: "denied",
  no: "denied",
  n: "denied",
  "0": "denied",
};

/** What a file is, by its header and what its columns hold; the name decides where the header can't. */
export function recognise(fileName: string, columns: readonly ColumnProfile[]): Recognised {
  const headers = columns.map(({ name }) => name);
  const plain = new Set(headers.map(plainHeader));
  const has = (...names: string[]) => names.every((name) => plain.has(name));
  if (has("lineitemquantity", "lineitemprice", "financialstatus", "name")) return shopifyOrders(headers);
  if (has("acceptsemailmarketing", "totalspent") || has("acceptsemailmarketing", "defaultaddressaddress1"))
    return shopifyCustomers(headers);
  return recogniseGeneric(fileName, columns);
}

function present(headers: readonly string[], columns: Record<string, Rule | undefined>): Record<string, Rule> {
  const names = new Set(headers.map((name) => name.trim().toLowerCase()));
  const holds = (rule: Rule) => {
    if (typeof rule === "string") return names.has(rule.toLowerCase());
    if ("column" in rule) return names.has(rule.column.toLowerCase());
    if ("map" in rule) return names.has(rule.map.toLowerCase());
    return "coalesce" in rule ? rule.coalesce.some((name) => names.has(name.toLowerCase())) : true;
  };
  return Object.fromEntries(
    Object.entries(columns).filter((entry): entry is [string, Rule] => entry[1] !== undefined && holds(entry[1])),
  );
}

const offsetFormat = "%Y-%m-%d %H:%M:%S %z";
const amount = (column: string): ProposedColumn => ({ column, decimal: "." });
const instant = (column: string): ProposedColumn => ({ column, format: offsetFormat });

/** Shopify's order export: a row a line item, order fields on the first row of each order (filled down by the reader). */
function shopifyOrders(headers: readonly string[]): Recognised {
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
          status: { map: "Accepts Marketing", values: yes },
          occurred_at: instant("Created at"),
        }),
      },
    ].filter(({ columns }) => Object.keys(columns).length > 1),
  };
}

function shopifyCustomers(headers: readonly string[]): Recognised {
  const named = (name: string) => headers.find((header) => header.toLowerCase() === name.toLowerCase());
  const address = named("Default Address Address1") ?? named("Address1") ?? "Address1";
  const part = (suffix: string) => named(`Default Address ${suffix}`) ?? named(suffix) ?? suffix;
  return {
    layout: "shopify-customers",
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
          status: { map: "Accepts Email Marketing", values: yes },
        }),
      },
    ],
  };
}

/** A plain table: what its header names say, against what its columns hold. */
function recogniseGeneric(fileName: string, columns: readonly ColumnProfile[]): Recognised {
  const headers = columns.map(({ name }) => name);
  const find = (meaning: string) => columnFor(meaning, headers);
  const profileOf = (name: string) => columns.find((column) => column.name === name);
  const date = (name: string | undefined): Rule | undefined => {
    const profile = name === undefined ? undefined : profileOf(name);
    if (!profile || name === undefined) return undefined;
    return profile.format && !profile.isAmbiguous ? { column: name, format: profile.format } : name;
  };
  const money = (name: string | undefined): Rule | undefined => {
    const profile = name === undefined ? undefined : profileOf(name);
    if (!profile || name === undefined) return undefined;
    return profile.decimal ? { column: name, decimal: profile.decimal } : name;
  };
  const file = fileName.toLowerCase();
  const order = find("order_id");
  const at = find("ordered_at");
  const product = find("product_id");
  const customer = find("source_customer_id");
  const price = find("unit_price");
  const lineAmount = find("line_amount");
  const email = find("email");
  const loyalty = find("loyalty_id");
  const quantity = find("quantity");
  const person = {
    source_customer_id: customer,
    email,
    phone: find("phone"),
    given_name: find("given_name"),
    family_name: find("family_name"),
    full_name: find("given_name") ? undefined : find("full_name"),
    birth_date: date(find("birth_date")),
    gender: find("gender"),
    address_line: find("address_line"),
    city: find("city"),
    region: find("region"),
    postcode: find("postcode"),
    country: find("country"),
    loyalty_id: loyalty,
    created_at: date(find("created_at")),
  };
  const keep = (entries: Record<string, Rule | undefined>) =>
    Object.fromEntries(Object.entries(entries).filter((entry): entry is [string, Rule] => entry[1] !== undefined));
  const generic = (confidence: number, tables: ProposedTable[], warnings: string[] = []): Recognised => ({
    layout: "generic",
    confidence,
    tables: tables.filter((table) => Object.keys(table.columns).length > 0),
    warnings,
  });
  const isReturned = find("returned");
  const refund = find("refund");
  if (/suppress|unsubscrib|do_?not_?(mail|contact)|blocklist|optout|opt_out/.test(file) && email) {
    return generic(0.95, [
      {
        table: "consents",
        columns: keep({
          email,
          channel: { value: "email" },
          purpose: { value: "marketing" },
          status: { value: "suppressed" },
          occurred_at: date(find("occurred_at")),
        }),
      },
    ]);
  }
  if (/return|refund/.test(file) && order && (isReturned || refund || find("returned_at"))) {
    return generic(0.85, [
      {
        table: "returns",
        columns: keep({
          return_id: find("return_id"),
          order_id: order,
          line_id: find("line_id"),
          product_id: product,
          returned_at: date(columnFor("returned_at", headers)),
          quantity,
          refund_minor: money(refund),
          reason: find("reason"),
        }),
      },
    ]);
  }
  if (at && product && (price || lineAmount) && (order || customer)) {
    const amountColumn = lineAmount && lineAmount !== price ? lineAmount : undefined;
    const lines: ProposedTable = {
      table: "order_lines",
      columns: keep({
        order_id: order,
        line_id: find("line_id"),
        source_customer_id: customer === "id" && order ? undefined : customer,
        ordered_at: date(at),
        product_id: product,
        quantity: money(quantity),
        unit_price_minor: amountColumn && !price ? undefined : money(price),
        list_price_minor: money(find("list_price")),
        discount_minor: money(find("discount")),
        amount_minor: money(amountColumn),
        currency: find("currency"),
        size: find("size"),
        colour: find("colour"),
      }),
    };
    const needsOrder = email || loyalty || find("phone") || find("channel") || find("store_id");
    const orders: ProposedTable = {
      table: "orders",
      columns:
        needsOrder && order
          ? keep({
              order_id: order,
              source_customer_id: customer,
              email,
              phone: find("phone"),
              loyalty_id: loyalty,
              ordered_at: date(at),
              channel: find("channel"),
              store_id: find("store_id"),
              currency: find("currency"),
              ...(columnFor("status", headers) ? { status: columnFor("status", headers) } : {}),
            })
          : {},
    };
    const name = find("product_name");
    const category = find("category");
    const products: ProposedTable = {
      table: "products",
      columns: category
        ? keep({ product_id: product, name, category, subcategory: find("subcategory"), brand: find("brand") })
        : {},
    };
    const people: ProposedTable = {
      table: "customers",
      columns:
        customer && (email || person.full_name || person.given_name || loyalty)
          ? keep({ ...person, created_at: undefined, region: person.region, birth_date: undefined })
          : {},
    };
    return generic(
      order ? 0.9 : 0.75,
      [lines, orders, products, people],
      order ? [] : ["No column looks like an order number: each row is an order of its own."],
    );
  }
  if (at && customer && (lineAmount || price) && !product) {
    return generic(0.8, [
      {
        table: "orders",
        columns: keep({
          order_id: order,
          source_customer_id: customer,
          email,
          ordered_at: date(at),
          gross_minor: money(lineAmount ?? price),
          discount_minor: money(find("discount")),
          currency: find("currency"),
          channel: find("channel"),
          store_id: find("store_id"),
          status: find("status"),
        }),
      },
    ]);
  }
  if (product && (find("category") || find("list_price") || find("product_name")) && !at && !email) {
    return generic(0.9, [
      {
        table: "products",
        columns: keep({
          product_id: product,
          name: find("product_name"),
          category: find("category"),
          subcategory: find("subcategory"),
          brand: find("brand"),
          size: find("size"),
          colour: find("colour"),
          list_price_minor: money(find("list_price") ?? price),
          cost_minor: money(find("cost")),
          currency: find("currency"),
        }),
      },
    ]);
  }
  if (columnFor("consent_status", headers) && email && find("purpose")) {
    return generic(0.85, [
      {
        table: "consents",
        columns: keep({
          source_customer_id: customer,
          email,
          channel: columnFor("consent_channel", headers),
          purpose: find("purpose"),
          status: columnFor("consent_status", headers),
          occurred_at: date(columnFor("occurred_at", headers)),
        }),
      },
    ]);
  }
  if ((customer || loyalty) && (email || person.full_name || person.given_name || person.postcode || loyalty)) {
    const accepts = find("accepts_email");
    return generic(0.85, [
      { table: "customers", columns: keep({ ...person, source_customer_id: customer ?? loyalty }) },
      {
        table: "consents",
        columns: accepts
          ? keep({
              source_customer_id: customer ?? loyalty,
              email,
              channel: { value: "email" },
              purpose: { value: "marketing" },
              status: { map: accepts, values: yes },
              occurred_at: date(find("created_at")),
            })
          : {},
      },
    ]);
  }
  if (email) {
    return generic(
      0.5,
      [{ table: "customers", columns: keep({ ...person, source_customer_id: email }) }],
      ["Only an e-mail address was recognised."],
    );
  }
  return {
    layout: "unknown",
    confidence: 0,
    tables: [],
    warnings: ["No table is recognised: write a mapping, or the file is kept as it is."],
  };
}
