import { present, type Recognised } from "../proposal.ts";
import type { Sheet } from "../sheet.ts";

/** Events of Google Analytics 4: its BigQuery export in JSON, or flattened to a table. */
export function ga4(sheet: Sheet): Recognised | undefined {
  const { headers } = sheet;
  if (!sheet.has("eventtimestamp", "eventname", "userpseudoid")) return undefined;
  const unset = ["(not set)", "(direct)", "(none)", "undefined", "null"];
  const page = ["event_params.page_location", "page_location", "page_path"];
  return {
    layout: "ga4",
    confidence: 0.97,
    warnings: sheet.lists.has("items")
      ? [
          "Purchases in it are visits' events, no orders: those come from the shop. Where there is no other source of orders, map `order_lines` with `each` items from rows whose event_name is purchase.",
        ]
      : [],
    tables: [
      {
        table: "web_events",
        where: "event_name != 'user_engagement'",
        columns: present(headers, {
          occurred_at: "event_timestamp",
          visitor_id: "user_pseudo_id",
          session_id: {
            concat: ["user_pseudo_id", firstOf(headers, ["event_params.ga_session_id", "ga_session_id", "session_id"])],
          },
          source_customer_id: { column: "user_id", nothing: unset },
          event_type: "event_name",
          page: { coalesce: page },
          product_id: { coalesce: ["event_params.item_id", "item_id", "items.item_id"] },
          referrer: { coalesce: ["event_params.page_referrer", "page_referrer"] },
          campaign: {
            column: firstOf(headers, [
              "event_params.campaign",
              "campaign",
              "traffic_source.name",
              "traffic_source_name",
            ]),
            nothing: unset,
          },
          device: { coalesce: ["device.category", "device_category"] },
        }),
      },
    ],
  };
}

function firstOf(headers: readonly string[], names: readonly string[]): string {
  return names.find((name) => headers.includes(name)) ?? names[0] ?? "";
}
