import type { Column, ColumnType } from "./column.ts";

export type TargetKind =
  | "id"
  | "text"
  | "instant"
  | "date"
  | "money"
  | "price"
  | "quantity"
  | "flag"
  | "currency"
  | "email"
  | "phone"
  | "properties";
export interface Target {
  readonly name: string;
  readonly kind: TargetKind;
  readonly required: boolean;
  readonly help: string;
  readonly pii?: true;
}
export interface LakeTable {
  readonly table: string;
  readonly columns: readonly Target[];
  /** Columns that name a row; where all are filled, a later row with the same key replaces an earlier one. */
  readonly key: readonly string[];
}

const t = (name: string, kind: TargetKind, help: string, more: { required?: true; pii?: true } = {}): Target => ({
  name,
  kind,
  help,
  required: more.required ?? false,
  ...(more.pii ? { pii: true as const } : {}),
});
const sourceCustomer = t("source_customer_id", "id", "The customer's id at the source");

/** The normalised tables: what a mapping can feed. Columns are a contract. */
export const lakeTargets: readonly LakeTable[] = [
  {
    table: "customers",
    key: ["source_customer_id"],
    columns: [
      sourceCustomer,
      t("email", "email", "E-mail address", { pii: true }),
      t("phone", "phone", "Phone number", { pii: true }),
      t("full_name", "text", "Whole name", { pii: true }),
      t("given_name", "text", "First name", { pii: true }),
      t("family_name", "text", "Last name", { pii: true }),
      t("birth_date", "date", "Day of birth", { pii: true }),
      t("gender", "text", "Gender as delivered"),
      t("address_line", "text", "Street and number", { pii: true }),
      t("city", "text", "Town"),
      t("region", "text", "Region or state"),
      t("postcode", "text", "Postcode", { pii: true }),
      t("country", "text", "Country"),
      t("loyalty_id", "id", "Number of the loyalty card", { pii: true }),
      t("created_at", "instant", "When the record was made"),
      t("attributes", "properties", "What else the source says: tier, household …"),
    ],
  },
  {
    table: "orders",
    key: ["order_id"],
    columns: [
      t("order_id", "id", "Number of the order"),
      sourceCustomer,
      t("email", "email", "E-mail address of the order", { pii: true }),
      t("loyalty_id", "id", "Loyalty card shown", { pii: true }),
      t("phone", "phone", "Phone number of the order", { pii: true }),
      t("ordered_at", "instant", "When it was placed", { required: true }),
      t("channel", "text", "Where: store, web …"),
      t("store_id", "id", "Store"),
      t("status", "text", "State of the order"),
      t("currency", "currency", "ISO 4217 code"),
      t("gross_minor", "money", "Amount before discount"),
      t("discount_minor", "money", "Discount on the order"),
      t("shipping_minor", "money", "Shipping"),
      t("tax_minor", "money", "Tax"),
      t("coupon_code", "text", "Code used"),
    ],
  },
  {
    table: "order_lines",
    key: ["order_id", "line_id"],
    columns: [
      t("order_id", "id", "Number of the order"),
      t("line_id", "id", "Number of the line"),
      sourceCustomer,
      t("ordered_at", "instant", "When it was placed"),
      t("delivered_at", "instant", "When it was delivered"),
      t("product_id", "id", "Product"),
      t("quantity", "quantity", "How many; negative for goods taken back"),
      t("unit_price_minor", "price", "Price of one, after reductions of the price"),
      t("list_price_minor", "price", "Price of one before any reduction"),
      t("discount_minor", "money", "Discount on the line"),
      t("amount_minor", "money", "The line after discount"),
      t("currency", "currency", "ISO 4217 code"),
      t("is_returned", "flag", "Whether it came back, as delivered"),
      t("size", "text", "Size"),
      t("colour", "text", "Colour"),
    ],
  },
  {
    table: "returns",
    key: ["return_id"],
    columns: [
      t("return_id", "id", "Number of the return"),
      t("order_id", "id", "Order it belongs to"),
      t("line_id", "id", "Line it belongs to"),
      t("product_id", "id", "Product"),
      t("returned_at", "instant", "When it came back"),
      t("quantity", "quantity", "How many"),
      t("refund_minor", "money", "Money given back"),
      t("reason", "text", "Why"),
    ],
  },
  {
    table: "products",
    key: ["product_id"],
    columns: [
      t("product_id", "id", "Number of the product", { required: true }),
      t("name", "text", "Name"),
      t("category", "text", "Category"),
      t("subcategory", "text", "Subcategory"),
      t("brand", "text", "Brand"),
      t("size", "text", "Size"),
      t("colour", "text", "Colour"),
      t("list_price_minor", "price", "List price"),
      t("cost_minor", "price", "Cost"),
      t("currency", "currency", "ISO 4217 code"),
    ],
  },
  {
    table: "stores",
    key: ["store_id"],
    columns: [
      t("store_id", "id", "Number of the store", { required: true }),
      t("name", "text", "Name"),
      t("postcode", "text", "Postcode"),
      t("region", "text", "Region"),
      t("country", "text", "Country"),
      t("latitude", "quantity", "Degrees north of the equator"),
      t("longitude", "quantity", "Degrees east of Greenwich"),
    ],
  },
  {
    table: "web_events",
    key: ["event_id"],
    columns: [
      t("event_id", "id", "Number of the event"),
      t("occurred_at", "instant", "When it happened", { required: true }),
      t("visitor_id", "id", "Browser or device, as its cookie names it"),
      t("session_id", "id", "Visit"),
      sourceCustomer,
      t("event_type", "text", "page_view, add_to_cart, purchase …"),
      t("page", "text", "Page"),
      t("product_id", "id", "Product looked at"),
      t("referrer", "text", "Where the visitor came from"),
      t("campaign", "text", "Campaign that brought the visitor"),
      t("device", "text", "desktop, mobile, tablet"),
    ],
  },
  {
    table: "message_events",
    key: ["event_id"],
    columns: [
      t("event_id", "id", "Number of the event"),
      t("occurred_at", "instant", "When it happened", { required: true }),
      sourceCustomer,
      t("email", "email", "E-mail address", { pii: true }),
      t("channel", "text", "email, sms …"),
      t("campaign_id", "id", "Campaign or automation that sent it"),
      t("event_type", "text", "sent, delivered, opened, clicked, bounced, unsubscribed or complained", {
        required: true,
      }),
      t("is_machine_open", "flag", "Opened by a program, not by a person"),
    ],
  },
  {
    table: "events",
    key: ["event_id"],
    columns: [
      t("event_id", "id", "Number of the event"),
      t("occurred_at", "instant", "When it happened", { required: true }),
      sourceCustomer,
      t("event_type", "text", "What happened", { required: true }),
      t("properties", "properties", "What else is known of it"),
    ],
  },
  {
    table: "consents",
    key: [],
    columns: [
      sourceCustomer,
      t("email", "email", "E-mail address", { pii: true }),
      t("channel", "text", "email, sms, post …"),
      t("purpose", "text", "What for"),
      t("status", "text", "granted, denied, withdrawn or suppressed", { required: true }),
      t("occurred_at", "instant", "When it was given or taken back"),
    ],
  },
  {
    table: "third_party",
    key: ["source_customer_id", "provider", "name", "valid_from"],
    columns: [
      sourceCustomer,
      t("email", "email", "E-mail address", { pii: true }),
      t("provider", "text", "Whom it comes from"),
      t("name", "text", "Attribute", { required: true }),
      t("value", "text", "What it is"),
      t("valid_from", "date", "Day since when it holds"),
    ],
  },
  {
    table: "campaign_assignments",
    key: ["campaign_id", "source_customer_id"],
    columns: [
      t("campaign_id", "id", "Campaign", { required: true }),
      t("customer_id", "id", "The customer, where this program named it"),
      sourceCustomer,
      t("variant", "text", "What they get"),
      t("is_control", "flag", "Held out: gets nothing"),
      t("assigned_at", "instant", "When it was drawn"),
    ],
  },
  {
    table: "marketing_costs",
    key: ["spent_on", "channel", "campaign"],
    columns: [
      t("spent_on", "date", "Day", { required: true }),
      t("channel", "text", "email, post, paid_search …"),
      t("campaign", "text", "Campaign"),
      t("cost_minor", "money", "What was spent"),
      t("currency", "currency", "ISO 4217 code"),
    ],
  },
  {
    table: "exchange_rates",
    key: ["valid_on", "currency"],
    columns: [
      t("valid_on", "date", "Day", { required: true }),
      t("currency", "currency", "ISO 4217 code", { required: true }),
      t("rate", "quantity", "Units of the brand's currency for one of it", { required: true }),
    ],
  },
];

