import type { ColumnProfile } from "./profile.ts";
import {
  consentAnswers,
  keep,
  type ProposedColumn,
  type ProposedTable,
  type Recognised,
  type Rule,
} from "./proposal.ts";
import type { Sheet } from "./sheet.ts";
import { columnFor, plainHeader } from "./synonyms.ts";

/** What a plain table's header names mean, with the formats that its columns hold. */
class Headings {
  readonly fileName: string;
  readonly #names: readonly string[];
  readonly #profiles: ReadonlyMap<string, ColumnProfile>;

  constructor({ fileName, columns }: Pick<Sheet, "fileName" | "columns">) {
    this.fileName = fileName.toLowerCase();
    this.#names = columns.map(({ name }) => name);
    this.#profiles = new Map(columns.map((column) => [column.name, column]));
  }

  find(meaning: string): string | undefined {
    return columnFor(meaning, this.#names);
  }

  date(meaning: string): Rule | undefined {
    const column = this.find(meaning);
    const profile = column === undefined ? undefined : this.#profiles.get(column);
    return column !== undefined && profile?.format && !profile.isAmbiguous
      ? { column, format: profile.format }
      : column;
  }

  amount(column: string | undefined): string | ProposedColumn | undefined {
    const decimal = column === undefined ? undefined : this.#profiles.get(column)?.decimal;
    return column !== undefined && decimal ? { column, decimal } : column;
  }

  /** A discount in money, or as a share of the price where every value is one. */
  discount(): Rule | undefined {
    const column = this.find("discount");
    const profile = column === undefined ? undefined : this.#profiles.get(column);
    if (column === undefined || !profile) return undefined;
    const decimal = profile.decimal ? { decimal: profile.decimal } : {};
    if (profile.isShare && !/amount|value|price|total/i.test(column)) return { column, ...decimal, unit: "share" };
    if (profile.examples.some((text) => text.endsWith("%"))) return { column, ...decimal, unit: "percent" };
    return this.amount(column);
  }

  /** Dates that could be read in two ways. */
  ambiguous(): string[] {
    return [...this.#profiles.values()].filter(({ isAmbiguous }) => isAmbiguous).map(({ name }) => name);
  }

  person(): Record<string, Rule | undefined> {
    const given = this.find("given_name");
    return {
      source_customer_id: this.find("source_customer_id"),
      email: this.find("email"),
      phone: this.find("phone"),
      given_name: given,
      family_name: this.find("family_name"),
      full_name: given ? undefined : this.find("full_name"),
      gender: this.find("gender"),
      address_line: this.find("address_line"),
      city: this.find("city"),
      region: this.find("region"),
      postcode: this.find("postcode"),
      country: this.find("country"),
      loyalty_id: this.find("loyalty_id"),
    };
  }
}

type Recognise = (headings: Headings) => Omit<Recognised, "layout"> | undefined;

const found = (confidence: number, tables: readonly ProposedTable[], warnings: readonly string[] = []) => ({
  confidence,
  tables: tables.filter(({ columns }) => Object.keys(columns).length > 0),
  warnings,
});

const suppressions: Recognise = (headings) => {
  const email = headings.find("email");
  if (!email || !/suppress|unsubscrib|do_?not_?(mail|contact)|blocklist|opt_?out/.test(headings.fileName))
    return undefined;
  return found(0.95, [
    {
      table: "consents",
      columns: keep({
        email,
        channel: { value: "email" },
        purpose: { value: "marketing" },
        status: { value: "suppressed" },
        occurred_at: headings.date("occurred_at"),
      }),
    },
  ]);
};

const returns: Recognise = (headings) => {
  const order = headings.find("order_id");
  const refund = headings.find("refund");
  if (!order || !/return|refund/.test(headings.fileName)) return undefined;
  if (!headings.find("returned") && !refund && !headings.find("returned_at")) return undefined;
  return found(0.85, [
    {
      table: "returns",
      columns: keep({
        return_id: headings.find("return_id"),
        order_id: order,
        line_id: headings.find("line_id"),
        product_id: headings.find("product_id"),
        returned_at: headings.date("returned_at"),
        quantity: headings.amount(headings.find("quantity")),
        refund_minor: headings.amount(refund),
        reason: headings.find("reason"),
      }),
    },
  ]);
};

/** One row a line, in one file with its order and perhaps its customer and product; or lines whose order says when. */
const orderLines: Recognise = (headings) => {
  const order = headings.find("order_id");
  const customer = headings.find("source_customer_id");
  const at = headings.date("ordered_at");
  const price = headings.find("unit_price");
  const total = headings.find("line_amount");
  const product = headings.find("product_id") ?? (order && at ? headings.find("product_title") : undefined);
  if (!product || !(price || total) || !(order || (customer && at))) return undefined;
  if (!at && !headings.find("quantity") && !headings.find("line_id")) return undefined;
  const lineTotal = total !== price ? total : undefined;
  const lines: ProposedTable = {
    table: "order_lines",
    columns: keep({
      order_id: order,
      line_id: headings.find("line_id"),
      source_customer_id: plainHeader(customer ?? "") === "id" && order ? undefined : customer,
      ordered_at: at,
      product_id: product,
      quantity: headings.amount(headings.find("quantity")),
      unit_price_minor: headings.amount(price),
      list_price_minor: headings.amount(headings.find("list_price")),
      discount_minor: headings.discount(),
      amount_minor: headings.amount(lineTotal),
      currency: headings.find("currency"),
      size: headings.find("size"),
      colour: headings.find("colour"),
    }),
  };
  const warnings = order ? [] : ["No column looks like an order number: each row is an order of its own."];
  return found(
    order && at ? 0.9 : 0.75,
    [lines, ordersOfLines(headings, order), productsOfLines(headings, product), peopleOfLines(headings)],
    warnings,
  );
};

/** What lines say of their order beyond its number. */
function ordersOfLines(headings: Headings, order: string | undefined): ProposedTable {
  const more = {
    email: headings.find("email"),
    phone: headings.find("phone"),
    loyalty_id: headings.find("loyalty_id"),
    channel: headings.find("channel"),
    store_id: headings.find("store_id"),
  };
  const at = headings.date("ordered_at");
  const isNeeded = order && at && Object.values(more).some((column) => column !== undefined);
  const own = {
    order_id: order,
    source_customer_id: headings.find("source_customer_id"),
    ordered_at: at,
    currency: headings.find("currency"),
    status: headings.find("status"),
  };
  return { table: "orders", columns: isNeeded ? keep({ ...own, ...more }) : {} };
}

function productsOfLines(headings: Headings, product: string): ProposedTable {
  const category = headings.find("category");
  const more = {
    name: headings.find("product_name"),
    category,
    subcategory: headings.find("subcategory"),
    brand: headings.find("brand"),
  };
  return { table: "products", columns: category ? keep({ product_id: product, ...more }) : {} };
}

function peopleOfLines(headings: Headings): ProposedTable {
  const person = headings.person();
  const isKnown =
    person.source_customer_id && (person.email || person.full_name || person.given_name || person.loyalty_id);
  return { table: "customers", columns: isKnown ? keep(person) : {} };
}

/** One row an order, without what was bought. A total is what was paid: a discount has left it already. */
const orders: Recognise = (headings) => {
  const at = headings.date("ordered_at");
  const customer = headings.find("source_customer_id");
  const total = headings.find("line_amount") ?? headings.find("unit_price");
  if (!at || !customer || !total) return undefined;
  const isBefore = /gross|subtotal/.test(plainHeader(total));
  const shipping = headings.find("shipping");
  // a total holds the shipping; a subtotal, or an amount of goods, doesn't
  const isWhole =
    shipping !== undefined && /^(?:order|grand)?total(?:price|amount|paid)?$|^amountpaid$/.test(plainHeader(total));
  const amount = headings.amount(total);
  const columns = keep({
    order_id: headings.find("order_id"),
    source_customer_id: customer,
    email: headings.find("email"),
    ordered_at: at,
    gross_minor: isWhole ? { ...(typeof amount === "object" ? amount : { column: total }), less: [shipping] } : amount,
    shipping_minor: headings.amount(shipping),
    discount_minor: isBefore ? headings.amount(headings.find("discount")) : undefined,
    currency: headings.find("currency"),
    channel: headings.find("channel"),
    store_id: headings.find("store_id"),
    status: headings.find("status"),
  });
  return found(0.8, [{ table: "orders", columns }]);
};

const products: Recognise = (headings) => {
  const product = headings.find("product_id");
  const isCatalogue = headings.find("category") || headings.find("list_price") || headings.find("product_name");
  if (!product || !isCatalogue || headings.find("ordered_at") || headings.find("email")) return undefined;
  const columns = keep({
    product_id: product,
    name: headings.find("product_name"),
    category: headings.find("category"),
    subcategory: headings.find("subcategory"),
    brand: headings.find("brand"),
    size: headings.find("size"),
    colour: headings.find("colour"),
    list_price_minor: headings.amount(headings.find("list_price") ?? headings.find("unit_price")),
    cost_minor: headings.amount(headings.find("cost")),
    currency: headings.find("currency"),
  });
  return found(0.9, [{ table: "products", columns }]);
};

const consents: Recognise = (headings) => {
  const email = headings.find("email");
  const status = headings.find("consent_status");
  const purpose = headings.find("purpose");
  if (!email || !status || !purpose) return undefined;
  const columns = keep({
    source_customer_id: headings.find("source_customer_id"),
    email,
    channel: headings.find("consent_channel"),
    purpose,
    status,
    occurred_at: headings.date("occurred_at"),
  });
  return found(0.85, [{ table: "consents", columns }]);
};

const customers: Recognise = (headings) => {
  const person = headings.person();
  const customer = person.source_customer_id ?? person.loyalty_id;
  const email = headings.find("email");
  const isPerson = ["email", "full_name", "given_name", "family_name", "postcode", "loyalty_id"].some(
    (name) => person[name] !== undefined,
  );
  if (!customer || !isPerson) return undefined;
  const accepts = headings.find("accepts_email");
  const created = headings.date("created_at");
  const consent = {
    source_customer_id: customer,
    email,
    channel: { value: "email" },
    purpose: { value: "marketing" },
    ...(accepts ? { status: { map: accepts, values: consentAnswers } } : {}),
    occurred_at: created,
  };
  return found(0.85, [
    {
      table: "customers",
      columns: keep({
        ...person,
        source_customer_id: customer,
        birth_date: headings.date("birth_date"),
        created_at: created,
      }),
    },
    { table: "consents", columns: accepts ? keep(consent) : {} },
  ]);
};

const addresses: Recognise = (headings) => {
  const email = headings.find("email");
  if (!email) return undefined;
  const columns = keep({
    ...headings.person(),
    source_customer_id: email,
    birth_date: headings.date("birth_date"),
    created_at: headings.date("created_at"),
  });
  return found(0.5, [{ table: "customers", columns }], ["Only an e-mail address was recognised."]);
};

const kinds: readonly Recognise[] = [
  suppressions,
  returns,
  orderLines,
  orders,
  products,
  consents,
  customers,
  addresses,
];

/** A plain table: what its header names say, against what its columns hold. */
export function recogniseGeneric(sheet: Sheet): Recognised {
  const headings = new Headings(sheet);
  for (const recognise of kinds) {
    const known = recognise(headings);
    if (!known) continue;
    const mapped = new Set(
      known.tables
        .flatMap((table) => Object.values(table.columns))
        .map((rule) => (typeof rule === "string" ? rule : "")),
    );
    const unclear = headings.ambiguous().filter((name) => mapped.has(name));
    const told = unclear.map(
      (name) =>
        `Whether day or month comes first in ${name} can't be told from its values; the brand's country decides.`,
    );
    return { layout: "generic", ...known, warnings: [...known.warnings, ...told] };
  }
  return {
    layout: "unknown",
    confidence: 0,
    tables: [],
    warnings: ["No table is recognised: write a mapping, or the file is kept as it is."],
  };
}
