import { join } from "node:path";
import type { Random } from "../../../shared/base/random.ts";
import type { DemoShop } from "./basket.ts";
import { allDays, stamp, toUtc, trackedFrom } from "./calendar.ts";
import type { DemoProduct } from "./catalogue.ts";
import { crmIds } from "./crm.ts";
import { deliver } from "./deliver.ts";
import type { DemoClick } from "./mail.ts";
import type { DemoOrder } from "./orders.ts";
import type { DemoPerson } from "./people.ts";
import type { Cell } from "./tables.ts";
import type { DemoTruth } from "./truth.ts";

/** How a shopper uses the web shop. */
export interface DemoVisitor {
  readonly person: DemoPerson;
  readonly orders: readonly DemoOrder[];
  /** Visits a week without anything in mind. */
  readonly browsing: number;
  /** Visits in the week before a purchase that is coming: how much of what they want they show. */
  readonly intent: number;
  /** Share of the visits in which they are logged in. */
  readonly logsIn: number;
}

const visitors = 500;
const strangers = 150;

export function makeVisitors(random: Random, truths: readonly DemoTruth[]): DemoVisitor[] {
  const ranked = truths
    .filter(
      ({ person, life }) =>
        life !== null && person.hasShopAccount && (life.endedOn < 0 || life.endedOn > trackedFrom - 200),
    )
    .map(({ person, life }) => {
      const own = random.split(`visitor ${person.n}`);
      return { rank: own.next(), own, person, orders: life?.orders ?? [] };
    });
  ranked.sort((a, b) => a.rank - b.rank || a.person.n - b.person.n);
  return ranked.slice(0, visitors).map(({ own, person, orders }) => ({
    person,
    orders,
    browsing: own.gamma(0.7, 0.3),
    intent: own.gamma(2, 0.8),
    logsIn: own.next() < 0.2 ? 0 : own.beta(2, 2.5),
  }));
}

interface Visit {
  readonly minutes: number;
  readonly visitor: string;
  readonly user: string;
  readonly source: { readonly referrer: string; readonly campaign: string };
  readonly device: string;
  readonly steps: readonly { readonly event: string; readonly page: string; readonly sku: string }[];
}

const sources = [
  { referrer: "", campaign: "" },
  { referrer: "www.google.com", campaign: "" },
  { referrer: "www.google.com", campaign: "brand" },
  { referrer: "www.instagram.com", campaign: "" },
] as const;

const view = (product: DemoProduct) => ({
  event: "product_view",
  page: `/p/${product.sku.toLowerCase()}`,
  sku: product.sku,
});
const cart = (product: DemoProduct) => ({ event: "add_to_cart", page: "/basket", sku: product.sku });
const page = (event: string, path: string) => ({ event, page: path, sku: "" });

/** The web tracker's events: visits of some shoppers from day to day and before what they buy, partly logged in, and of people
 *  who never say who they are. */
export function writeWeb(
  folder: string,
  shoppers: readonly DemoVisitor[],
  { clicks, shop, random }: { clicks: readonly DemoClick[]; shop: DemoShop; random: Random },
): string[] {
  const visits = [
    ...shoppers.flatMap((shopper) =>
      visitsOf(shopper, { clicks, shop, random: random.split(`web ${shopper.person.n}`) }),
    ),
    ...passing(shop, random.split("passing")),
  ].filter(({ minutes, steps }) => minutes >= trackedFrom * 1440 && minutes + 2 * steps.length < allDays * 1440);
  visits.sort((a, b) => a.minutes - b.minutes || (a.visitor < b.visitor ? -1 : 1));
  let events = 0;
  const rows = visits.flatMap((visit, session) =>
    visit.steps.map(({ event, page: path, sku }, k) => {
      const minutes = visit.minutes + 2 * k;
      const isTold = visit.user !== "" && (k > 0 || session % 2 === 0);
      const cells: Cell[] = [
        `e${2_000_000 + events++}`,
        stamp(toUtc(minutes), (session * 7 + k * 13) % 60),
        visit.visitor,
        `s${500_000 + session}`,
        isTold ? visit.user : "",
        event === "page_view" ? "page_view" : "struct",
        event,
        path,
        visit.source.referrer,
        visit.source.campaign,
        visit.device,
        sku,
      ];
      return { on: Math.floor(minutes / 1440), cells };
    }),
  );
  const target = {
    header: [
      "event_id",
      "collector_tstamp",
      "domain_userid",
      "domain_sessionid",
      "user_id",
      "event",
      "event_name",
      "page_urlpath",
      "refr_urlhost",
      "mkt_campaign",
      "dvce_type",
      "ti_sku",
    ],
    path: join("web", "web_events.csv"),
    nightly: "web_events.csv",
  };
  return deliver(folder, target, rows);
}

