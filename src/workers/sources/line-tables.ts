import { apartByKind, kindsOf, toldByKind } from "./given-back.ts";
import { found, type Headings, type Recognise, unknownBeginning } from "./headings.ts";
import { isOfWishes } from "./no-sales.ts";
import { keep, type ProposedTable, type Rule } from "./proposal.ts";
import { plainHeader } from "./synonyms.ts";

/** What lines call one of them, and the order that they are of. */
interface Named {
  readonly order: Rule;
  readonly line: string | undefined;
  readonly product: string;
}

/** One row a line, in one file with its order and perhaps its customer and product; or lines whose order says when. */
export const orderLines: Recognise = (headings) => {
  if (isOfWishes(headings)) return undefined;
  const order = headings.find("order_id");
  const customer = headings.find("source_customer_id");
  const at = headings.date("ordered_at");
  const quantity = headings.find("quantity");
  const { price, total, isPriced } = pricesOf(headings);
  const product = productOf(headings, { order, quantity, at });
  if (!product || !(order || (customer && at)) || !(isPriced || isUnpriced(headings))) return undefined;
  const line = lineOf(headings, [order, customer, product]);
  if (!at && !quantity && !line) return undefined;
  const number = order ?? { concat: [customer ?? "", ...columnsOf(at)] };
  const named: Named = { order: number, line, product };
  const returns = returnsOfLines(headings, named, { total, price, quantity });
  const lines: ProposedTable = {
    table: "order_lines",
    columns: keep({
      order_id: number,
      line_id: line,
      source_customer_id: plainHeader(customer ?? "") === "id" && order ? undefined : customer,
      ordered_at: at,
      delivered_at: headings.date("delivered_at"),
      product_id: product,
      quantity: headings.amount(quantity),
      ...price,
      amount_minor: headings.amount(total),
      currency: headings.find("currency"),
      is_returned: headings.find("returned") ?? (returns ? undefined : returnedFlag(headings)),
      size: headings.find("size"),
      colour: headings.find("colour"),
    }),
  };
  const kinds = kindsOf(headings);
  const sold = kinds ? apartByKind(lines, kinds) : [lines];
  const tables = [
    ...sold,
    { ...ordersOfLines(headings, number), ...(kinds ? { where: sold[0]?.where ?? "" } : {}) },
    productsOfLines(headings, product, kinds?.column),
    peopleOfLines(headings),
    ...(returns ? [returns] : []),
  ];
  const confidence = !isPriced ? 0.6 : order && at ? 0.9 : 0.75;
  const warnings = warningsOf(headings, { isOrdered: order !== undefined, isPriced, quantity });
  return found(confidence, tables, [...(kinds ? [toldByKind(kinds)] : []), ...warnings]);
};

/** The product's number, else what names it; where neither is found but goods are counted, the only number that is left, or a category. */
function productOf(
  headings: Headings,
  { order, quantity, at }: { order: string | undefined; quantity: string | undefined; at: Rule | undefined },
): string | undefined {
  const known =
    headings.find("product_id") ??
    (quantity ? headings.find("product_reference") : undefined) ??
    (order && at ? headings.find("product_title") : undefined);
  if (known !== undefined || !quantity) return known;
  const taken = ["order_id", "line_id", "source_customer_id", "store_id", "channel", "loyalty_id", "coupon"].map(
    (one) => headings.find(one),
  );
  const others = headings.names.filter((name) => /(?:id|key|code)$/.test(plainHeader(name)) && !taken.includes(name));
  if (order && others.length === 1) return others[0];
  return at && headings.find("source_customer_id") ? headings.find("category") : undefined;
}

/** What numbers a line: its own column, else a bare number beside that of its order, where all differ. */
function lineOf(headings: Headings, taken: readonly (string | undefined)[]): string | undefined {
  const own = headings.find("line_id");
  if (own !== undefined || taken[0] === undefined) return own;
  const bare = headings.names.find((name) => plainHeader(name) === "id" && !taken.includes(name));
  const { distinct, filled } = headings.counts(bare ?? "");
  return distinct >= filled * 0.9 ? bare : undefined;
}

/** The amounts of a line: what one cost, what it cost before, the discount, and what the line came to. */
function pricesOf(headings: Headings) {
  const unit = headings.find("unit_price");
  const net = headings.find("net_price");
  const amount = headings.find("line_amount");
  const before = headings.find("list_price");
  const isTotal = headings.isLineTotal(unit);
  const isReduced = net !== undefined && unit !== undefined && net !== unit && before === undefined;
  const total = isTotal ? unit : amount === unit ? undefined : amount;
  const price: Record<string, Rule | undefined> = isReduced
    ? { unit_price_minor: { coalesce: [net, unit] }, list_price_minor: headings.amount(unit) }
    : {
        unit_price_minor: isTotal ? undefined : headings.amount(unit),
        list_price_minor: headings.amount(before),
        discount_minor: headings.discount(),
      };
  return { price, total, isPriced: unit !== undefined || total !== undefined };
}

const otherGoods =
  /return|refund|ship|deliver|fulfil|review|event|stock|inventory|cart|wish|pick|purchase_?order|supplier/;

