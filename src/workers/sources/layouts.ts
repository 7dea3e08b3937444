import type { ColumnProfile } from "./profile.ts";
import { consentAnswers, type ProposedTable, type Recognised, type Rule } from "./proposal.ts";
import { shopifyCustomers, shopifyOrders } from "./shopify-layouts.ts";
import { columnFor, plainHeader } from "./synonyms.ts";

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
              status: { map: accepts, values: consentAnswers },
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
