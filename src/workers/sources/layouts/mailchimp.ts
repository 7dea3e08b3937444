import { type Rule, utc } from "../proposal.ts";
import { relational } from "./relational.ts";

const activity = (campaign: string) => ({
  occurred_at: utc("timestamp"),
  source_customer_id: "member_id",
  channel: { value: "email" },
  campaign_id: campaign,
  event_type: {
    map: "action",
    values: {
      open: "opened",
      click: "clicked",
      bounce: "bounced",
      sent: "sent",
      unsub: "unsubscribed",
      abuse: "complained",
    },
  },
});
const isMessage = "action in ('open', 'click', 'bounce', 'sent', 'unsub', 'abuse')";
const marketing = { channel: { value: "email" }, purpose: { value: "marketing" } };
const states = {
  subscribed: "granted",
  unsubscribed: "withdrawn",
  cleaned: "suppressed",
  pending: "denied",
  transactional: "denied",
  "non-subscribed": "denied",
  archived: "withdrawn",
};

/** The audience lists that it exports, a file a state: what happened last tells which. */
const listed = { email: "Email Address", given_name: "First Name", family_name: "Last Name", phone: "Phone Number" };
const members = {
  table: "customers",
  columns: { source_customer_id: "EUID", ...listed, created_at: utc("OPTIN_TIME") } as Record<string, Rule>,
};
const audience = (has: readonly string[], status: string, at: string) => ({
  has: ["emailaddress", "leid", "euid", ...has],
  tables: [
    members,
    {
      table: "consents",
      columns: {
        source_customer_id: "EUID",
        email: "Email Address",
        ...marketing,
        status: { value: status },
        occurred_at: utc(at),
      },
    },
  ],
});

/** The tables that loaders copy from Mailchimp, and the audience lists that it exports. */
export const mailchimp = relational(
  "mailchimp",
  [
    {
      has: ["action", "campaignid", "memberid", "timestamp"],
      tables: [{ table: "message_events", where: isMessage, columns: activity("campaign_id") }],
    },
    {
      has: ["action", "automationemailid", "memberid", "timestamp"],
      tables: [{ table: "message_events", where: isMessage, columns: activity("automation_email_id") }],
    },
    {
      has: ["campaignid", "memberid", "listid", "reason", "timestamp"],
      tables: [
        {
          table: "message_events",
          columns: { ...activity("campaign_id"), event_type: { value: "unsubscribed" } },
        },
        {
          table: "consents",
          columns: {
            source_customer_id: "member_id",
            ...marketing,
            status: { value: "withdrawn" },
            occurred_at: utc("timestamp"),
          },
        },
      ],
    },
    {
      has: ["id", "listid", "emailaddress", "status", "timestampopt"],
      tables: [
        {
          table: "customers",
          columns: {
            source_customer_id: "id",
            email: "email_address",
            given_name: "merge_fname",
            family_name: "merge_lname",
            phone: "merge_phone",
            country: "country_code",
            created_at: utc("timestamp_signup"),
          },
        },
        {
          table: "consents",
          columns: {
            source_customer_id: "id",
            email: "email_address",
            ...marketing,
            status: { map: "status", values: states, otherwise: "denied" },
            occurred_at: utc("last_changed"),
          },
        },
      ],
    },
    { has: ["emailaddress", "leid", "euid", "opens"], tables: [members] }, // who got one campaign, whatever became of them since
    audience(["unsubtime"], "withdrawn", "UNSUB_TIME"),
    audience(["cleantime"], "suppressed", "CLEAN_TIME"),
    audience(["optintime"], "granted", "CONFIRM_TIME"),
    { has: ["campaignid", "memberid", "combinationid"], tables: [] },
    { has: ["automationemailid", "memberid", "listid"], tables: [] },
    { has: ["memberid", "segmentid"], tables: [] },
    { has: ["id", "listid", "subjectline", "replyto"], tables: [] },
    { has: ["id", "automationid", "subjectline", "delaytype"], tables: [] },
    { has: ["id", "workflowtitle"], tables: [] },
    { has: ["id", "listid", "triggersettings"], tables: [] },
    { has: ["id", "beameraddress", "defaultfromemail"], tables: [] },
    { has: ["id", "listid", "membercount", "type"], tables: [] },
  ],
  { key_space: "mailchimp" },
);
