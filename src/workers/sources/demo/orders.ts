import type { Random } from "../../../shared/base/random.ts";
import { allDays, dayOfYear } from "./calendar.ts";
import { categories, type DemoProduct, saleDepth, season } from "./catalogue.ts";
import { storeCount } from "./names.ts";
import { type DemoPerson, emailOn } from "./people.ts";

export interface DemoLine {
  readonly product: DemoProduct;
  readonly quantity: number;
  readonly listMinor: number;
  readonly priceMinor: number;
  /** Day on which it came back, -1 where it didn't. */
  readonly returnedOn: number;
}
export interface DemoOrder {
  readonly person: DemoPerson | null;
  readonly day: number;
  readonly minute: number;
  readonly isShop: boolean;
  readonly store: number;
  readonly lines: readonly DemoLine[];
  readonly isCancelled: boolean;
  /** What is shown at the till or typed in the shop. */
  readonly email: string;
  readonly showsCard: boolean;
}

export interface DemoLife {
  readonly orders: DemoOrder[];
  readonly endedOn: number;
  readonly isAlive: boolean;
  /** Mean depth of the store-wide reduction on the days of the orders. */
  readonly exposure: number;
}

type Shelves = readonly (readonly DemoProduct[])[];
type Taste = Pick<DemoPerson, "taste" | "priceTier" | "discountSensitivity" | "returnPropensity">;

function chooseLine(random: Random, person: Taste, shelves: Shelves, day: number): DemoLine {
  let left = random.next();
  let category = 0;
  while (category < categories.length - 1 && left > (person.taste[category] ?? 0))
    left -= person.taste[category++] ?? 0;
  const wanted = Math.min(5, Math.max(1, Math.round(person.priceTier + 0.8 * random.normal())));
  const shelf = (shelves[category] ?? []).filter(({ level }) => level === wanted);
  const product = random.pick(shelf.length > 0 ? shelf : (shelves[category] ?? []));
  const list = listPrice(product, day);
  const clearance = random.next() < 0.06 + 0.2 * person.discountSensitivity ? 0.2 : 0;
  const takesSale = random.next() < 0.35 + 0.6 * person.discountSensitivity;
  const cut = Math.max(takesSale ? saleDepth(dayOfYear(day)) : 0, clearance);
  const odds = person.returnPropensity * (categories[category]?.returns ?? 1);
  const returnedOn = random.next() < Math.min(0.85, odds) ? day + 3 + random.below(18) : -1;
  return {
    product,
    quantity: random.next() < 0.12 ? 2 : 1,
    listMinor: list,
    priceMinor: Math.round(list * (1 - cut)),
    returnedOn,
  };
}

/** List prices rise by 4 % each January after the first. */
export function listPrice(product: DemoProduct, day: number): number {
  const rises = day >= 731 ? 2 : day >= 366 ? 1 : 0;
  return Math.round((product.listMinor * 1.04 ** rises) / 5) * 5;
}

function basket(random: Random, person: Taste, options: { mean: number; shelves: Shelves; day: number }): DemoLine[] {
  const size = 1 + Math.min(6, Math.floor(random.exponential(options.mean)));
  return Array.from({ length: size }, () => chooseLine(random, person, options.shelves, options.day));
}

/** A shopper's purchases until they leave or the deliveries end. */
export function live(random: Random, person: DemoPerson, shelves: Shelves): DemoLife {
  const orders: DemoOrder[] = [];
  let day = person.startsOn;
  let endedOn = -1;
  while (day < allDays) {
    orders.push(placeOrder(random, person, shelves, day));
    if (random.next() < 0.04)
      orders.push({ ...placeOrder(random, person, shelves, day), minute: 20 * 60 + random.below(60) });
    if (random.next() < person.dropout) {
      endedOn = day;
      break;
    }
    const wait = Math.min(3000, random.gamma(person.regularity, 1 / (person.ratePerDay * person.regularity)));
    // a quiet season stretches the wait, a sale shortens it, the more so for who waits for sales
    const pull = season(dayOfYear(Math.floor(day + wait))) ** (0.5 + person.discountSensitivity);
    day += Math.ceil(Math.max(1, wait / Math.max(0.5, pull)));
  }
  const exposed = orders.reduce((sum, order) => sum + saleDepth(dayOfYear(order.day)), 0);
  return { orders, endedOn, isAlive: endedOn < 0, exposure: orders.length > 0 ? exposed / orders.length : 0 };
}

function placeOrder(random: Random, person: DemoPerson, shelves: Shelves, day: number): DemoOrder {
  const isShop = random.next() < person.shopShare;
  const showsCard = !isShop && person.isLoyal && random.next() < 0.94;
  const namesEmail = isShop || (!showsCard && random.next() < (person.isLoyal ? 0.3 : 0.75));
  const given = namesEmail ? emailOn(person, day) : "";
  return {
    person,
    day,
    minute: 9 * 60 + random.below(11 * 60),
    isShop,
    store: random.next() < 0.85 ? person.homeStore : 1 + random.below(storeCount),
    lines: basket(random, person, { mean: 1.1 * person.spendLevel, shelves, day }),
    isCancelled: isShop && random.next() < 0.015,
    email: isShop && random.next() < 0.006 ? mistyped(given) : given,
    showsCard,
  };
}

function mistyped(email: string): string {
  return email.replace("example", "exmaple");
}

const nobody: Taste = {
  taste: categories.map(() => 1 / categories.length),
  priceTier: 2.5,
  discountSensitivity: 0.4,
  returnPropensity: 0.02,
};

/** A till sale of somebody who shows nothing. */
export function passer(random: Random, shelves: Shelves): DemoOrder {
  const day = random.below(allDays);
  return {
    person: null,
    day,
    minute: 9 * 60 + random.below(11 * 60),
    isShop: false,
    store: 1 + random.below(storeCount),
    lines: basket(random, nobody, { mean: 0.6, shelves, day }),
    isCancelled: false,
    email: "",
    showsCard: false,
  };
}
