import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DemoShop } from "./basket.ts";
import { dayText } from "./calendar.ts";
import type { DemoAssignment } from "./campaigns.ts";
import { categories } from "./catalogue.ts";
import { crmIds } from "./crm.ts";
import type { DemoReader } from "./mail.ts";
import { writeMoreTruth } from "./more-truth.ts";
import type { DemoLife } from "./orders.ts";
import { type DemoPerson, loyaltyCard } from "./people.ts";
import { shopAccounts } from "./shop.ts";
import { type Cell, writeTable } from "./tables.ts";
import type { DemoVisitor } from "./web.ts";

export interface DemoTruth {
  readonly person: DemoPerson;
  /** Null for prospects. */
  readonly life: DemoLife | null;
}

export interface AllTruth {
  readonly truths: readonly DemoTruth[];
  readonly readers: readonly DemoReader[];
  readonly visitors: readonly DemoVisitor[];
  readonly assignments: readonly DemoAssignment[];
  readonly shop: DemoShop;
}

const customerHeader = [
  "person_id",
  "is_alive",
  "ended_on",
  "purchases_per_day",
  "regularity",
  "price_tier",
  "spend_level",
  "discount_sensitivity",
  "exposure",
  "return_propensity",
] as const;

/** What is true of the shoppers: who is who in each system, who is still a customer, and what each likes. Several values of a
 *  cell are parted by bars. */
export function writeTruth(folder: string, all: AllTruth): string[] {
  const { truths } = all;
  const at = (name: string) => join(folder, "truth", name);
  mkdirSync(join(folder, "truth"), { recursive: true });
  writeFileSync(at(".assay-truth"), "What is true of the shoppers of a made-up retailer; no delivery.\n");
  const buyers = truths.flatMap(({ person, life }) => (life ? [{ person, life }] : []));
  const taste = buyers.flatMap(({ person }) =>
    categories.map(({ name }, k): Cell[] => [person.personId, name, (person.taste[k] ?? 0).toFixed(4)]),
  );
  return [
    writeTable(
      at("people.csv"),
      ["person_id", "emails", "phone", "loyalty_ids", "crm_ids", "shop_customer_ids", "is_prospect"],
      truths.map(recordsOf),
    ),
    writeTable(
      at("customers.csv"),
      customerHeader,
      buyers.map(({ person, life }) => latents(person, life)),
    ),
    writeTable(at("taste.csv"), ["person_id", "category", "share"], taste),
    ...writeMoreTruth(at, all),
  ];
}

function recordsOf({ person, life }: DemoTruth): Cell[] {
  const emails = new Set(
    [person.email, person.formerEmail, ...(life?.orders ?? []).map(({ email }) => email)].filter(
      (email) => email !== "",
    ),
  );
  const cards = person.isLoyal ? loyaltyCard(person) : "";
  const accounts = shopAccounts(person).map(({ id }) => id);
  return [
    person.personId,
    [...emails].join("|"),
    person.phone,
    cards,
    crmIds(person).join("|"),
    accounts.join("|"),
    person.isProspect ? 1 : 0,
  ];
}

function latents(person: DemoPerson, life: DemoLife): Cell[] {
  const shares = [person.discountSensitivity, life.exposure, person.returnPropensity].map((share) => share.toFixed(4));
  return [
    person.personId,
    life.isAlive ? 1 : 0,
    life.isAlive ? "" : dayText(life.endedOn),
    person.ratePerDay.toFixed(6),
    person.regularity,
    person.priceTier,
    person.spendLevel.toFixed(4),
    ...shares,
  ];
}
