import type { Random } from "../../../shared/base/random.ts";
import { categories, type DemoProduct, saleDepth, season } from "./catalogue.ts";
import type { DemoPerson } from "./people.ts";

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
}

export interface DemoLife {
  readonly orders: DemoOrder[];
  readonly endedOn: number;
  readonly isAlive: boolean;
  readonly exposure: number;
}

export interface DemoCalendar {
  readonly days: number;
  dayOfYear(day: number): number;
}

function chooseLine(random: Random, person: { taste: readonly number[]; priceTier: number; discountSensitivity: number; returnPropensity: number }, byCategory: readonly (readonly DemoProduct[])[], day: number, calendar: DemoCalendar): DemoLine {
  let left = random.next();
  let category = 0;
  while (category < categories.length - 1 && left > (person.taste[category] ?? 0)) left -= person.taste[category++] ?? 0;
  const wanted = Math.min(5, Math.max(1, Math.round(person.priceTier + 0.8 * random.normal())));
  const shelf = (byCategory[category] ?? []).filter(({ level }) => level === wanted);
  const product = random.pick(shelf.length > 0 ? shelf : (byCategory[category] ?? []));
  const raised = day > calendar.days * 0.55 ? 1.06 : 1;
  const list = Math.round((product.listMinor * raised) / 5) * 5;
  const depth = saleDepth(calendar.dayOfYear(day));
  const clearance = random.next() < 0.06 + 0.2 * person.discountSensitivity ? 0.2 : 0;
  const cut = Math.max(random.next() < 0.35 + 0.6 * person.discountSensitivity ? depth : 0, clearance);
  const odds = person.returnPropensity * (categories[category]?.returns ?? 1);
  const returnedOn = random.next() < Math.min(0.85, odds) ? day + 3 + random.below(18) : -1;
  return { product, quantity: random.next() < 0.12 ? 2 : 1, listMinor: list, priceMinor: Math.round(list * (1 - cut)), returnedOn };
}

/** A shopper's purchases until they leave or the deliveries end. */
export function live(random: Random, person: DemoPerson, byCategory: readonly (readonly DemoProduct[])[], calendar: DemoCalendar): DemoLife {
  const orders: DemoOrder[] = [];
  let day = person.startsOn;
  let exposed = 0;
  let endedOn = calendar.days + 14;
  let isAlive = true;
  while (day < calendar.days + 14) {
    const size = 1 + Math.min(6, Math.floor(random.exponential(1.1)));
    const lines = Array.from({ length: size }, () => chooseLine(random, person, byCategory, day, calendar));
    exposed += saleDepth(calendar.dayOfYear(day)) > 0 ? 1 : 0;
    const isShop = random.next() < person.shopShare;
    orders.push({ person, day, minute: 9 * 60 + random.below(11 * 60), isShop, store: 1 + random.below(4), lines, isCancelled: isShop && random.next() < 0.015 });
    if (random.next() < 0.04) orders.push({ person, day, minute: 20 * 60 + random.below(60), isShop, store: 1, lines: [chooseLine(random, person, byCategory, day, calendar)], isCancelled: false });
    if (random.next() < person.dropout) {
      endedOn = day;
      isAlive = false;
      break;
    }
    let wait = Math.min(3_000, random.exponential(1 / person.ratePerDay));
    // a quiet season stretches the wait, a sale shortens it, the more so for who waits for sales
    const pull = season(calendar.dayOfYear(Math.floor(day + wait))) ** (0.5 + person.discountSensitivity);
    wait = Math.max(1, wait / Math.max(0.5, pull));
    day += Math.ceil(wait);
  }
  return { orders, endedOn, isAlive, exposure: orders.length > 0 ? exposed / orders.length : 0 };
}

/** A till sale of somebody who shows nothing. */
export function passer(random: Random, byCategory: readonly (readonly DemoProduct[])[], calendar: DemoCalendar): DemoOrder {
  const day = random.below(calendar.days + 14);
  const nobody = { taste: categories.map(() => 1 / categories.length), priceTier: 2.5, discountSensitivity: 0.4, returnPropensity: 0.02 };
  const lines = Array.from({ length: 1 + random.below(2) }, () => chooseLine(random, nobody, byCategory, day, calendar));
  return { person: null, day, minute: 9 * 60 + random.below(11 * 60), isShop: false, store: 1 + random.below(4), lines, isCancelled: false };
}
