import type { Random } from "../../../shared/base/random.ts";
import { clothingSizes, colours, type DemoProduct, shoeSizes } from "./catalogue.ts";

/** A product that a shopper uses up. */
export interface DemoHabit {
  readonly product: DemoProduct;
  readonly everyDays: number;
}

/** What is true of a shopper beyond what they buy and how often. */
export interface DemoTraits {
  readonly clothingSize: string;
  readonly shoeSize: string;
  readonly colours: readonly string[];
  /** Chance of ordering two sizes of something online to send one back. */
  readonly triesSizes: number;
  readonly habits: readonly DemoHabit[];
  readonly tier: "Bronze" | "Silver" | "Gold";
  /** A to E, A the most. */
  readonly incomeBand: string;
  readonly homeType: string;
}

const incomeBands = ["A", "B", "C", "D", "E"] as const;
const tiers = ["Bronze", "Bronze", "Silver", "Silver", "Gold"] as const;

export function makeTraits(random: Random, consumables: readonly DemoProduct[]): DemoTraits {
  const spread = (sizes: readonly string[]) => {
    const middle = (sizes.length - 1) / 2;
    const at = Math.round(middle + 1.4 * random.normal());
    return sizes[Math.min(sizes.length - 1, Math.max(0, at))] ?? "";
  };
  const favourites = [random.pick(colours), random.pick(colours)];
  const habits = random.next() < 0.045 ? 1 + random.below(2) : 0;
  return {
    clothingSize: spread(clothingSizes),
    shoeSize: spread(shoeSizes),
    colours: [...new Set(favourites)],
    triesSizes: random.beta(0.6, 6),
    habits: Array.from({ length: habits }, () => random.pick(consumables))
      .filter((product, at, all) => all.indexOf(product) === at)
      .map((product) => ({ product, everyDays: 25 + random.below(66) })),
    tier: random.pick(tiers),
    incomeBand: random.pick(incomeBands),
    homeType: random.pick(["house", "house", "flat", "terrace"]),
  };
}

/** How much a tier and an income band add to what one would buy without: little. */
export function rateFactor({ tier }: DemoTraits): number {
  return tier === "Gold" ? 1.25 : tier === "Silver" ? 1 : 0.9;
}
export function spendFactor({ incomeBand }: DemoTraits): number {
  return 1 + 0.07 * (2 - incomeBands.indexOf(incomeBand as (typeof incomeBands)[number]));
}

/** A size next to the own one. */
export function nextSize(random: Random, sizes: readonly string[], own: string): string {
  const at = sizes.indexOf(own);
  const step = random.next() < 0.5 ? -1 : 1;
  return sizes[at + step] ?? sizes[at - step] ?? own;
}
