import { found, type Headings, type Recognise } from "./headings.ts";
import { keep, type ProposedTable } from "./proposal.ts";
import { plainHeader } from "./synonyms.ts";

/** What e-mail platforms call what happens to a message. */
const messageWords: Readonly<Record<string, readonly string[]>> = {
  sent: ["sent", "send", "processed", "message sent", "email sent"],
  delivered: ["delivered", "delivery", "received", "email delivered", "delivered email"],
  opened: ["opened", "open", "email opened", "opened email", "email open", "first opening", "opening", "unique open"],
  clicked: ["clicked", "click", "email clicked", "clicked email", "email link clicked"],
  bounced: [
    "bounced",
    "bounce",
    "hard_bounce",
    "soft_bounce",
    "hard bounce",
    "soft bounce",
    "dropped",
    "failed",
    "invalid email",
    "blocked",
  ],
  unsubscribed: ["unsubscribed", "unsubscribe", "opt_out", "opted_out", "optout", "group_unsubscribe"],
  complained: [
    "complained",
    "complaint",
    "spam",
    "spamreport",
    "spam_report",
    "spam complaint",
    "abuse",
    "marked as spam",
  ],
};
const messageTypes = Object.fromEntries(
  Object.entries(messageWords).flatMap(([type, words]) => words.map((word) => [word, type])),
);

export const spelled = (word: string) => [
  ...new Set([word, word.slice(0, 1).toUpperCase() + word.slice(1), word.toUpperCase()]),
];
const leaving = ["unsubscribed", "complained"]
  .flatMap((type) => messageWords[type] ?? [])
  .flatMap(spelled)
  .map((word) => `'${word}'`)
  .join(", ");

/** Messages sent and what became of them, a row an event. */
export const messageEvents: Recognise = (headings) => {
  const type = headings.find("event_type") ?? headings.find("status");
  const at = headings.date("event_at");
  const email = headings.find("email");
  const customer = headings.find("web_customer");
  const campaign = headings.find("message_campaign");
  if (!type || !at || !(email || customer) || !campaign) return undefined;
  if (headings.has("visitor_id", "session_id", "page", "unit_price", "is_control")) return undefined;
  const seen = headings.examples(type);
  const isMessage = (word: string) => word.toLowerCase() in messageTypes;
  if (seen.length > 0 ? !seen.some(isMessage) : type !== headings.find("event_type")) return undefined;
  const who = { source_customer_id: customer, email };
  return found(0.9, [
    {
      table: "message_events",
      columns: keep({
        event_id: headings.find("event_id"),
        occurred_at: at,
        ...who,
        channel: headings.find("event_channel") ?? { value: "email" },
        campaign_id: campaign,
        event_type: { map: type, values: messageTypes },
        is_machine_open: headings.find("is_machine_open"),
      }),
    },
    {
      table: "consents",
      where: `${type} in (${leaving})`,
      columns: keep({
        ...who,
        channel: headings.find("event_channel") ?? { value: "email" },
        purpose: { value: "marketing" },
        status: { value: "withdrawn" },
        occurred_at: at,
      }),
    },
  ]);
};

/** What visitors of a web shop did, a row an event. */
export const webEvents: Recognise = (headings) => {
  const at = headings.date("event_at");
  const type = headings.find("event_type");
  const page = headings.find("page");
  const [visitor, session] = [headings.find("visitor_id"), headings.find("session_id")];
  if (!at || !(visitor || session) || !(type || page)) return undefined;
  if (headings.has("unit_price", "is_control")) return undefined;
  const event = headings.find("event_id");
  const orders = purchasesOfVisitors(headings, type);
  return found(
    0.85,
    [
      {
        table: "web_events",
        columns: keep({
          event_id: event,
          occurred_at: at,
          visitor_id: visitor,
          session_id: session,
          source_customer_id: headings.find("web_customer") ?? (orders ? visitor : undefined),
          event_type: type ?? { value: "page_view" },
          page,
          product_id: headings.find("product_id"),
          referrer: headings.find("referrer"),
          campaign: headings.find("web_campaign"),
          device: headings.find("device"),
        }),
      },
      ...(orders ? [orders] : []),
    ],
    orders
      ? [
          `Rows whose ${type} is a purchase are taken as orders of their ${visitor} too, without amounts. Where another source brings the same orders, take orders out of this mapping, or they count twice.`,
        ]
      : [],
  );
};

