import { spelled } from "./generic-tables.ts";
import { found, type Recognise } from "./headings.ts";
import { consentAnswers, keep } from "./proposal.ts";
import { isAttribute, plainHeader } from "./synonyms.ts";

export const suppressions: Recognise = (headings) => {
  const email = headings.find("email");
  if (!email || !/suppress|unsubscrib|do_?not_?(mail|contact)|blocklist|opt_?out/.test(headings.fileName))
    return undefined;
  return found(0.95, [
    {
      table: "consents",
      columns: keep({
        email,
        channel: { value: "email" },
        purpose: { value: "marketing" },
        status: { value: "suppressed" },
        occurred_at: headings.date("occurred_at"),
      }),
    },
  ]);
};

export const consents: Recognise = (headings) => {
  const email = headings.find("email");
  const status = headings.find("consent_status");
  const purpose = headings.find("purpose");
  if (!email || !status || !purpose) return undefined;
  const columns = keep({
    source_customer_id: headings.find("source_customer_id"),
    email,
    channel: headings.find("consent_channel"),
    purpose,
    status,
    occurred_at: headings.date("occurred_at"),
  });
  return found(0.85, [{ table: "consents", columns }]);
};

/** Files of people and firms that buy nothing. */
const others = /employee|staff|personnel|supplier|vendor|seller|shipper|carrier|courier|mitarbeiter|lieferant/;
const buyers = /customer|client|member|user|buyer|shopper|people|person|contact|profile|subscriber|household|crm|kunde/;

const refusals = { true: "withdrawn", yes: "withdrawn", y: "withdrawn", "1": "withdrawn", x: "withdrawn" };
const refusedWords = Object.keys(refusals)
  .flatMap(spelled)
  .map((word) => `'${word}'`)
  .join(", ");

/** Names of what somebody's purchases come to. */
const sum =
  /^(?:previouspurchases|purchaseamount|ordercount|numberoforders|orderscount|totalorders|dayssincelast|daysincelast|lastorderdate|lastpurchase|firstorderdate|recency$|frequency$|monetary|frequencyofpurchases|totalspen|totalpurchases|numpurchases|num\w+purchases|mnt|spendingscore|cashbackamount|customervaluetotal|ordernumtotal|averageorder|avgorder|lifetimevalue|ltv|churn)/;

export const customers: Recognise = (headings) => {
  const person = headings.person();
  const customer = person.source_customer_id ?? person.loyalty_id;
  const email = headings.find("email");
  const header = plainHeader(typeof customer === "string" ? customer : "id");
  const isBare = ["id", "recordid"].includes(header);
  const isLoose = ["person", "user", "uid"].includes(header);
  const telling = ["email", "full_name", "given_name", "family_name", "postcode", "loyalty_id"];
  const isPerson = telling.some(
    (name) =>
      person[name] !== undefined &&
      !(isBare && plainHeader(String(person[name])) === "name" && !buyers.test(headings.fileName)),
  );
  const born = ["gender", "birth_date"].filter((meaning) => headings.has(meaning));
  const sums = headings.names.filter((name) => sum.test(plainHeader(name)));
  const placed = ["city", "region", "country"].filter((meaning) => headings.has(meaning));
  const told = new Set([...headings.rest(person).filter(isAttribute), ...sums, ...born, ...placed]).size;
  const isDescribed =
    told > (buyers.test(headings.fileName) && !isLoose ? 0 : 1) &&
    (!isBare || born.length > 0 || sums.length > 1) &&
    !headings.has("product_id", "order_id", "event_type");
  if (!customer || !(isPerson || isDescribed) || others.test(headings.fileName)) return undefined;
  if (
    sums.length === headings.rest({ customer }).length - 1 &&
    headings.names.some((name) => plainHeader(name) === "t")
  )
    return undefined; // frequency, recency and age of a customer: what models are fitted on
  const accepts = headings.find("accepts_email");
  const said = headings.find("refuses_email");
  const refuses = said !== undefined && /[^\w -]/.test(said) ? undefined : said; // as a condition can name it
  const created = headings.date("created_at");
  const consent = {
    source_customer_id: customer,
    email,
    channel: { value: "email" },
    purpose: { value: "marketing" },
    ...(accepts ? { status: { map: accepts, values: consentAnswers } } : {}),
    occurred_at: created,
  };
  const columns = keep({
    ...person,
    source_customer_id: customer,
    birth_date: headings.date("birth_date"),
    created_at: created,
  });
  const attributes = headings.rest(columns).filter((name) => name !== refuses && isAttribute(name));
  const refused = { ...consent, status: { map: refuses ?? "", values: refusals } };
  return found(
    0.85,
    [
      {
        table: "customers",
        columns: attributes.length > 0 ? { ...columns, attributes: { columns: attributes } } : columns,
      },
      {
        table: "consents",
        ...(refuses ? { where: `${refuses} not in (${refusedWords})` } : {}),
        columns: accepts ? keep(consent) : {},
      },
      {
        table: "consents",
        where: `${refuses} in (${refusedWords})`,
        columns: refuses ? keep({ ...refused, occurred_at: undefined }) : {},
      },
    ],
    [
      ...(sums.length > 0
        ? [
            `A row is a customer with what they did in all (${sums.slice(0, 3).join(", ")}): it says who they are, not what they bought when. Models of purchases need a file with a customer, a date and an amount in each row.`,
          ]
        : []),
      ...(refuses && !accepts
        ? [
            `${refuses} says who doesn't want mail, not who does: map consents.status where the others may be written to.`,
          ]
        : []),
    ],
  );
};

export const addresses: Recognise = (headings) => {
  const email = headings.find("email");
  if (!email || others.test(headings.fileName)) return undefined;
  const columns = keep({
    ...headings.person(),
    source_customer_id: email,
    birth_date: headings.date("birth_date"),
    created_at: headings.date("created_at"),
  });
  return found(0.5, [{ table: "customers", columns }], ["Only an e-mail address was recognised."]);
};
