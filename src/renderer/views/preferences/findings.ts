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
