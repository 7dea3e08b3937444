import { amount } from "../proposal.ts";
import { relational } from "./relational.ts";

/** The relational exports of a marketplace: orders, customers, items, products and what hangs on them. */
export const olist = relational("olist", [
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
