import { relational } from "./relational.ts";

/** Snowplow's atomic events. Pings only say that a page is still open. */
export const snowplow = relational("snowplow", [
  {
    has: ["eventid", "collectortstamp", "domainuserid", "domainsessionid", "event"],
    tables: [
      {
        table: "web_events",
        where: "event != 'page_ping'",
        columns: {
          event_id: "event_id",
          occurred_at: { coalesce: ["derived_tstamp", "collector_tstamp"], time_zone: "UTC" },
          visitor_id: "domain_userid",
          session_id: "domain_sessionid",
          source_customer_id: "user_id",
          event_type: { coalesce: ["event_name", "event"] },
          page: { coalesce: ["page_urlpath", "page_url"] },
          product_id: "ti_sku",
          referrer: { coalesce: ["refr_urlhost", "page_referrer"] },
          campaign: "mkt_campaign",
          device: { coalesce: ["dvce_type", "br_type"] },
        },
      },
    ],
  },
  { has: ["rootid", "useragentfamily", "devicefamily"], tables: [] },
]);
