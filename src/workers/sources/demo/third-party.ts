import { join } from "node:path";
import type { Random } from "../../../shared/base/random.ts";
import { dayText, historyDays } from "./calendar.ts";
import { crmIds } from "./crm.ts";
import { type Dated, deliver } from "./deliver.ts";
import type { DemoPerson } from "./people.ts";

const matched = 1200;

/** What a bought list says of some shoppers: a band of income, right in four of five, and how they live. */
export function writeThirdParty(folder: string, people: readonly DemoPerson[], random: Random): string[] {
  const known = people.filter(({ inCrm, isProspect, startsOn }) => inCrm && !isProspect && startsOn < historyDays);
  const rows = known.flatMap((person, at) => {
    const own = random.split(`third ${person.n}`);
    if (own.next() >= matched / Math.max(matched, known.length)) return [];
    const { incomeBand, homeType } = person.traits;
    const said = own.next() < 0.8 ? incomeBand : own.pick(["A", "B", "C", "D", "E"]);
    const hasMail = at % 2 === 0;
    const row = (name: string, value: string, on: number): Dated => ({
      cells: [crmIds(person)[0] ?? "", hasMail ? person.email : "", "Canvass Data", name, value, dayText(on)],
      on,
    });
    const from = historyDays - 500 + own.below(300);
    const again = own.next() < 0.03 ? [row("income_band", own.pick(["A", "B", "C", "D", "E"]), historyDays + 9)] : [];
    return [row("income_band", said, from), row("home_type", homeType, from), ...again];
  });
  const target = {
    header: ["customer_id", "email", "provider", "attribute", "value", "valid_from"],
    path: join("third_party", "attributes.csv"),
    nightly: "third_party_attributes.csv",
  };
  return deliver(folder, target, rows);
}
