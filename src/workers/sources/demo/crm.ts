import { join } from "node:path";
import type { Random } from "../../../shared/base/random.ts";
import { allDays, dayFirst, dayText, historyDays } from "./calendar.ts";
import { deliver } from "./deliver.ts";
import { type DemoPerson, emailOn, loyaltyCard, writtenPhone } from "./people.ts";
import { type Cell, writeTable } from "./tables.ts";

const crmHeader = [
  "customer_id",
  "first_name",
  "last_name",
  "email",
  "phone",
  "address",
  "city",
  "postcode",
  "country",
  "date_of_birth",
  "gender",
  "email_opt_in",
  "created_at",
] as const;
const loyaltyHeader = [
  "Card number",
  "Full name",
  "E-mail",
  "Mobile",
  "Postcode",
  "Email consent",
  "Member since",
  "Tier",
] as const;

/** Numbers of a person's records in the CRM. */
export function crmIds(person: DemoPerson): string[] {
  if (!person.inCrm) return [];
  const id = `C${50_000 + person.n}`;
  return person.isTwiceInCrm ? [id, `C${900_000 + person.n}`] : [id];
}

/** When a person was first written down anywhere. */
function knownSince(person: DemoPerson): number {
  return person.isProspect ? (person.n * 37) % historyDays : Math.min(person.startsOn, allDays - 1);
}

/** The same people as the CRM and the loyalty scheme know them: other spellings, old addresses, shared and junk contacts. */
export function writePeople(folder: string, people: readonly DemoPerson[], random: Random): string[] {
  const crm = people
    .filter(({ inCrm }) => inCrm)
    .flatMap((person) =>
      crmRows(person, people[person.n - 1], random).map((cells) => ({ cells, on: knownSince(person) })),
    );
  const loyalty = people
    .filter(({ isLoyal }) => isLoyal)
    .map((person) => ({ cells: loyaltyRow(person, random), on: knownSince(person) }));
  const moved = people
    .filter(({ inCrm, formerStreet, street, startsOn }) => inCrm && formerStreet !== street && startsOn < historyDays)
    .slice(0, 40);
  const changes = moved.map((person) => ({
    cells: crmRow(
      person,
      { id: crmIds(person)[0] ?? "", email: person.email, phone: person.phone },
      { isCurrent: true },
    ),
    on: historyDays + (person.n % (allDays - historyDays)),
  }));
  const suppressed = people
    .filter(() => random.next() < 0.012)
    .map((person): Cell[] => [
      random.next() < 0.3 ? person.email.toUpperCase() : person.email,
      dayText(random.below(historyDays)),
      random.pick(["asked by letter", "complaint", "deceased"]),
    ]);
  return [
    ...deliver(
      folder,
      { header: crmHeader, path: join("crm", "customers.csv"), nightly: "customers.csv" },
      [...crm, ...changes],
      { hasBom: true },
    ),
    ...deliver(
      folder,
      { header: loyaltyHeader, path: join("loyalty", "members.csv"), nightly: "members.csv" },
      loyalty,
      { delimiter: "\t" },
    ),
    writeTable(join(folder, "suppressions", "suppression_list.csv"), ["email", "suppressed_on", "reason"], suppressed),
  ];
}

function crmRows(person: DemoPerson, neighbour: DemoPerson | undefined, random: Random): Cell[][] {
  const [first = "", second] = crmIds(person);
  const chance = random.next();
  const family = person.isPartner && neighbour && random.next() < 0.35 ? neighbour.email : undefined;
  const own = emailOn(person, Math.max(0, person.startsOn));
  const junk = person.n % 2 === 0 ? "noreply@example.com" : "test@test.com";
  const email = family ?? (chance < 0.03 ? junk : chance < 0.1 ? ` ${own.toUpperCase()} ` : chance < 0.16 ? "" : own);
  const phone = random.next() < 0.03 ? "01234567" : random.next() < 0.12 ? "" : writtenPhone(random, person.phone);
  const row = crmRow(person, { id: first, email, phone }, { random });
  if (!second) return [row];
  const initial = { ...person, given: `${person.given.slice(0, 1)}.` };
  return [
    row,
    crmRow(
      initial,
      { id: second, email: random.next() < 0.5 ? person.email : "", phone: writtenPhone(random, person.phone) },
      {},
    ),
  ];
}

function crmRow(
  person: DemoPerson,
  contact: { id: string; email: string; phone: string },
  how: { random?: Random; isCurrent?: boolean },
): Cell[] {
  const street = how.isCurrent ? person.street : person.formerStreet;
  const postcode = how.isCurrent ? person.postcode : person.formerPostcode;
  const spelled = (text: string) => (how.random ? misspelled(how.random, text) : text);
  const born = how.random && how.random.next() < 0.0004 ? "31/02/1980" : dayFirst(person.birthDate);
  return [
    contact.id,
    spelled(person.given),
    spelled(person.family),
    contact.email,
    contact.phone,
    street,
    person.city,
    postcode,
    "GB",
    person.isProspect ? "" : born,
    person.gender,
    person.optIn ? "yes" : "no",
    dayText(knownSince(person)),
  ];
}

/** Now and then two letters change places, or one is lost. */
function misspelled(random: Random, text: string): string {
  const chance = random.next();
  if (text.length < 5 || chance > 0.07) return text;
  return chance < 0.045
    ? `${text.slice(0, 2)}${text[3]}${text[2]}${text.slice(4)}`
    : `${text.slice(0, 3)}${text.slice(4)}`;
}

function loyaltyRow(person: DemoPerson, random: Random): Cell[] {
  const since = knownSince(person);
  const name =
    random.next() < 0.06 ? `${person.family.toUpperCase()} ${person.given}` : `${person.given} ${person.family}`;
  return [
    loyaltyCard(person),
    name,
    random.next() < 0.85 ? emailOn(person, since) : "",
    random.next() < 0.9 ? writtenPhone(random, person.phone) : "",
    person.formerPostcode,
    person.optIn ? "Y" : "N",
    dayFirst(dayText(since)),
    person.traits.tier,
  ];
}
