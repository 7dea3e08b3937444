import { amount, type ProposedTable, present, type Recognised, type Rule } from "./proposal.ts";
import { plainHeader } from "./synonyms.ts";

interface FileKind {
  /** Columns that tell it, as `plainHeader` writes them. */
  readonly has: readonly string[];
  readonly tables: readonly { readonly table: string; readonly columns: Record<string, Rule> }[];
}

/** Layouts of several files that only make sense together: one source, each table from the files of its kind. */
function relational(layout: string, kinds: readonly FileKind[]) {
  return (fileName: string, headers: readonly string[]): Recognised | undefined => {
    const plain = new Set(headers.map(plainHeader));
    const kind = kinds.find(({ has }) => has.every((name) => plain.has(name)));
    if (!kind) return undefined;
    const file = namePattern(fileName);
    const tables = kind.tables.map(
      ({ table, columns }): ProposedTable => ({ table, file, columns: present(headers, columns) }),
    );
    return {
      layout,
      confidence: 0.97,
      tables,
      warnings: tables.length > 0 ? [] : ["It feeds no table; it is kept as it is."],
    };
  };
}

/** The files that follow one: its name up to the first digit, as dates and numbers change from delivery to delivery. */
function namePattern(fileName: string): string {
  const stem = fileName.replace(/\.(gz|zst|zstd)$/i, "").replace(/\.[a-z]+$/i, "");
  return `${stem.replace(/[-_. ]*\d.*$/, "") || stem}*`;
}

const olist = relational("olist", [
  {
    has: ["orderid", "customerid", "orderstatus", "orderpurchasetimestamp"],
    tables: [
      {
        table: "orders",
        columns: {
          order_id: "order_id",
          source_customer_id: "customer_id",
          ordered_at: { column: "order_purchase_timestamp", format: "%Y-%m-%d %H:%M:%S" },
          status: "order_status",
        },
      },
    ],
  },
  {
    has: ["orderid", "orderitemid", "sellerid", "freightvalue"],
    tables: [
      {
        table: "order_lines",
        columns: {
          order_id: "order_id",
          line_id: "order_item_id",
          product_id: "product_id",
          unit_price_minor: amount("price"),
        },
      },
    ],
  },
  {
    has: ["customerid", "customeruniqueid"],
    tables: [
      {
        table: "customers",
        columns: {
          source_customer_id: "customer_id",
          loyalty_id: "customer_unique_id",
          postcode: "customer_zip_code_prefix",
          city: "customer_city",
          region: "customer_state",
        },
      },
    ],
  },
  {
    has: ["productid", "productcategoryname"],
    tables: [{ table: "products", columns: { product_id: "product_id", category: "product_category_name" } }],
  },
  { has: ["orderid", "paymentsequential", "paymenttype"], tables: [] },
  { has: ["reviewid", "orderid", "reviewscore"], tables: [] },
  { has: ["sellerid", "sellerzipcodeprefix"], tables: [] },
  { has: ["productcategoryname", "productcategorynameenglish"], tables: [] },
  { has: ["geolocationzipcodeprefix"], tables: [] },
]);

const maven = relational("maven", [
  {
    has: ["orderid", "websitesessionid", "userid", "primaryproductid"],
    tables: [
      {
        table: "orders",
        columns: {
          order_id: "order_id",
          source_customer_id: "user_id",
          ordered_at: "created_at",
          gross_minor: amount("price_usd"),
          channel: { value: "web" },
        },
      },
    ],
  },
  {
    has: ["orderitemid", "orderid", "productid", "isprimaryitem"],
    tables: [
      {
        table: "order_lines",
        columns: {
          order_id: "order_id",
          line_id: "order_item_id",
          ordered_at: "created_at",
          product_id: "product_id",
          unit_price_minor: amount("price_usd"),
        },
      },
    ],
  },
  {
    has: ["orderitemrefundid", "orderitemid", "refundamountusd"],
    tables: [
      {
        table: "returns",
        columns: {
          return_id: "order_item_refund_id",
          order_id: "order_id",
          line_id: "order_item_id",
          returned_at: "created_at",
          refund_minor: amount("refund_amount_usd"),
        },
      },
    ],
  },
  { has: ["websitesessionid", "userid", "utmsource"], tables: [] },
  { has: ["websitepageviewid", "websitesessionid"], tables: [] },
]);

export const relationalLayouts = [olist, maven];
