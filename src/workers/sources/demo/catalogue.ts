import type { Random } from "../../../shared/base/random.ts";

export interface DemoProduct {
  readonly sku: string;
  readonly name: string;
  readonly category: string;
  readonly subcategory: string;
  readonly brand: string;
  readonly size: string;
  readonly colour: string;
  readonly listMinor: number;
  readonly costMinor: number;
  /** 1 cheapest to 5 dearest within its category. */
  readonly level: number;
}

export const categories = [
  { name: "Dresses", parts: ["Day dresses", "Evening dresses"], base: 5500, returns: 1.9 },
  { name: "Knitwear", parts: ["Jumpers", "Cardigans"], base: 4200, returns: 1.0 },
  { name: "Coats", parts: ["Raincoats", "Wool coats"], base: 12_500, returns: 1.2 },
  { name: "Shoes", parts: ["Boots", "Trainers"], base: 7800, returns: 1.5 },
  { name: "Bed linen", parts: ["Duvet covers", "Sheets"], base: 4900, returns: 0.4 },
  { name: "Towels", parts: ["Bath towels", "Hand towels"], base: 1900, returns: 0.3 },
  { name: "Kitchen", parts: ["Cookware", "Tableware"], base: 3100, returns: 0.4 },
  { name: "Accessories", parts: ["Scarves", "Bags"], base: 2600, returns: 0.6 },
] as const;

const brands = ["Hollin", "Pike & Moor", "Fennel", "Larch House", "Ostler"];
const colours = ["navy", "oat", "rust", "forest", "white", "black", "rosé"];
const sizes = ["8", "10", "12", "14", "16", "18"];

/** About 200 products: five price levels in each category, several products on each. */
export function makeProducts(random: Random): DemoProduct[] {
  const products: DemoProduct[] = [];
  for (const [at, { name, parts, base }] of categories.entries()) {
    for (let n = 0; n < 25; n++) {
      const level = 1 + (n % 5);
      const factor = [0.45, 0.7, 1, 1.5, 2.3][level - 1] ?? 1;
      const list = Math.round((base * factor * (0.92 + 0.16 * random.next())) / 50) * 50 - 5;
      const colour = random.pick(colours);
      products.push({
        sku: `HP-${String(at + 1).padStart(2, "0")}${String(n + 1).padStart(3, "0")}`,
        name: `${random.pick(brands)} ${random.pick(parts).toLowerCase().replace(/s$/, "")}, ${colour}`,
        category: name,
        subcategory: random.pick(parts),
        brand: random.pick(brands),
        size: at < 4 ? random.pick(sizes) : "",
        colour,
        listMinor: list,
        costMinor: Math.round(list * (0.38 + 0.1 * random.next())),
        level,
      });
    }
  }
  return products;
}

/** Store-wide reductions: from, to (day numbers of the year, inclusive), depth. */
const sales = [
  { from: 1, to: 20, depth: 0.3 },
  { from: 121, to: 127, depth: 0.15 },
  { from: 176, to: 196, depth: 0.25 },
  { from: 329, to: 333, depth: 0.3 },
] as const;

/** How deep the shop's prices are cut on a day of the year. */
export function saleDepth(dayOfYear: number): number {
  return sales.find(({ from, to }) => dayOfYear >= from && dayOfYear <= to)?.depth ?? 0;
}

/** How much is bought on a day against the mean: Christmas, the sales, quiet Februaries. */
export function season(dayOfYear: number): number {
  const winter = dayOfYear >= 320 && dayOfYear <= 358 ? 1.7 : 1;
  return winter * (1 + 1.2 * saleDepth(dayOfYear)) * (1 - 0.18 * Math.cos(((dayOfYear - 45) / 365) * 2 * Math.PI));
}
