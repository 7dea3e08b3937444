import type { Choices, Preferences } from "../../../shared/api/contract/preferences.ts";
import { share } from "../../format/format.ts";

type Named = Pick<Choices, "rows" | "scored">;

/** The choice that comes first for most customers, and for which part of them. */
export function firstFinding({ rows, scored }: Named, what: string): string {
  const [first] = rows;
  if (!first || scored === 0 || first.first === 0) return `First ${what} of each customer`;
  if (rows.length === 1) return `All of them have one ${what}: ${first.name}`;
  return `${first.name} come${first.name.endsWith("s") ? "" : "s"} first for ${share(first.first / scored, 0)} of customers`;
}

/** How many of those who mostly buy reduced do so because that was on offer. */
export function discountFinding({
  mostly_reduced,
  mostly_reduced_but_usual,
}: Pick<Preferences["discount"], "mostly_reduced" | "mostly_reduced_but_usual">): string {
  if (mostly_reduced < 20) return "Discount affinity beside the raw share";
  const part = mostly_reduced_but_usual / mostly_reduced;
  return part < 0.01
    ? "Whoever buys mostly reduced is keener on it than the average customer"
    : `${share(part, 0)} of those who buy mostly reduced are no keener on it than the average customer`;
}

/** Categories that stand on the screen unasked. */
export const shownCategories = 8;

/** The category whose customers stand highest in price tiers, where two are large enough to be compared. */
export function priceFinding({ rows }: Pick<Preferences["price"], "rows">): string {
  const means = rows
    .slice(0, shownCategories)
    .filter(({ customers, category }) => customers >= 30 && category !== null)
    .map(({ category, tiers, customers }) => ({
      category,
      mean: tiers.reduce((sum, n, at) => sum + n * (at + 1), 0) / customers,
    }));
  if (means.length < 2) return "Price tiers";
  const [most, least] = [
    means.reduce((a, b) => (b.mean > a.mean ? b : a)),
    means.reduce((a, b) => (b.mean < a.mean ? b : a)),
  ];
  return most.mean - least.mean < 0.25
    ? "Price tiers are spread alike over categories"
    : `Taste is dearest in ${most.category}, cheapest in ${least.category}`;
}

/** How many buy by more than one channel can't be told from first choices: what can is how sure they are. */
export function channelFinding({ rows, scored }: Named): string {
  const sure = rows.reduce((sum, { ninety }) => sum + ninety, 0);
  if (rows.length < 2 || scored === 0) return "Channel";
  return `${share(sure / scored, 0)} of customers stay with one channel`;
}

export function productName({ name, product_id }: { name: string | null; product_id: string }): string {
  return name ?? product_id;
}

/** The rule that sells most beyond chance among those that held-out baskets confirm. */
export function bundleFinding({ rows }: Pick<Preferences["bundles"], "rows">): string {
  const first = rows.find(({ is_confirmed }) => is_confirmed);
  if (!first) return "Bought together, not confirmed by later orders";
  const times = first.lift >= 10 ? Math.round(first.lift) : Math.round(first.lift * 10) / 10;
  return `${first.when.map(productName).join(" and ")} with ${productName(first.also)}: ${times} times chance`;
}

export function rhythmFinding({ rows }: Pick<Preferences["rhythms"], "rows">): string {
  const [first] = rows;
  if (!first) return "Bought at regular intervals";
  const days = Math.max(1, Math.round(first.interval_days));
  return `${first.name ?? first.item} is bought every ${days === 1 ? "day" : `${days} days`}`;
}

const busiest = <Slot extends { share: number }>(slots: readonly Slot[]) =>
  slots.reduce<Slot | undefined>((a, b) => (a && a.share >= b.share ? a : b), undefined);

/** The busiest weekday and hour, where one stands out. */
export function timingFinding({ hours, weekdays }: Pick<Preferences["timing"], "hours" | "weekdays">): string {
  const [day, hour] = [busiest(weekdays), busiest(hours)];
  if (!day) return "When customers order";
  const isEven = day.share < 1.15 / 7;
  const at = hour ? `${hour.slot.padStart(2, "0")}:00 is the busiest hour` : "";
  if (isEven) return at ? `${at}; weekdays are alike` : "Orders are spread alike over the week";
  return at ? `${day.slot} is the busiest day, ${at}` : `${day.slot} is the busiest day`;
}

/** How many customers stay with one store. */
export function storeFinding({ rows, scored }: Pick<Preferences["stores"], "rows" | "scored">): string {
  const loyal = rows.reduce((sum, row) => sum + row.loyal, 0);
  if (rows.length < 2 || scored === 0) return "Customers by home store";
  return `${share(loyal / scored, 0)} of store customers stay with one store`;
}
