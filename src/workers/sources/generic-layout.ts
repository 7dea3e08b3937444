import {
  assignments,
  costs,
  events,
  exchangeRates,
  messageEvents,
  messageRecipients,
  shopEvents,
  stores,
  thirdParty,
  webEvents,
} from "./generic-tables.ts";
import { found, Headings, type Recognise } from "./headings.ts";
import { addresses, consents, customers, suppressions } from "./person-tables.ts";
import { keep, type ProposedTable, type Recognised } from "./proposal.ts";
import type { Sheet } from "./sheet.ts";
import { plainHeader } from "./synonyms.ts";

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
  const quantity = headings.find("quantity");
  const product =
    headings.find("product_id") ??
    (quantity ? headings.find("product_reference") : undefined) ??
    (order && at ? headings.find("product_title") : undefined);
  if (!product || !(price || total) || !(order || (customer && at))) return undefined;
  if (!at && !quantity && !headings.find("line_id")) return undefined;
  const lineTotal = total !== price ? total : undefined;
  const lines: ProposedTable = {
    table: "order_lines",
    columns: keep({
      order_id: order,
      line_id: headings.find("line_id"),
      source_customer_id: plainHeader(customer ?? "") === "id" && order ? undefined : customer,
      ordered_at: at,
      delivered_at: headings.date("delivered_at"),
      product_id: product,
      quantity: headings.amount(quantity),
      unit_price_minor: headings.amount(price),
      list_price_minor: headings.amount(headings.find("list_price")),
      discount_minor: headings.discount(),
      amount_minor: headings.amount(lineTotal),
      currency: headings.find("currency"),
      is_returned: headings.find("returned"),
      size: headings.find("size"),
      colour: headings.find("colour"),
    }),
  };
  const warnings = [
    ...(order ? [] : ["No column looks like an order number: each row is an order of its own."]),
    ...(at
      ? []
      : [
          "No column says when it was bought: lines count once a file of orders with the same numbers brings their dates.",
        ]),
  ];
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
    coupon_code: headings.find("coupon"),
    status: headings.find("status"),
  };
  const at = headings.date("ordered_at");
  const isNeeded = order && at && Object.values(more).some((column) => column !== undefined);
  const own = {
    order_id: order,
    source_customer_id: headings.find("source_customer_id"),
    ordered_at: at,
    currency: headings.find("currency"),
  };
  return { table: "orders", columns: isNeeded ? keep({ ...own, ...more }) : {} };
}

function productsOfLines(headings: Headings, product: string): ProposedTable {
  const category = headings.find("category");
  const name = headings.find("product_name");
  const isNamed = name !== undefined && name !== product && !["name", "title"].includes(plainHeader(name));
  const more = {
    name: category || isNamed ? name : undefined,
    category,
    subcategory: headings.find("subcategory"),
    brand: headings.find("brand"),
  };
  return { table: "products", columns: category || isNamed ? keep({ product_id: product, ...more }) : {} };
}

function peopleOfLines(headings: Headings): ProposedTable {
  const person = headings.person();
  const { source_customer_id: customer, ...more } = person;
  const isKnown = customer && Object.values(more).some((rule) => rule !== undefined);
  return { table: "customers", columns: isKnown ? keep(person) : {} };
}

/** One row an order, without what was bought. A total is what was paid: a discount has left it already. */
const orders: Recognise = (headings) => {
  const at = headings.date("ordered_at");
  const order = headings.find("order_id");
  const customer = headings.find("source_customer_id");
  const email = headings.find("email");
  const total = ["order_amount", "line_amount", "unit_price", "order_gross"]
    .map((meaning) => headings.find(meaning))
    .find((column) => column !== undefined);
  const isTold = customer || (order && (email || headings.has("loyalty_id", "phone")));
  if (!at || !total || !isTold) return undefined;
  const isBefore = /gross|subtotal/.test(plainHeader(total));
  const shipping = headings.find("shipping");
  // a total holds the shipping; a subtotal, or an amount of goods, doesn't
  const isWhole =
    shipping !== undefined && /^(?:order|grand)?total(?:price|amount|paid)?$|^amountpaid$/.test(plainHeader(total));
  const amount = headings.amount(total);
  const columns = keep({
    order_id: order,
    source_customer_id: customer,
    email,
    loyalty_id: headings.find("loyalty_id"),
    phone: headings.find("phone"),
    ordered_at: at,
    gross_minor: isWhole ? { ...(typeof amount === "object" ? amount : { column: total }), less: [shipping] } : amount,
    shipping_minor: headings.amount(shipping),
    discount_minor: isBefore ? headings.amount(headings.find("discount")) : undefined,
    tax_minor: headings.amount(headings.find("tax")),
    coupon_code: headings.find("coupon"),
    currency: headings.find("currency"),
    channel: headings.find("channel"),
    store_id: headings.find("store_id"),
    status: headings.find("status"),
  });
  return found(0.8, [{ table: "orders", columns }]);
};

