import type { Random } from "../../../shared/base/random.ts";
import { categories } from "./catalogue.ts";

export interface DemoPerson {
  readonly personId: string;
  readonly given: string;
  readonly family: string;
  readonly email: string;
  readonly phone: string;
  readonly street: string;
  readonly city: string;
  readonly postcode: string;
  readonly birthDate: string;
  readonly gender: string;
  /** Day of the first purchase; days counted from the beginning of the history. */
  readonly startsOn: number;
  readonly ratePerDay: number;
  readonly dropout: number;
  readonly taste: readonly number[];
  readonly priceTier: number;
  readonly discountSensitivity: number;
  readonly returnPropensity: number;
  readonly shopShare: number;
  readonly isLoyal: boolean;
  readonly inCrm: boolean;
  readonly hasShopAccount: boolean;
  readonly optIn: boolean;
}

const given = ["Imogen", "Oliver", "Amélie", "George", "Noor", "Harry", "Beth", "Jack", "Rosalind", "Imani", "Zoë", "Thomas", "Greta", "Helen", "Arjun", "Sofia", "Liam", "Chloé", "Daniel", "Freya", "Kofi", "Maya", "Ewan", "Isla", "Samuel", "Priya", "Rhys", "Tilda", "Marcus", "Aoife"];
const family = ["Hartley", "Clarke", "Pryce", "Ashworth", "Rahman", "Oyelaran", "Lindqvist", "Okafor", "Müller", "Patel", "O'Neill", "Bennett", "Hughes", "Marsh", "Novák", "Stone", "Whitfield", "García", "Thorne", "Osei", "Llewellyn", "Fisher", "Kaur", "Brennan", "Shaw", "Doyle", "Frost", "Ibrahim", "Lowe", "Sutton"];
const towns = [["Otley", "LS21"], ["Leeds", "LS6"], ["York", "YO1"], ["Harrogate", "HG1"], ["Manchester", "M20"], ["Sheffield", "S10"], ["London", "N16"], ["Bristol", "BS6"], ["Edinburgh", "EH9"], ["Cardiff", "CF11"]] as const;
const streets = ["Mill Lane", "Church Road", "Station Street", "Orchard Close", "High Street", "Park View", "The Crescent", "Victoria Terrace"];

function ascii(text: string): string {
  return text.normalize("NFKD").replaceAll(/[^A-Za-z]/g, "").toLowerCase();
}

/** One shopper with everything that is true of them. */
export function makePerson(random: Random, n: number, historyDays: number): DemoPerson {
  const first = random.pick(given);
  const last = random.pick(family);
  const [city, district] = random.pick(towns);
  const weights = categories.map(() => random.gamma(0.45, 1));
  const total = weights.reduce((sum, value) => sum + value, 0) || 1;
  const year = 1945 + random.below(60);
  const isLoyal = random.next() < 0.45;
  const shopShare = random.beta(0.8, 0.8);
  const day = (k: number) => String(k).padStart(2, "0");
  return {
    personId: `P${String(n).padStart(6, "0")}`,
    given: first,
    family: last,
    email: `${ascii(first)}.${ascii(last)}${n}@${random.pick(["example.com", "example.org", "mail.example.net"])}`,
    phone: `07${String(400_000_000 + ((n * 7919) % 99_999_999)).padStart(9, "0")}`,
    street: `${1 + random.below(180)} ${random.pick(streets)}`,
    city,
    postcode: `${district} ${1 + random.below(9)}${random.pick(["AB", "DD", "JX", "LP", "QT"])}`,
    birthDate: `${year}-${day(1 + random.below(12))}-${day(1 + random.below(28))}`,
    gender: random.next() < 0.68 ? "female" : "male",
    startsOn: Math.floor(random.next() ** 0.85 * (historyDays + 14)),
    ratePerDay: Math.min(0.2, random.gamma(0.9, 1 / 95)),
    dropout: random.beta(0.9, 3),
    taste: weights.map((value) => value / total),
    priceTier: 1 + Math.min(4, Math.floor(random.beta(1.2, 1.2) * 5)),
    discountSensitivity: random.beta(1.1, 2),
    returnPropensity: random.beta(1.2, 9),
    shopShare,
    isLoyal,
    inCrm: random.next() < 0.6,
    hasShopAccount: shopShare > 0.25,
    optIn: random.next() < 0.72,
  };
}

export function loyaltyCard(person: DemoPerson): string {
  return `L${String(22_000_000 + Number(person.personId.slice(1)) * 7)}`;
}