const types: Readonly<Record<TargetKind, ColumnType>> = {
  id: "VARCHAR",
  text: "VARCHAR",
  email: "VARCHAR",
  phone: "VARCHAR",
  currency: "VARCHAR",
  instant: "TIMESTAMP",
  date: "DATE",
  money: "BIGINT",
  price: "DECIMAL(18,4)",
  quantity: "DECIMAL(18,4)",
  flag: "BOOLEAN",
  properties: "MAP(VARCHAR, VARCHAR)",
};

export const lakeTableNames = lakeTargets.map(({ table }) => table);

const people = ["customers", "consents", "third_party"];
const events = ["web_events", "message_events", "events", "campaign_assignments", "marketing_costs"];

/** The step that merges deliveries of a table (or of its contact columns): tables that complete one another are merged together,
 *  the others meanwhile. */
export function lakeStepOf(output: string): "lake" | "lake_people" | "lake_events" {
  const table = output.replace(/_contact$/, "");
  if (people.includes(table)) return "lake_people";
  return events.includes(table) ? "lake_events" : "lake";
}

export function lakeTable(name: string): LakeTable | undefined {
  return lakeTargets.find(({ table }) => table === name);
}

/** Columns of a normalised delivery: the table's own, then where each row came from and what makes it a repetition. */
export function normalisedColumns(table: LakeTable): Column[] {
  const own = table.columns.map(
    ({ name, kind, pii }): Column => ({ name, type: types[kind], ...(pii ? { pii } : {}) }),
  );
  return [
    ...own,
    { name: "key_space", type: "VARCHAR" },
    { name: "source", type: "VARCHAR" },
    { name: "batch_id", type: "VARCHAR" },
    { name: "file_number", type: "INTEGER" },
    { name: "source_row", type: "BIGINT" },
    { name: "row_hash", type: "VARCHAR" },
  ];
}

/** Tables whose contact columns, in a file of their own, are found by the delivered row: its file and its number there. */
const foundByRow = ["customers", "message_events", "third_party"];

/** Columns of the lake's table: the same without what only repetition needs. */
export function lakeColumns(table: LakeTable): Column[] {
  const dropped = ["row_hash", ...(foundByRow.includes(table.table) ? [] : ["file_number"])];
  return normalisedColumns(table).filter(({ name }) => !dropped.includes(name));
}

/** SQL that two rows of such tables are of one row of one delivered file. */
export function isSameRow(one: string, other: string): string {
  return `${one}.source = ${other}.source AND ${one}.batch_id = ${other}.batch_id AND ${one}.file_number IS NOT DISTINCT FROM ${other}.file_number
      AND ${one}.source_row = ${other}.source_row`;
}
