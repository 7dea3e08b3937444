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
import { kindsOf, ordersApartByKind, toldByKind } from "./given-back.ts";
import { found, Headings, isNumbered, type Recognise } from "./headings.ts";
import { countedDays, orderLines } from "./line-tables.ts";
import { isOfPart, isOfWishes } from "./no-sales.ts";
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

/** One row an order, without what was bought. A total is what was paid: a discount has left it already. */
const orders: Recognise = (headings) => {
  if (isOfWishes(headings) || isOfPart(headings)) return undefined;
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
    shipping !== undefined && /^(?:order|grand)?total(?:price|amount|paid|due)?$|^amountpaid$/.test(plainHeader(total));
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
  const kinds = kindsOf(headings);
  const tables: ProposedTable[] = [{ table: "orders", columns }];
  return found(0.8, kinds ? tables.flatMap((table) => ordersApartByKind(table, kinds)) : tables, [
    ...(kinds ? [toldByKind(kinds)] : []),
    ...countedDays(headings.find("ordered_at"), headings),
  ]);
};

/** A row a purchase that says who and when and no more, as the logs that models of customer bases are fitted on. */
const purchases: Recognise = (headings) => {
  const customer = headings.find("source_customer_id");
  const moment = headings.find("ordered_at");
  if (!customer || !moment || headings.names.length > 4 || headings.has("email", "event_type")) return undefined;
  const { distinct, filled } = headings.counts(customer);
  const isLog = moments.test(plainHeader(moment)) || /^(?:date|datetime|timestamp|day|time)$/.test(plainHeader(moment));
  const isRepeated = filled === 1 || distinct < filled * 0.95;
  const known = [customer, moment, headings.find("store_id"), headings.find("channel")];
  const isRest = headings.names.every((name) => known.includes(name) || /^column_\d+$/.test(name));
  if (!isLog || !isRepeated || !isRest) return undefined;
  return found(
    0.6,
    [
      {
        table: "orders",
        columns: keep({
          source_customer_id: customer,
          ordered_at: headings.date("ordered_at"),
          store_id: known[2],
          channel: known[3],
        }),
      },
    ],
    [
      "No column says what was bought or paid: each row is a purchase, what it was worth stays unknown.",
      ...countedDays(moment, headings),
    ],
  );
};

/** Purchases in a file without a header, told by what its columns hold: somebody who comes back, a date and an amount. */
const numbered: Recognise = (headings) => {
  if (!isNumbered(headings.names)) return undefined;
  const dates = headings.names.filter((name) => ["date", "instant"].includes(headings.kind(name)));
  const amount = headings.names.findLast((name) => headings.kind(name) === "decimal");
  const [at] = dates;
  const customer = headings.names.find((name) => {
    const { distinct, filled } = headings.counts(name);
    return ["integer", "text"].includes(headings.kind(name)) && distinct > 1 && distinct < filled * 0.95;
  });
  if (at === undefined || dates.length > 1 || amount === undefined || customer === undefined) return undefined;
  const columns = keep({
    source_customer_id: customer,
    ordered_at: headings.dateIn(at),
    gross_minor: headings.amount(amount),
  });
  return found(
    0.5,
    [{ table: "orders", columns }],
    [
      `${customer} is taken for the customer, ${at} for the date, ${amount} for what was paid, as their values look like it: correct the mapping where that is wrong.`,
    ],
  );
};

const moments = /^(?:ordered|order|purchase|transaction|invoice|sale|receipt|sold)/;
const otherPapers = /(?<!on)lines?|item|return|refund|payment|ship|deliver|review|status_history|event/;

/** One row an order, without any amount: what it came to stands in its lines, in another file. The date has to be an order's own, or the
 *  file has to be named after orders. */
const orderHeads: Recognise = (headings) => {
  if (isOfWishes(headings) || isOfPart(headings)) return undefined;
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
  if (headings.has("product_id", "unit_price", "refund", "event_type", "is_control")) return undefined;
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
  const bare = headings.names.find((name) => plainHeader(name) === "id");
  const isNamed = /product|article|catalog|items?\b|sku/.test(headings.fileName);
  const product = headings.find("product_id") ?? (isNamed ? bare : undefined);
  const isCatalogue = headings.find("category") || headings.find("list_price") || headings.find("product_name");
  const isDated = headings.find("ordered_at") && !(isNamed && /^created/i.test(headings.find("ordered_at") ?? ""));
  if (!product || !isCatalogue || isDated || headings.has("email", "order_id", "event_type")) return undefined;
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
  numbered,
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
  purchases,
  products,
  stores,
  consents,
  exchangeRates,
  costs,
  events,
  customers,
  addresses,
];

/** Names of sums over what a customer bought. */
const summed = /^(?:frequency|recency|monetary|t|x|tx|tcal)$/;

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
  if (headings.names.filter((name) => summed.test(plainHeader(name))).length > 1)
    return "No table is recognised: it holds what customers' purchases sum up to, not purchases. `assay models fit` takes such a file as it is.";
  const isThere = (what: string) => columns.some((one) => one.what === what && one.column !== undefined);
  const counting = headings
    .notMoments()
    .map((name) => ` ${name} holds numbers or words, no dates: one that counts days is mapped with \`since\`.`);
  const who =
    !isThere("a customer") && (isThere("a date") || isThere("an amount"))
      ? " Without a column that says who bought, nothing can be told of customers."
      : "";
  const when =
    isThere("a customer") && !isThere("a date") && (isThere("an order number") || isThere("an amount"))
      ? " Without the day of each purchase, nothing can be told of customers over time."
      : "";
  if (isOfWishes(headings) && there.length > 0)
    return `No table is recognised: ${headings.fileName} is taken for carts, offers or wishes, which are no purchases. Where its rows were bought, map them as order_lines.`;
  if (isOfPart(headings) && isThere("an order number"))
    return `No table is recognised: ${headings.fileName} is taken for parts of orders, such as their discounts, not for orders: what an order came to stands elsewhere. Where a reduction stands in no other file, add it to the lines (discount_minor).`;
  return there.length === 0
    ? `No table is recognised: no column is called as an order number, a customer, a product, a date or an amount is.${who}`
    : `No table is recognised: there is ${there.join(", ")}, but no column that is called as ${lacking.join(" or ")} is.${counting.join("")}${who}${when}`;
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
