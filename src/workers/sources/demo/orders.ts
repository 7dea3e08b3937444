import type { Random } from "../../../shared/base/random.ts";
import { basket, type DemoLine, type DemoShop, makeLine, type Taste } from "./basket.ts";
import { allDays, dayOfYear } from "./calendar.ts";
import { categories, saleDepth, season } from "./catalogue.ts";
import { type DemoPerson, emailOn } from "./people.ts";
import { otherStore, storeCount } from "./stores.ts";

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
  /** A campaign's code that takes a share off the whole order. */
  readonly coupon: { readonly code: string; readonly share: number } | null;
}

export interface DemoLife {
  readonly orders: readonly DemoOrder[];
  readonly endedOn: number;
  readonly isAlive: boolean;
  /** Mean depth of the store-wide reduction on the days of the orders. */
  readonly exposure: number;
}

/** A shopper's purchases until they leave or the deliveries end. */
export function live(random: Random, person: DemoPerson, shop: DemoShop): DemoLife {
  const orders: DemoOrder[] = [];
  let day = person.startsOn;
  let endedOn = -1;
  while (day < allDays) {
    orders.push(placeOrder(random, person, shop, day));
    if (random.next() < 0.04)
      orders.push({ ...placeOrder(random, person, shop, day), minute: 20 * 60 + random.below(60) });
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
  const exposure = orders.length > 0 ? exposed / orders.length : 0;
  const refills = refill(random.split("refills"), person, { shop, until: endedOn < 0 ? allDays - 1 : endedOn });
  return { orders: withRefills(orders, refills), endedOn, isAlive: endedOn < 0, exposure };
}

/** Orders of what a shopper uses up, in the rhythm of each product. */
function refill(random: Random, person: DemoPerson, { shop, until }: { shop: DemoShop; until: number }): DemoOrder[] {
  return person.traits.habits.flatMap(({ product, everyDays }) => {
    const orders: DemoOrder[] = [];
    let day = person.startsOn + random.below(everyDays);
    while (day <= until) {
      const lines = [{ ...makeLine(random, person, product, day), quantity: 1 }];
      orders.push({ ...placeOrder(random, person, shop, day), lines });
      day += Math.max(7, Math.round(everyDays * (1 + 0.14 * random.normal())));
    }
    return orders;
  });
}

/** What runs out when one shops anyway goes into that basket. */
function withRefills(orders: readonly DemoOrder[], refills: readonly DemoOrder[]): DemoOrder[] {
  const all = [...orders];
  for (const one of refills) {
    const at = all.findIndex(({ day, coupon }) => coupon === null && day >= one.day && day <= one.day + 2);
    const near = all[at];
    if (near && near.lines.length < 8) all[at] = { ...near, lines: [...near.lines, ...one.lines] };
    else all.push(one);
  }
  return all.sort((a, b) => a.day - b.day || a.minute - b.minute);
}

export function placeOrder(random: Random, person: DemoPerson, shop: DemoShop, day: number): DemoOrder {
  const isShop = random.next() < person.shopShare;
  const showsCard = !isShop && person.isLoyal && random.next() < 0.94;
  const namesEmail = isShop || (!showsCard && random.next() < (person.isLoyal ? 0.3 : 0.75));
  const given = namesEmail ? emailOn(person, day) : "";
  return {
    person,
    day,
    minute: 9 * 60 + random.below(11 * 60),
    isShop,
    store: random.next() < 0.85 ? person.homeStore : otherStore(random, person.homeStore),
    lines: basket(random, person, { mean: 1.1 * person.spendLevel, shop, day, isOnline: isShop }),
    isCancelled: isShop && random.next() < 0.015,
    email: isShop && random.next() < 0.006 ? mistyped(given) : given,
    showsCard,
    coupon: null,
  };
}

function mistyped(email: string): string {
  return email.replace("example", "exmaple");
}

const nobody = {
  taste: categories.map(() => 1 / categories.length),
  priceTier: 2.5,
  discountSensitivity: 0.4,
  returnPropensity: 0.02,
};

/** A till sale of somebody who shows nothing. */
export function passer(random: Random, shop: DemoShop): DemoOrder {
  const day = random.below(allDays);
  const traits: Taste["traits"] = { clothingSize: "12", shoeSize: "6", colours: [], triesSizes: 0 };
  return {
    person: null,
    day,
    minute: 9 * 60 + random.below(11 * 60),
    isShop: false,
    store: 1 + random.below(storeCount),
    lines: basket(random, { ...nobody, traits }, { mean: 0.6, shop, day, isOnline: false }),
    isCancelled: false,
    email: "",
    showsCard: false,
    coupon: null,
  };
}
