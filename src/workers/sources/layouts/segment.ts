import { present, type Recognised } from "../proposal.ts";
import type { Sheet } from "../sheet.ts";

/** Events as Segment and those that took its form over keep them: page views, tracked events and what is known of people. */
export function segment(sheet: Sheet): Recognised | undefined {
  const { headers } = sheet;
  if (!sheet.has("messageid", "anonymousid", "type", "timestamp")) return undefined;
  const who = { source_customer_id: "userId" };
  const tables = [
    {
      table: "web_events",
      where: "type in ('page', 'track', 'screen')",
      columns: present(headers, {
        event_id: "messageId",
        occurred_at: "timestamp",
        visitor_id: "anonymousId",
        session_id: { coalesce: ["context.sessionId", "properties.session_id", "context.session_id"] },
        ...who,
        event_type: { coalesce: ["event", "type"] },
        page: { coalesce: ["context.page.path", "properties.path", "context.page.url", "properties.url"] },
        product_id: { coalesce: ["properties.product_id", "properties.sku"] },
        referrer: { coalesce: ["context.page.referrer", "properties.referrer"] },
        campaign: { coalesce: ["context.campaign.name"] },
        device: { coalesce: ["context.device.type", "context.device.model"] },
      }),
    },
    {
      table: "customers",
      where: "type = 'identify' and userId is not null",
      columns: headers.some((name) => name.startsWith("traits."))
        ? present(headers, {
            ...who,
            email: "traits.email",
            phone: "traits.phone",
            full_name: "traits.name",
            given_name: { coalesce: ["traits.firstName", "traits.first_name"] },
            family_name: { coalesce: ["traits.lastName", "traits.last_name"] },
          })
        : {},
    },
  ];
  return {
    layout: "segment",
    confidence: 0.95,
    warnings: [
      "Orders among the events stay events: the shop's own export of orders says what was bought and sent back.",
    ],
    tables: tables.filter(({ columns }) => Object.keys(columns).length > 1),
  };
}
