import { join } from "node:path";
import type { Random } from "../../../shared/base/random.ts";
import { toEpochDay } from "../../../shared/base/time.ts";
import type { DemoShop } from "./basket.ts";
import { allDays, clock, dayText, firstDay, trackedFrom } from "./calendar.ts";
import { crmIds } from "./crm.ts";
import { type Dated, deliver } from "./deliver.ts";
import { type DemoLife, type DemoOrder, placeOrder } from "./orders.ts";
import type { DemoPerson } from "./people.ts";
import type { DemoTruth } from "./truth.ts";

interface Campaign {
  readonly id: string;
  readonly on: string;
  readonly channel: "post" | "email";
  readonly people: number;
  readonly controls: number;
  readonly costMinor: number;
  readonly coupon: DemoOrder["coupon"];
  /** What it adds to the chance of a purchase within the window, for whoever is still a customer. */
  readonly uplift: (person: DemoPerson) => number;
}

/** Days after the assignment within which a campaign works. */
export const campaignDays = 30;

const coupon = ({ discountSensitivity, priceTier }: DemoPerson) =>
  discountSensitivity < 0.1 && priceTier > 3 ? -0.35 : 0.02 + 0.5 * discountSensitivity;

const campaigns: readonly Campaign[] = [
  {
    id: "WINTER-LETTER",
    on: "2026-02-10",
    channel: "post",
    people: 2000,
    controls: 0.4,
    costMinor: 95,
    coupon: null,
    uplift: ({ shopShare, spendLevel }) => (shopShare > 0.85 ? 0 : 0.16 * spendLevel * (1 - shopShare)),
  },
  {
    id: "SPRING-COUPON",
    on: "2026-03-17",
    channel: "email",
    people: 2400,
    controls: 0.4,
    costMinor: 2,
    coupon: { code: "SPRING15", share: 0.15 },
    uplift: coupon,
  },
  {
    id: "MAY-POINTS",
    on: "2026-05-12",
    channel: "email",
    people: 1200,
    controls: 0.3,
    costMinor: 2,
    coupon: null,
    uplift: ({ isLoyal, traits }) => (isLoyal ? (traits.tier === "Gold" ? 0.25 : 0.1) : 0),
  },
  {
    id: "JULY-COUPON",
    on: "2026-07-07",
    channel: "email",
    people: 600,
    controls: 0.3,
    costMinor: 2,
    coupon: { code: "SUMMER15", share: 0.15 },
    uplift: coupon,
  },
];

export interface DemoAssignment {
  readonly campaign: Campaign;
  readonly person: DemoPerson;
  readonly isControl: boolean;
  readonly day: number;
  /** What the campaign adds, or would have added, to the chance of a purchase. */
  readonly uplift: number;
}

/** Draws who takes part, and changes what those do who got the campaign: some buy once more, some are put off. */
export function runCampaigns(
  random: Random,
  truths: readonly DemoTruth[],
  shop: DemoShop,
): { truths: readonly DemoTruth[]; assignments: readonly DemoAssignment[] } {
  const all = [...truths];
  const assignments: DemoAssignment[] = [];
  for (const campaign of campaigns) {
    const own = random.split(campaign.id);
    const day = toEpochDay(campaign.on) - toEpochDay(firstDay);
    const eligible = all.filter(({ person, life }) => life !== null && person.inCrm && person.startsOn < day - 7);
    const size = Math.min(campaign.people, Math.floor(eligible.length * 0.7));
    for (const { person, life } of sample(own, eligible, size)) {
      if (!life) continue;
      const isControl = own.next() < campaign.controls;
      const isThere = life.endedOn < 0 || life.endedOn > day;
      const chance = isThere ? Math.min(0.8, campaign.uplift(person)) : 0;
      const window = life.orders.filter((order) => order.day > day && order.day <= day + campaignDays);
      const base = 1 - Math.exp(-person.ratePerDay * campaignDays);
      // who is put off leaves out what they would have bought
      const uplift = chance >= 0 ? chance * (1 - base) : chance * base;
      assignments.push({ campaign, person, isControl, day, uplift: isThere ? uplift : 0 });
      if (isControl) continue;
      const change = own.split(`${person.n}`);
      const orders =
        chance >= 0
          ? moved(change, { person, life, window, day, chance, campaign, shop })
          : change.next() < -chance
            ? life.orders.filter((order) => !window.includes(order))
            : life.orders;
      all[person.n] = { person, life: { ...life, orders } };
    }
  }
  return { truths: all, assignments };
}