interface Around {
  readonly clicks: readonly DemoClick[];
  readonly shop: DemoShop;
  readonly random: Random;
}

function visitsOf(shopper: DemoVisitor, { clicks, shop, random }: Around): Visit[] {
  const { person, orders } = shopper;
  const user = crmIds(person)[0] ?? "";
  const devices = [
    {
      visitor: `v${(person.n * 7_919 + 17) % 1_000_003}`,
      device: random.pick(["mobile", "mobile", "desktop", "tablet"]),
    },
    { visitor: `v${(person.n * 7_919 + 17) % 1_000_003}b`, device: "desktop" },
  ];
  const visit = (minutes: number, source: Visit["source"], steps: Visit["steps"]): Visit => ({
    minutes,
    ...(devices[random.next() < 0.8 ? 0 : 1] ?? { visitor: "", device: "" }),
    user: random.next() < shopper.logsIn ? user : "",
    source,
    steps,
  });
  const looked = (products: readonly DemoProduct[]) => [page("page_view", "/"), ...products.map(view)];
  const some = (n: number) => Array.from({ length: n }, () => random.pick(random.pick(shop.shelves)));
  const hour = () => (8 + random.below(14)) * 60 + random.below(60);
  const visits: Visit[] = [];
  const since = Math.max(trackedFrom, person.startsOn - 30);
  for (let day = since; day < allDays; day++) {
    if (random.next() >= shopper.browsing / 7) continue;
    const products = some(random.below(3));
    const left = products[0] && random.next() < 0.06 ? [cart(products[0])] : [];
    visits.push(visit(day * 1440 + hour(), random.pick(sources), [...looked(products), ...left]));
  }
  for (const click of clicks) {
    if (click.person !== person) continue;
    visits.push(
      visit(click.minutes, { referrer: "mail", campaign: click.campaign }, looked(some(1 + random.below(2)))),
    );
  }
  for (const order of orders.filter(({ day }) => day >= trackedFrom)) {
    const wanted = order.lines.map(({ product }) => product);
    const before = Math.min(5, Math.floor(random.exponential(shopper.intent)));
    for (let n = 0; n < before; n++) {
      const day = order.day - 1 - random.below(8);
      const products = [random.pick(wanted), ...some(random.below(2))];
      const kept = random.next() < 0.35 ? [cart(products[0] ?? random.pick(wanted))] : [];
      visits.push(visit(day * 1440 + hour(), random.pick(sources), [...looked(products), ...kept]));
    }
    if (!order.isShop) continue;
    const bought = [...new Set(wanted)];
    visits.push(
      visit(Math.max(0, order.day * 1440 + order.minute - 4 * bought.length - 6), random.pick(sources), [
        page("page_view", "/"),
        ...bought.flatMap((product) => [view(product), cart(product)]),
        page("checkout", "/checkout"),
        page("purchase", "/thank-you"),
      ]),
    );
  }
  return visits;
}

/** Visitors who look around and leave. */
function passing(shop: DemoShop, random: Random): Visit[] {
  return Array.from({ length: strangers }, (_, n): Visit => {
    const minutes = (trackedFrom + random.below(allDays - trackedFrom)) * 1440 + (8 + random.below(14)) * 60;
    const products = Array.from({ length: 1 + random.below(3) }, () => random.pick(random.pick(shop.shelves)));
    return {
      minutes,
      visitor: `x${n}`,
      user: "",
      source: random.pick(sources),
      device: random.pick(["mobile", "desktop"]),
      steps: [page("page_view", "/"), ...products.map(view)],
    };
  });
}
