import { type Cell, writeTable } from "./tables.ts";
import type { AllTruth } from "./truth.ts";

const share = (value: number) => value.toFixed(4);

/** What is true of sizes, places, engagement, campaigns, habits and pairs of products. */
export function writeMoreTruth(
  at: (name: string) => string,
  { truths, readers, visitors, assignments, shop }: AllTruth,
): string[] {
  const people = truths.flatMap(({ person, life }) => (life ? [person] : []));
  const traits = people.map(({ personId, homeStore, isLoyal, traits: own }): Cell[] => [
    personId,
    own.clothingSize,
    own.shoeSize,
    own.colours.join("|"),
    share(own.triesSizes),
    `S${homeStore}`,
    isLoyal ? own.tier : "",
    own.incomeBand,
    own.homeType,
  ]);
  const mail = readers.map((reader): Cell[] => [
    reader.person.personId,
    "email",
    share(reader.opens),
    share(reader.clicks),
    reader.bestHour,
    share(reader.fatigue),
    reader.hasMachineOpens ? 1 : 0,
    reader.mailsPerWeek,
    "",
    "",
    "",
  ]);
  const web = visitors.map((visitor): Cell[] => [
    visitor.person.personId,
    "web",
    ...Array.from({ length: 6 }, () => ""),
    share(visitor.browsing),
    share(visitor.intent),
    share(visitor.logsIn),
  ]);
  const uplift = assignments.map(({ campaign, person, isControl, uplift: effect }): Cell[] => [
    person.personId,
    campaign.id,
    isControl ? 1 : 0,
    share(effect),
  ]);
  const habits = people.flatMap(({ personId, traits: own }) =>
    own.habits.map(({ product, everyDays }): Cell[] => [personId, product.sku, everyDays]),
  );
  const pairs = shop.bundles.map(({ pair, chance }): Cell[] => [pair[0].sku, pair[1].sku, share(chance)]);
  return [
    writeTable(
      at("traits.csv"),
      [
        "person_id",
        "clothing_size",
        "shoe_size",
        "colours",
        "tries_sizes",
        "home_store",
        "tier",
        "income_band",
        "home_type",
      ],
      traits,
    ),
    writeTable(
      at("engagement.csv"),
      [
        "person_id",
        "kind",
        "opens",
        "clicks",
        "best_hour",
        "fatigue",
        "has_machine_opens",
        "mails_per_week",
        "browsing_per_week",
        "intent",
        "logs_in",
      ],
      [...mail, ...web],
    ),
    writeTable(at("uplift.csv"), ["person_id", "campaign_id", "is_control", "uplift"], uplift),
    writeTable(at("replenishment.csv"), ["person_id", "product_id", "every_days"], habits),
    writeTable(at("bundles.csv"), ["product_id", "other_product_id", "chance"], pairs),
  ];
}