const moments = /^(?:ordered|order|purchase|transaction|invoice|sale|receipt|sold)/;
const otherPapers = /(?<!on)lines?|item|return|refund|payment|ship|deliver|review|status_history|event/;

/** One row an order, without any amount: what it came to stands in its lines, in another file. The date has to be an order's own, or the
 *  file has to be named after orders. */
const orderHeads: Recognise = (headings) => {
  const at = headings.date("ordered_at");
  const order = headings.find("order_id");
  const moment = headings.find("ordered_at");
  const who = {
    source_customer_id: headings.find("source_customer_id"),
    email: headings.find("email"),
    loyalty_id: headings.find("loyalty_id"),
    phone: headings.find("phone"),
  };
  const more = {
    channel: headings.find("channel"),
    store_id: headings.find("store_id"),
    status: headings.find("status"),
    coupon_code: headings.find("coupon"),
  };
  const isTold = [...Object.values(who), ...Object.values(more)].some((column) => column !== undefined);
  if (!order || !at || !moment || !isTold || otherPapers.test(headings.fileName)) return undefined;
  if (headings.has("product_id", "unit_price", "refund", "returned_at", "event_type", "is_control")) return undefined;
  const isOrders =
    moments.test(plainHeader(moment)) || /order|transaction|purchase|sales|receipt|invoice/.test(headings.fileName);
  if (!isOrders) return undefined;
  const amounts = {
    discount_minor: headings.amount(headings.find("discount")),
    shipping_minor: headings.amount(headings.find("shipping")),
    tax_minor: headings.amount(headings.find("tax")),
    currency: headings.find("currency"),
  };
  return found(
    0.7,
    [{ table: "orders", columns: keep({ order_id: order, ...who, ordered_at: at, ...more, ...amounts }) }],
    [
      "No column says what an order came to: the amounts are those of its lines. Without a file of lines, map an amount, or revenue stays unknown.",
    ],
  );
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

const kinds: readonly Recognise[] = [
  suppressions,
  assignments,
  thirdParty,
  shopEvents,
  webEvents,
  messageEvents,
  messageRecipients,
  returns,
  orderLines,
  orders,
  orderHeads,
  products,
  stores,
  consents,
  exchangeRates,
  costs,
  events,
  customers,
  addresses,
];

const sought = [
  ["an order number", ["order_id"]],
  ["a customer", ["source_customer_id", "email", "loyalty_id"]],
  ["a product", ["product_id", "product_title"]],
  ["a date", ["ordered_at", "event_at"]],
  ["an amount", ["unit_price", "line_amount", "order_amount", "order_gross"]],
] as const;

/** What a file that makes no table has of what makes one. */
function whatIsThere(headings: Headings): string {
  const columns = sought.map(([what, meanings]) => ({
    what,
    column: meanings.map((meaning) => headings.find(meaning)).find((column) => column !== undefined),
  }));
  const there = columns.flatMap(({ what, column }) => (column === undefined ? [] : [`${what} (${column})`]));
  const lacking = columns.flatMap(({ what, column }) => (column === undefined ? [what] : []));
  return there.length === 0
    ? "No table is recognised: no column is called as an order number, a customer, a product, a date or an amount is."
    : `No table is recognised: there is ${there.join(", ")}, but no column that is called as ${lacking.join(" or ")} is.`;
}

/** Names of people where numbers should be. */
function warnOfNames(headings: Headings): string[] {
  const customer = headings.find("source_customer_id");
  const seen = customer === undefined ? [] : headings.examples(customer);
  return seen.length > 0 && seen.every((text) => /^\p{L}+[.]? (?:\p{L}+[.]? )*\p{L}+$/u.test(text))
    ? [`${customer} holds names, no numbers: customers of the same name count as one.`]
    : [];
}

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
    return { layout: "generic", ...known, warnings: [...known.warnings, ...warnOfNames(headings), ...told] };
  }
  return {
    layout: "unknown",
    confidence: 0,
    tables: [],
    warnings: [
      `${whatIsThere(headings)} Write a mapping that names the columns (\`assay source detect --json\` shows its form), or the file is kept as it is.`,
    ],
  };
}
