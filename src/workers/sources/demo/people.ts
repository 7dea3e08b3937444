import type { Random } from "../../../shared/base/random.ts";
import { categories, type DemoProduct } from "./catalogue.ts";
import { familyNames, givenNames, streets, towns } from "./names.ts";
import { storeCount } from "./stores.ts";
import { type DemoTraits, makeTraits, rateFactor, spendFactor } from "./traits.ts";

export interface DemoPerson {
  readonly n: number;
  readonly personId: string;
  readonly given: string;
  readonly family: string;
  readonly gender: "female" | "male";
  readonly email: string;
  /** What the address was until `emailChangedOn`; the same where it never changed. */
  readonly formerEmail: string;
  readonly emailChangedOn: number;
  readonly phone: string;
  readonly street: string;
  readonly city: string;
  readonly postcode: string;
  /** Whoever moved: where they lived before, which old records still say. */
  readonly formerStreet: string;
  readonly formerPostcode: string;
  readonly birthDate: string;
  readonly homeStore: number;
  /** Lives with the person before, of the same family name and number. */
  readonly isPartner: boolean;
  /** Never buys, but stands in the CRM. */
  readonly isProspect: boolean;
  /** Day of the first purchase; days counted from the beginning of the history. */
  readonly startsOn: number;
  readonly ratePerDay: number;
  /** Erlang shape of the times between purchases: 1 at random, more is more regular. */
  readonly regularity: number;
  /** Chance of leaving after each purchase. */
  readonly dropout: number;
  readonly taste: readonly number[];
  readonly priceTier: number;
  /** Lines in a basket against the mean. */
  readonly spendLevel: number;
  readonly discountSensitivity: number;
  readonly returnPropensity: number;
  readonly shopShare: number;
  readonly isLoyal: boolean;
  readonly inCrm: boolean;
  /** A second CRM record of the same person. */
  readonly isTwiceInCrm: boolean;
  readonly hasShopAccount: boolean;
  readonly optIn: boolean;
  readonly traits: DemoTraits;
}

export interface PersonOptions {
  readonly n: number;
  /** The whole time that deliveries cover. */
  readonly days: number;
  readonly before: DemoPerson | undefined;
  readonly isProspect: boolean;
  readonly consumables: readonly DemoProduct[];
}

function ascii(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/[^A-Za-z]/g, "")
    .toLowerCase();
}

const hosts = ["example.com", "example.org", "mail.example.net", "post.example.co.uk"] as const;
const two = (k: number) => String(k).padStart(2, "0");

/** One shopper with everything that is true of them. */
export function makePerson(random: Random, options: PersonOptions): DemoPerson {
  const { n, days, before, isProspect } = options;
  const isPartner = before !== undefined && !before.isPartner && !isProspect && random.next() < 0.06;
  const gender = random.next() < 0.68 ? "female" : "male";
  let given = random.pick(givenNames[gender]);
  while (isPartner && given === before?.given) given = random.pick(givenNames[gender]);
  const family = isPartner && before ? before.family : random.pick(familyNames);
  const town = towns[Math.min(towns.length - 1, Math.floor(random.next() ** 1.3 * towns.length))] ?? towns[0];
  const home = {
    street: `${1 + random.below(180)} ${random.pick(streets)}`,
    city: town.city,
    postcode: `${town.district} ${1 + random.below(9)}${random.pick(["AB", "DD", "JX", "LP", "QT", "WN"])}`,
    phone: phoneOf(n),
  };
  const address =
    isPartner && before
      ? {
          street: before.street,
          city: before.city,
          postcode: before.postcode,
          phone: random.next() < 0.6 ? before.phone : home.phone,
        }
      : home;
  const email = `${ascii(given)}.${ascii(family)}${n}@${random.pick(hosts)}`;
  const hasChanged = random.next() < 0.06;
  const hasMoved = !isPartner && random.next() < 0.05;
  const weights = categories.map(() => random.gamma(0.45, 1));
  const total = weights.reduce((sum, value) => sum + value, 0) || 1;
  const isLoyal = !isProspect && random.next() < 0.48;
  const shopShare = random.beta(0.8, 0.8);
  const inCrm = isProspect || random.next() < 0.6;
  const traits = makeTraits(random.split("traits"), options.consumables);
  return {
    n,
    personId: `P${String(n).padStart(6, "0")}`,
    given,
    family,
    gender,
    email,
    formerEmail: hasChanged ? `${ascii(given).slice(0, 1)}${ascii(family)}.${n}@${random.pick(hosts)}` : email,
    emailChangedOn: hasChanged ? Math.floor(random.next() * days) : 0,
    ...address,
    formerStreet: hasMoved ? `${1 + random.below(90)} ${random.pick(streets)}` : address.street,
    formerPostcode: hasMoved ? `BD${1 + random.below(20)} ${1 + random.below(9)}HT` : address.postcode,
    birthDate: `${1945 + random.below(60)}-${two(1 + random.below(12))}-${two(1 + random.below(28))}`,
    homeStore: town.store === 0 ? 1 + random.below(storeCount) : town.store,
    isPartner,
    isProspect,
    startsOn: startDay(random, days),
    ratePerDay: Math.min(0.2, random.gamma(0.9, 1 / 95) * (isLoyal ? rateFactor(traits) : 1)),
    regularity: random.pick([1, 1, 1, 1, 2, 3]),
    dropout: random.beta(0.9, 3) * (traits.habits.length > 0 ? 0.4 : 1),
    taste: weights.map((value) => value / total),
    priceTier: 1 + Math.min(4, Math.floor(random.beta(1.2, 1.2) * 5)),
    spendLevel: Math.exp(0.35 * random.normal() - 0.06) * spendFactor(traits),
    discountSensitivity: random.beta(1.1, 2),
    returnPropensity: random.beta(1.2, 9),
    shopShare,
    isLoyal,
    inCrm,
    isTwiceInCrm: inCrm && !isProspect && random.next() < 0.04,
    hasShopAccount: !isProspect && shopShare > 0.25,
    optIn: random.next() < 0.72,
    traits,
  };
}

/** A shop that had customers when its history begins: a fifth come in the first three months, the others evenly. */
function startDay(random: Random, days: number): number {
  const isEarly = random.next() < 0.2;
  return isEarly ? Math.floor(Math.min(90, days) * random.next() ** 1.5) : Math.floor(random.next() * days);
}

function phoneOf(n: number): string {
  return `0770${String((n * 79_193 + 4_321_987) % 10_000_000).padStart(7, "0")}`;
}

/** The address that a person gives on a day. */
export function emailOn(person: DemoPerson, day: number): string {
  return day < person.emailChangedOn ? person.formerEmail : person.email;
}

/** A number as people write it. */
export function writtenPhone(random: Random, phone: string): string {
  const rest = phone.slice(1);
  switch (random.below(5)) {
    case 0:
      return `+44 ${rest.slice(0, 4)} ${rest.slice(4)}`;
    case 1:
      return `+44${rest}`;
    case 2:
      return `${phone.slice(0, 5)} ${phone.slice(5)}`;
    case 3:
      return `(${phone.slice(0, 5)}) ${phone.slice(5, 8)}-${phone.slice(8)}`;
    default:
      return phone;
  }
}

export function loyaltyCard(person: DemoPerson): string {
  return `L${String(22_000_000 + person.n * 7)}`;
}
