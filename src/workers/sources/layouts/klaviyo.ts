import { consentAnswers, utc } from "../proposal.ts";
import { type FileKind, relational } from "./relational.ts";

const messages: Readonly<Record<string, string>> = {
  "Received Email": "sent",
  "Received SMS": "sent",
  "Delivered Email": "delivered",
  "Opened Email": "opened",
  "Clicked Email": "clicked",
  "Clicked SMS": "clicked",
  "Bounced Email": "bounced",
  "Dropped Email": "bounced",
  Unsubscribed: "unsubscribed",
  "Unsubscribed from Email Marketing": "unsubscribed",
  "Unsubscribed from List": "unsubscribed",
  "Unsubscribed from SMS Marketing": "unsubscribed",
  "Marked Email as Spam": "complained",
};
const listed = Object.keys(messages)
  .map((name) => `'${name}'`)
  .join(", ");

const texted = Object.fromEntries(
  Object.keys(messages).flatMap((name) => (name.includes("SMS") ? [[name, "sms"]] : [])),
);
const person = { source_customer_id: "person_id" };
const message = {
  event_id: "id",
  occurred_at: utc("datetime"),
  ...person,
  channel: { map: "type", values: texted, otherwise: "email" },
  campaign_id: { coalesce: ["campaign_id", "flow_id"] },
  event_type: { map: "type", values: messages },
};

const events: FileKind = {
  has: ["personid", "metricid", "type", "datetime"],
  tables: [
    { table: "message_events", where: `type in (${listed})`, columns: message },
    {
      table: "events",
      where: `type not in (${listed})`,
      columns: {
        event_id: "id",
        occurred_at: utc("datetime"),
        ...person,
        event_type: "type",
        properties: {
          columns: [
            "property_name",
            "property_product_id",
            "property_sku",
            "property_value",
            "property_currency_code",
            "property_title",
            "property_page",
            "property_url",
          ],
        },
      },
    },
    {
      table: "consents",
      where:
        "type in ('Unsubscribed', 'Unsubscribed from Email Marketing', 'Unsubscribed from List', 'Marked Email as Spam')",
      columns: {
        ...person,
        channel: { value: "email" },
        purpose: { value: "marketing" },
        status: { value: "withdrawn" },
        occurred_at: utc("datetime"),
      },
    },
  ],
};

const profile = {
  source_customer_id: { coalesce: ["Klaviyo ID", "id"] },
  email: "email",
  phone: { coalesce: ["phone_number", "Phone Number"] },
  given_name: { coalesce: ["first_name", "First Name"] },
  family_name: { coalesce: ["last_name", "Last Name"] },
  address_line: { coalesce: ["address_1", "Address"] },
  city: "city",
  region: { coalesce: ["region", "State / Region"] },
  postcode: { coalesce: ["zip", "Zip Code"] },
  country: "country",
};
const said = { ...consentAnswers, subscribed: "granted", unsubscribed: "withdrawn", never_subscribed: "denied" };
const consent = {
  source_customer_id: profile.source_customer_id,
  email: "email",
  channel: { value: "email" },
  purpose: { value: "marketing" },
};

/** The tables that loaders copy from Klaviyo, and the list of profiles that it exports. */
export const klaviyo = relational(
  "klaviyo",
  [
    events,
    {
      has: ["id", "email", "phonenumber", "organization", "timezone", "customacceptsmarketing"],
      tables: [
        { table: "customers", columns: { ...profile, created_at: utc("created") } },
        {
          table: "consents",
          where: "custom_accepts_marketing is not null",
          columns: { ...consent, status: { map: "custom_accepts_marketing", values: said } },
        },
      ],
    },
    {
      has: ["id", "email", "phonenumber", "organization", "timezone", "lasteventdate"],
      tables: [{ table: "customers", columns: { ...profile, created_at: utc("created") } }],
    },
    {
      has: ["klaviyoid", "email", "emailmarketingconsent"],
      tables: [
        { table: "customers", columns: { ...profile, created_at: utc("Profile Created On") } },
        {
          table: "consents",
          where: "Email Marketing Consent is not null",
          columns: {
            ...consent,
            status: { map: "Email Marketing Consent", values: said },
            occurred_at: utc("Email Marketing Consent Timestamp"),
          },
        },
      ],
    },
    { has: ["id", "campaigntype", "subject", "emailtemplateid"], tables: [] },
    { has: ["id", "name", "integrationid", "integrationcategory"], tables: [] },
    { has: ["id", "name", "customerfilter", "triggertype"], tables: [] },
  ],
  { key_space: "klaviyo" },
);
