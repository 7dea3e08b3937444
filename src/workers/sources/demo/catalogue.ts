import type { Random } from "../../../shared/base/random.ts";

export interface DemoProduct {
  readonly sku: string;
  readonly name: string;
  readonly category: string;
  readonly subcategory: string;
  readonly brand: string;
  /** The sizes that it comes in; none for what has no size. */
  readonly sizes: readonly string[];
  readonly colour: string;
  readonly listMinor: number;
  readonly costMinor: number;
  /** 1 cheapest to 5 dearest within its category. */
  readonly level: number;
}

/** UK sizes of clothes and of shoes. */
export const clothingSizes = ["8", "10", "12", "14", "16", "18"] as const;
export const shoeSizes = ["3", "4", "5", "6", "7", "8", "9"] as const;

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

const brands = ["Hollin", "Pike & Moor", "Fennel", "Larch House", "Ostler", "Saltaire Mill", "Wharfe"];
export const colours = ["navy", "oat", "rust", "forest", "white", "black", "rosé", "écru"];
const levels = [0.45, 0.7, 1, 1.5, 2.3];
const perCategory = 30;

/** 240 products without what is used up: five price levels in each category, six products on each. */
export function makeProducts(random: Random): DemoProduct[] {
  return categories.flatMap(({ name, parts, base }, at) =>
    Array.from({ length: perCategory }, (_, n): DemoProduct => {
      const factor = levels[n % levels.length] ?? 1;
      const list = Math.round((base * factor * (0.92 + 0.16 * random.next())) / 50) * 50 - 5;
      const colour = random.pick(colours);
      const brand = random.pick(brands);
      const subcategory = random.pick(parts);
      return {
        sku: `HP-${String(at + 1).padStart(2, "0")}${String(n + 1).padStart(3, "0")}`,
        name: `${brand} ${singular(subcategory.toLowerCase())}, ${colour}`,
        category: name,
        subcategory,
        brand,
        sizes: at < 3 ? clothingSizes : at === 3 ? shoeSizes : [],
        colour,
        listMinor: list,
        costMinor: Math.round(list * (0.38 + 0.1 * random.next())),
        level: 1 + (n % levels.length),
      };
    }),
  );
}

export const usedUp = "Body & laundry";

/** What is used up and bought again. */
export function makeConsumables(random: Random): DemoProduct[] {
  const names = ["Hand soap", "Hand cream", "Bath salts", "Laundry liquid", "Linen spray", "Candle"];
  return names.flatMap((subcategory, at) =>
    [0, 1].map((n): DemoProduct => {
      const list = 795 + at * 200 + n * 400;
      const brand = random.pick(brands);
      return {
        sku: `HP-09${String(at * 2 + n + 1).padStart(3, "0")}`,
        name: `${brand} ${subcategory.toLowerCase()}${n === 0 ? "" : ", large"}`,
        category: usedUp,
        subcategory,
        brand,
        sizes: [],
        colour: "",
        listMinor: list,
        costMinor: Math.round(list * 0.35),
        level: 1 + Math.min(4, Math.floor(at / 2) + n),
      };
    }),
  );
}

/** Products that are bought together, with the chance that who takes the one takes the other too. */
export interface DemoBundle {
  readonly pair: readonly [DemoProduct, DemoProduct];
  readonly chance: number;
}

const paired = [
  { parts: ["Duvet covers", "Sheets"], levels: [2, 3, 4], chance: 0.45 },
  { parts: ["Bath towels", "Hand towels"], levels: [2, 4], chance: 0.5 },
  { parts: ["Cookware", "Tableware"], levels: [3], chance: 0.35 },
  { parts: ["Wool coats", "Scarves"], levels: [3, 5], chance: 0.3 },
  { parts: ["Evening dresses", "Bags"], levels: [3], chance: 0.35 },
] as const;

export function makeBundles(products: readonly DemoProduct[]): DemoBundle[] {
  const find = (part: string, level: number) =>
    products.find((product) => product.subcategory === part && product.level === level);
  return paired.flatMap(({ parts, levels: wanted, chance }) =>
    wanted.flatMap((level): DemoBundle[] => {
      const [one, other] = parts.map((part) => find(part, level));
      return one && other ? [{ pair: [one, other], chance }] : [];
    }),
  );
}

function singular(text: string): string {
  return text.replace(/(?<=ss)es$|(?<!ve|ss)s$/, "").replace(/ves$/, "f");
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