interface Moved {
  readonly person: DemoPerson;
  readonly life: DemoLife;
  readonly window: readonly DemoOrder[];
  readonly day: number;
  readonly chance: number;
  readonly campaign: Campaign;
  readonly shop: DemoShop;
}

function moved(random: Random, { person, life, window, day, chance, campaign, shop }: Moved): readonly DemoOrder[] {
  const on = day + 1 + random.below(20);
  if (window.length > 0) {
    // who buys anyway takes the coupon along
    const first = window[0];
    const takes = campaign.coupon !== null && random.next() < 0.3 + 0.5 * person.discountSensitivity;
    return takes
      ? life.orders.map((order) => (order === first ? { ...order, coupon: campaign.coupon } : order))
      : life.orders;
  }
  if (random.next() >= chance || on >= allDays || (life.endedOn >= 0 && on > life.endedOn)) return life.orders;
  const more = { ...placeOrder(random, person, shop, on), coupon: campaign.coupon };
  return [...life.orders, more].sort((a, b) => a.day - b.day || a.minute - b.minute);
}

/** Some of many, each as likely, in their order. */
function sample<T>(random: Random, items: readonly T[], size: number): T[] {
  const found: T[] = [];
  for (const [at, item] of items.entries())
    if (random.next() < (size - found.length) / (items.length - at)) found.push(item);
  return found;
}

const pounds = (minor: number) => (minor / 100).toFixed(2);

/** Who was assigned to which campaign, and what marketing cost. */
export function writeCampaigns(folder: string, assignments: readonly DemoAssignment[]): string[] {
  const rows = assignments.map(
    ({ campaign, person, isControl, day }): Dated => ({
      cells: [
        campaign.id,
        crmIds(person)[0] ?? "",
        isControl ? "control" : campaign.coupon === null ? campaign.channel : "coupon",
        isControl ? "yes" : "no",
        `${dayText(day)} ${clock(8 * 60)}:00`,
      ],
      on: day,
    }),
  );
  const target = {
    header: ["campaign_id", "customer_id", "variant", "is_control", "assigned_at"],
    path: join("campaigns", "campaign_assignments.csv"),
    nightly: "campaign_assignments.csv",
  };
  return [
    ...deliver(folder, target, rows),
    ...deliver(
      folder,
      {
        header: ["date", "channel", "campaign", "cost", "currency"],
        path: join("campaigns", "marketing_costs.csv"),
        nightly: "marketing_costs.csv",
      },
      costs(assignments),
    ),
  ];
}

function costs(assignments: readonly DemoAssignment[]): Dated[] {
  const row = (day: number, channel: string, campaign: string, minor: number): Dated => ({
    cells: [dayText(day), channel, campaign, pounds(minor), "GBP"],
    on: day,
  });
  const search: Dated[] = [];
  for (let day = 6; day < allDays; day += 7) search.push(row(day, "paid_search", "brand", 21_000 + 10 * (day % 90)));
  for (let day = trackedFrom; day < allDays; day += 28) search.push(row(day, "email", "platform", 14_900));
  const own = campaigns.flatMap(({ id, channel, costMinor }) => {
    const reached = assignments.filter(({ campaign, isControl }) => campaign.id === id && !isControl);
    const day = reached[0]?.day;
    return day === undefined ? [] : [row(day, channel, id, reached.length * costMinor + 4000)];
  });
  return [...search, ...own].sort((a, b) => a.on - b.on);
}