/** Purchases in a log that names nobody but visitors and has no prices. Their numbers are made apart from those of a shop's orders. */
function purchasesOfVisitors(headings: Headings, type: string | undefined): ProposedTable | undefined {
  const [visitor, order] = [headings.find("visitor_id"), headings.find("order_id")];
  if (!visitor || !order || !type || /[^\w .-]/.test(type)) return undefined;
  if (!headings.has("product_id") || headings.has("web_customer", "session_id", "email")) return undefined;
  return {
    table: "orders",
    where: `${type} in (${bought})`,
    columns: keep({
      order_id: { concat: [visitor, order], separator: "-" },
      source_customer_id: visitor,
      ordered_at: headings.date("event_at"),
      channel: { value: "web" },
    }),
  };
}

/** Columns of when a message was sent to somebody and what became of it, by event. */
const recipientColumns = ["sent", "delivered", "opened", "clicked", "bounced", "unsubscribed", "complained"];

/** Who got a message, a row a person, with a date for each thing that happened. */
export const messageRecipients: Recognise = (headings) => {
  const email = headings.find("email");
  const happened = recipientColumns.flatMap((type) => {
    const column = headings.find(`${type}_on`);
    return column === undefined || /[^\w .-]/.test(column) ? [] : [{ type, column }];
  });
  if (!email || happened.length < 3 || headings.has("order_id", "product_id", "event_type")) return undefined;
  const campaign = headings.find("message_campaign");
  const who = { source_customer_id: headings.find("web_customer"), email };
  const tables = happened.map(({ type, column }) => ({
    table: "message_events",
    where: `${column} is not null`,
    columns: keep({
      occurred_at: headings.date(`${type}_on`),
      ...who,
      channel: { value: "email" },
      campaign_id: campaign,
      event_type: { value: type },
    }),
  }));
  const left = happened.find(({ type }) => type === "unsubscribed");
  const consent = {
    table: "consents",
    where: `${left?.column} is not null`,
    columns: keep({
      ...who,
      channel: { value: "email" },
      purpose: { value: "marketing" },
      status: { value: "withdrawn" },
      occurred_at: headings.date("unsubscribed_on"),
    }),
  };
  return found(
    0.85,
    [...tables, ...(left ? [consent] : [])],
    campaign ? [] : ["No column names the campaign: all messages stand without one."],
  );
};

/** What event logs of shops call a product that was bought. */
const boughtWords = ["purchase", "purchased", "buy", "bought", "order", "ordered", "transaction", "sale", "checkout"];
const bought = boughtWords
  .flatMap(spelled)
  .map((word) => `'${word}'`)
  .join(", ");

/** A shop's event log with prices, a row a view, a basket or a purchase of a product: all of them are events, purchases lines too. */
export const shopEvents: Recognise = (headings) => {
  const [type, at, product] = [headings.find("event_type"), headings.date("event_at"), headings.find("product_id")];
  const price = headings.find("unit_price");
  const customer = headings.find("web_customer") ?? headings.find("source_customer_id");
  const session = headings.find("session_id");
  if (!type || !at || !product || !price || !customer || headings.has("is_control", "email")) return undefined;
  if (/[^\w .-]/.test(type)) return undefined;
  const order = headings.find("order_id") ?? session;
  const category = headings.find("category");
  const event = headings.find("event_id");
  return found(
    0.85,
    [
      {
        table: "web_events",
        columns: keep({
          event_id: event === customer ? undefined : event,
          occurred_at: at,
          visitor_id: headings.find("visitor_id") ?? customer,
          session_id: session,
          source_customer_id: customer,
          event_type: type,
          page: headings.find("page"),
          product_id: product,
          referrer: headings.find("referrer"),
          campaign: headings.find("web_campaign"),
          device: headings.find("device"),
        }),
      },
      {
        table: "order_lines",
        where: `${type} in (${bought})`,
        columns: keep({
          order_id: order,
          source_customer_id: customer,
          ordered_at: at,
          product_id: product,
          quantity: headings.amount(headings.find("quantity")) ?? { value: "1" },
          unit_price_minor: headings.amount(price),
          currency: headings.find("currency"),
        }),
      },
      {
        table: "products",
        columns: category ? keep({ product_id: product, category, brand: headings.find("brand") }) : {},
      },
    ],
    [
      `Rows whose ${type} is a purchase are taken as order lines too${order ? `, those of one ${order} as one order` : ", each as an order of its own"}. Where another source brings the same orders, take order_lines out of this mapping, or they count twice.`,
    ],
  );
};