/** Whether lines without any amount are sold goods all the same, which a catalogue prices. */
function isUnpriced(headings: Headings): boolean {
  if (!headings.has("order_id") || !headings.has("quantity") || otherGoods.test(headings.fileName)) return false;
  if (headings.has("returned_quantity", "refund", "event_type", "is_control", "cost")) return false;
  const isWhole = headings.has("ordered_at") && headings.has("source_customer_id", "store_id");
  return isWhole || /order|sale|transaction|receipt|basket|detail|item|line/.test(headings.fileName);
}

const columnsOf = (rule: Rule | undefined): string[] =>
  typeof rule === "string"
    ? [rule]
    : rule === undefined
      ? []
      : "concat" in rule
        ? [...rule.concat]
        : "column" in rule
          ? [rule.column]
          : [];

const backWords = /^(?:order[_ ])?(?:returned|refunded|refund|return)$|\breturned to (?:seller|sender)$/i;

/** Whether a line came back, by how many of it did, or by its state where one that was seen says so. */
function returnedFlag(headings: Headings): Rule | undefined {
  const count = headings.find("returned_quantity");
  if (count !== undefined) {
    const some = Array.from({ length: 20 }, (_, at) => [String(at + 1), "true"]);
    return { map: count, values: { "0": "false", "0.0": "false", "1.0": "true", ...Object.fromEntries(some) } };
  }
  const status = headings.find("status");
  const seen = status === undefined ? [] : headings.examples(status).filter((word) => backWords.test(word));
  if (status === undefined || seen.length === 0) return undefined;
  const values = Object.fromEntries(seen.map((word) => [word.toLowerCase(), "true"]));
  return { map: status, values: { returned: "true", refunded: "true", ...values }, otherwise: "false" };
}

const backDates = /^(?:return|returned|refund|refunded)(?:at|on|date)$/;

/** Lines that say when they came back. */
function returnsOfLines(
  headings: Headings,
  { order, line, product }: Named,
  {
    total,
    price,
    quantity,
  }: { total: string | undefined; price: Record<string, Rule | undefined>; quantity: string | undefined },
): ProposedTable | undefined {
  const column = headings.names.find((name) => backDates.test(plainHeader(name)));
  if (column === undefined || /[^\w .-]/.test(column) || headings.find("returned") !== undefined) return undefined;
  return {
    table: "returns",
    where: `${column} is not null`,
    columns: keep({
      order_id: order,
      line_id: line,
      product_id: product,
      returned_at: headings.dateIn(column),
      quantity: headings.amount(quantity) ?? { value: "1" },
      refund_minor: total ? headings.amount(total) : quantity ? undefined : price["unit_price_minor"],
    }),
  };
}

/** What lines say of their order beyond its number. */
function ordersOfLines(headings: Headings, order: Rule): ProposedTable {
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
  const isNeeded = at !== undefined && Object.values(more).some((column) => column !== undefined);
  const own = {
    order_id: order,
    source_customer_id: headings.find("source_customer_id"),
    ordered_at: at,
    currency: headings.find("currency"),
  };
  return { table: "orders", columns: isNeeded ? keep({ ...own, ...more }) : {} };
}

function productsOfLines(headings: Headings, product: string, kind: string | undefined): ProposedTable {
  const category = headings.find("category", kind);
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

function warningsOf(
  headings: Headings,
  { isOrdered, isPriced, quantity }: { isOrdered: boolean; isPriced: boolean; quantity: string | undefined },
): string[] {
  const customer = headings.find("source_customer_id");
  const [at, price] = [headings.find("ordered_at"), headings.find("unit_price")];
  const isTold = customer !== undefined || headings.has("email", "loyalty_id", "phone");
  return [
    ...(isOrdered
      ? []
      : [`No column looks like an order number: what one ${customer} bought at one ${at} is taken for one order.`]),
    ...(at === undefined
      ? [
          "No column says when it was bought: lines count once a file of orders with the same numbers brings their dates.",
        ]
      : []),
    ...(at === undefined || isTold
      ? []
      : [
          "No column says who bought: nothing can be told of customers unless a file of orders with the same numbers names them.",
        ]),
    ...(isPriced
      ? []
      : [
          "No column says what a line cost: a file of products with the same numbers and a price gives it, or the lines count as no purchases.",
        ]),
    ...(headings.isLineTotal(price)
      ? [`${price} grows with ${quantity}: it is taken for what a whole line came to, not for the price of one.`]
      : []),
    ...smallPrices(headings, price),
    ...countedDays(at, headings),
  ];
}

/** Prices of less than one, as of sets whose amounts were scaled to hide them. */
function smallPrices(headings: Headings, price: string | undefined): string[] {
  return price !== undefined &&
    headings.isShare(price) &&
    headings.examples(price).some((text) => /[.,]\d{3}/.test(text))
    ? [
        `Every value of ${price} lies below 1: if they were scaled down, amounts are rounded to whole minor units and lose much. Scale them up again.`,
      ]
    : [];
}

export function countedDays(at: string | undefined, headings: Headings): string[] {
  return at !== undefined && headings.isDayCount(at)
    ? [
        `${at} counts days from a day that isn't said: 1 is taken for the day after ${unknownBeginning}. Where you know better, set \`since\` in the mapping.`,
      ]
    : [];
}
