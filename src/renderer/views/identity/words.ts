/** What each measure is called, and what it means for the retailer. */
export const measureWords: Readonly<Record<string, readonly [name: string, help: string]>> = {
  records_per_customer: [
    "Records per customer",
    "Records of all sources over customers. Far above the usual, strangers are being joined; near 1, nobody is.",
  ],
  joined_share: ["Records joined", "Share of records that were joined to another record."],
  largest: ["Largest customer", "Records of the customer who has most."],
  over_large: [
    "Over-large customers",
    "Customers of 20 records and more: often a shared address, or a till's own card.",
  ],
  conflicting_share: ["Names in conflict", "Customers whose records disagree on first and on last name."],
  likely_apart_share: [
    "Likely, kept apart",
    "Customers who look like another one at 90 % or more, but a name speaks against it.",
  ],
};

export const ruleWords: Readonly<Record<string, string>> = {
  source_id: "Same id at the source",
  loyalty_id: "Same loyalty card",
  email: "Same e-mail address",
  phone: "Same phone and name",
  likeness: "Alike in all that is known",
  by_hand: "Said by a person",
};

export const attributeWords: Readonly<Record<string, string>> = {
  given_name: "First name",
  family_name: "Last name",
  full_name: "Name",
  birth_date: "Born",
  email: "E-mail",
  phone: "Phone",
  address_line: "Address",
  postcode: "Postcode",
  city: "Town",
  region: "Region",
  country: "Country",
  gender: "Gender",
  loyalty_id: "Loyalty card",
};

/** An agreement in words: "alike (0.92 or more)" is told without its cut. */
export function levelWords(level: string): string {
  return level.replace(/ \(.*\)$/, "");
}