/** Anything else that happened to a customer, with whatever else the row says. */
export const events: Recognise = (headings) => {
  const type = headings.find("event_type");
  const at = headings.date("event_at");
  const customer = headings.find("source_customer_id");
  if (!type || !at || !customer || headings.has("unit_price", "order_id")) return undefined;
  const id = headings.find("event_id");
  const columns = keep({
    event_id: id === customer ? undefined : id,
    occurred_at: at,
    source_customer_id: customer,
    event_type: type,
  });
  const rest = headings.rest({ ...columns, email: headings.find("email"), phone: headings.find("phone") });
  return found(0.7, [
    { table: "events", columns: rest.length > 0 ? { ...columns, properties: { columns: rest } } : columns },
  ]);
};

export const stores: Recognise = (headings) => {
  const store = headings.find("store_id");
  const isPlace =
    headings.has("latitude", "postcode") ||
    (headings.has("region", "country") &&
      (headings.has("store_name") || /store|branch|shop|outlet/.test(headings.fileName)));
  if (!store || !isPlace || headings.has("ordered_at", "order_id", "product_id", "email")) return undefined;
  return found(0.9, [
    {
      table: "stores",
      columns: keep({
        store_id: store,
        name: headings.find("store_name"),
        postcode: headings.find("postcode"),
        region: headings.find("region"),
        country: headings.find("country"),
        latitude: headings.amount(headings.find("latitude")),
        longitude: headings.amount(headings.find("longitude")),
      }),
    },
  ]);
};

/** Attributes that were bought: a row a person and attribute. */
export const thirdParty: Recognise = (headings) => {
  const [provider, name, value] = ["provider", "attribute", "attribute_value"].map((one) => headings.find(one));
  const email = headings.find("email");
  const customer = headings.find("web_customer");
  if (!provider || !name || !value || !(email || customer)) return undefined;
  return found(0.9, [
    {
      table: "third_party",
      columns: keep({
        source_customer_id: customer,
        email,
        provider,
        name,
        value,
        valid_from: headings.date("valid_from"),
      }),
    },
  ]);
};

/** Numbers that this program gave customers itself. */
const ownId = /^[0-9a-f]{20}$/;

/** Who was drawn into which campaign, and who was held out. */
export const assignments: Recognise = (headings) => {
  const campaign = headings.find("message_campaign");
  const control = headings.find("is_control");
  const variant = headings.find("variant");
  const customer = headings.find("source_customer_id");
  if (!campaign || !customer || !(control || variant)) return undefined;
  if (headings.has("event_type", "unit_price", "session_id")) return undefined;
  const seen = headings.examples(customer);
  const isOwn = seen.length > 0 && seen.every((id) => ownId.test(id));
  return found(0.9, [
    {
      table: "campaign_assignments",
      columns: keep({
        campaign_id: campaign,
        [isOwn ? "customer_id" : "source_customer_id"]: customer,
        variant: variant ?? control,
        is_control: control ?? { map: variant ?? campaign, values: controlWords, otherwise: "false" },
        assigned_at: headings.date("assigned_at"),
      }),
    },
  ]);
};
const controlWords = { control: "true", holdout: "true", "hold-out": "true", "control group": "true", c: "true" };

export const costs: Recognise = (headings) => {
  const at = headings.date("spent_on");
  const spend = headings.find("spend");
  if (!at || !spend || !headings.has("cost_channel", "cost_campaign")) return undefined;
  if (headings.has("order_id", "source_customer_id", "email", "product_id")) return undefined;
  return found(0.8, [
    {
      table: "marketing_costs",
      columns: keep({
        spent_on: at,
        channel: headings.find("cost_channel"),
        campaign: headings.find("cost_campaign"),
        cost_minor: headings.amount(spend),
        currency: headings.find("currency"),
      }),
    },
  ]);
};

const otherCurrency = /^(?:to|target|base)currency(?:code)?$/;

export const exchangeRates: Recognise = (headings) => {
  const [rate, currency] = [headings.find("rate"), headings.find("rate_currency")];
  const at = headings.date("rate_on");
  if (!rate || !currency || !at || headings.has("order_id", "product_id", "source_customer_id")) return undefined;
  const other = headings.names.find((name) => otherCurrency.test(plainHeader(name)));
  if (other !== undefined && headings.counts(other).distinct > 1)
    return found(
      0.5,
      [],
      [`Rates into several currencies: map exchange_rates with a \`where\` that ${other} is the brand's currency.`],
    );
  return found(
    0.85,
    [{ table: "exchange_rates", columns: keep({ valid_on: at, currency, rate: headings.amount(rate) }) }],
    [`${rate} is taken for units of the brand's currency for one of ${currency}, not the other way round.`],
  );
};
