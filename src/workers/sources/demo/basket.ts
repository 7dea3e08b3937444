import type { Random } from "../../../shared/base/random.ts";
import { dayOfYear } from "./calendar.ts";
import { categories, type DemoBundle, type DemoProduct, saleDepth, shoeSizes } from "./catalogue.ts";
import type { DemoPerson } from "./people.ts";
import { type DemoTraits, nextSize } from "./traits.ts";

export interface DemoLine {
  readonly product: DemoProduct;
  /** Empty where the product has none. */
  readonly size: string;
  readonly quantity: number;
  readonly listMinor: number;
  readonly priceMinor: number;
  /** Day on which it came back, -1 where it didn't. */
  readonly returnedOn: number;
}

export interface DemoShop {
  /** Products by category. */
  readonly shelves: readonly (readonly DemoProduct[])[];
  readonly consumables: readonly DemoProduct[];
  readonly bundles: readonly DemoBundle[];
}

export type Taste = Pick<DemoPerson, "taste" | "priceTier" | "discountSensitivity" | "returnPropensity"> & {
  readonly traits: Pick<DemoTraits, "clothingSize" | "shoeSize" | "colours" | "triesSizes">;
};

const wrongSizeShare = 0.13;
/** What a wrong size adds to the chance of a return. */
const wrongSizeReturns = 0.5;

/** List prices rise by 4 % each January after the first. */
export function listPrice(product: DemoProduct, day: number): number {
  const rises = day >= 731 ? 2 : day >= 366 ? 1 : 0;
  return Math.round((product.listMinor * 1.04 ** rises) / 5) * 5;
}

function chooseProduct(random: Random, person: Taste, shelves: DemoShop["shelves"]): DemoProduct {
  let left = random.next();
  let category = 0;
  while (category < categories.length - 1 && left > (person.taste[category] ?? 0))
    left -= person.taste[category++] ?? 0;
  const wanted = Math.min(5, Math.max(1, Math.round(person.priceTier + 0.8 * random.normal())));
  const all = shelves[category] ?? [];
  const level = all.filter((product) => product.level === wanted);
  const shelf = level.length > 0 ? level : all;
  const liked = shelf.filter(({ colour }) => person.traits.colours.includes(colour));
  return random.pick(liked.length > 0 && random.next() < 0.45 ? liked : shelf);
}

function ownSize({ sizes }: DemoProduct, { traits }: Taste): string {
  return sizes.length === 0 ? "" : sizes === shoeSizes ? traits.shoeSize : traits.clothingSize;
}

/** A line of a product in a size, at the day's price to this shopper. */
export function makeLine(random: Random, person: Taste, product: DemoProduct, day: number): DemoLine {
  const list = listPrice(product, day);
  const clearance = random.next() < 0.06 + 0.2 * person.discountSensitivity ? 0.2 : 0;
  const takesSale = random.next() < 0.35 + 0.6 * person.discountSensitivity;
  const cut = Math.max(takesSale ? saleDepth(dayOfYear(day)) : 0, clearance);
  const own = ownSize(product, person);
  const size = own !== "" && random.next() < wrongSizeShare ? nextSize(random, product.sizes, own) : own;
  const factor = categories.find(({ name }) => name === product.category)?.returns ?? 0;
  const odds = person.returnPropensity * factor * (own === "" ? 1 : 0.75) + (size === own ? 0 : wrongSizeReturns);
  const returnedOn = random.next() < Math.min(0.85, odds) ? day + 3 + random.below(18) : -1;
  return {
    product,
    size,
    quantity: random.next() < 0.12 ? 2 : 1,
    listMinor: list,
    priceMinor: Math.round(list * (1 - cut)),
    returnedOn,
  };
}

/** The wrong size stands first and goes back. */
function bothSizes(random: Random, person: Taste, line: DemoLine, day: number): DemoLine[] {
  const own = ownSize(line.product, person);
  const back = random.next() < 0.93 ? day + 4 + random.below(12) : -1;
  const kept = { ...line, size: own, quantity: 1, returnedOn: -1 };
  return [{ ...kept, size: nextSize(random, line.product.sizes, own), returnedOn: back }, kept];
}

export interface BasketOptions {
  readonly mean: number;
  readonly shop: DemoShop;
  readonly day: number;
  readonly isOnline: boolean;
}

/** What is taken at once: chosen by taste, now and then in two sizes, with what goes with it. */
export function basket(random: Random, person: Taste, { mean, shop, day, isOnline }: BasketOptions): DemoLine[] {
  const size = 1 + Math.min(6, Math.floor(random.exponential(mean)));
  return Array.from({ length: size }, () => {
    const product = chooseProduct(random, person, shop.shelves);
    const line = makeLine(random, person, product, day);
    const isTried = isOnline && product.sizes.length > 0 && random.next() < person.traits.triesSizes;
    return [...(isTried ? bothSizes(random, person, line, day) : [line]), ...withIt(random, person, product)];
  }).flat();

  function withIt(from: Random, who: Taste, product: DemoProduct): DemoLine[] {
    const bundle = shop.bundles.find(({ pair }) => pair.includes(product));
    const other = bundle?.pair.find((one) => one !== product);
    return bundle && other && from.next() < bundle.chance ? [makeLine(from, who, other, day)] : [];
  }
}
