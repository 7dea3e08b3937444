import { amount } from "../proposal.ts";
import { relational } from "./relational.ts";

/** A web shop's order tables with their refunds. */
export const maven = relational("maven", [
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
