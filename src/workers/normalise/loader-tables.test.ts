import { afterAll, describe, expect, it } from "vitest";
import { dataSet } from "../../../test/support/data-sets.ts";
import { LayoutBench } from "../../../test/support/layout-bench.ts";

const bench = new LayoutBench();
afterAll(() => bench.close());

const loaded = [
  ["esp_klaviyo_mailchimp/klaviyo/event.csv", "klaviyo", { message_events: 3, events: 1 }],
  ["esp_klaviyo_mailchimp/klaviyo/event_norename.csv", "klaviyo", { message_events: 3, events: 1 }],
  ["esp_klaviyo_mailchimp/klaviyo/person.csv", "klaviyo", { customers: 2, consents: 1 }],
  ["esp_klaviyo_mailchimp/klaviyo/campaign.csv", "klaviyo", {}],
  ["esp_klaviyo_mailchimp/klaviyo/flow.csv", "klaviyo", {}],
  ["esp_klaviyo_mailchimp/klaviyo/metric.csv", "klaviyo", {}],
  ["esp_klaviyo_mailchimp/mailchimp/campaign_recipient_activity.csv", "mailchimp", { message_events: 17 }],
  ["esp_klaviyo_mailchimp/mailchimp/automation_recipient_activity.csv", "mailchimp", { message_events: 8 }],
  ["esp_klaviyo_mailchimp/mailchimp/member.csv", "mailchimp", { customers: 9, consents: 9 }],
  ["esp_klaviyo_mailchimp/mailchimp/unsubscribe.csv", "mailchimp", { message_events: 1, consents: 1 }],
  ...[
    "automation",
    "automation_email",
    "automation_recipient",
    "campaign",
    "campaign_recipient",
    "list",
    "segment",
    "segment_member",
  ].map((name) => [`esp_klaviyo_mailchimp/mailchimp/${name}.csv`, "mailchimp", {}] as const),
  ["web_snowplow_web/source/snowplow_web_events.csv", "snowplow", { web_events: 152 }],
  ["web_snowplow_web/source/snowplow_web_ua_context.csv", "snowplow", {}],
] as const;
describe("tables that loaders copy from platforms", () => {
  for (const [path, layout, counts] of loaded) {
    const found = dataSet(path);
    it.skipIf(found === undefined)(`feed what they hold: ${path}`, async () => {
      const read = await bench.read(found ?? "");
      expect(read.layout).toBe(layout);
      expect(
        Object.fromEntries(
          Object.entries(read.tables).flatMap(([table, rows]) => (rows.length > 0 ? [[table, rows.length]] : [])),
        ),
      ).toEqual(counts);
    });
  }
});
