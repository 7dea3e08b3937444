import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  customerId,
  givenOrders,
  lakeRow,
  type Row,
  runPurchases,
  StepBench,
} from "../../../test/support/step-harness.ts";
import { transactions } from "../customers/transactions.ts";
import { campaignMoments } from "./campaign-moments.ts";
import { campaignOutcomes, campaignState, outcomeCampaigns } from "./campaign-outcomes.ts";
import { messageActivity, messageTraining, outcomeMessages } from "./message-activity.ts";
import { messageDays } from "./message-days.ts";
import { webActivity, webDays, webTraining } from "./web-activity.ts";

const [ann, bob, cat] = ["ann", "bob", "cat"].map(customerId) as [string, string, string];
let bench: StepBench;
beforeEach(async () => {
  bench = new StepBench();
  await givenOrders(bench, [
    { order: "1", customer: "ann", at: "2026-01-10 09:00:00", price: 1000 },
    { order: "2", customer: "ann", at: "2026-05-06 09:00:00", price: 3000 },
    { order: "3", customer: "bob", at: "2026-02-10 09:00:00", price: 2000 },
    { order: "4", customer: "bob", at: "2026-07-06 09:00:00", price: 9000 },
    { order: "5", customer: "cat", at: "2026-04-01 09:00:00", price: 500 },
    { order: "6", customer: "cat", at: "2026-05-20 09:00:00", price: 700 },
  ]);
  await bench.given("lake", "products", [lakeRow({ product_id: "p1", category: "Coats", cost_minor: 400 })]);
  await runPurchases(bench);
  await bench.run(transactions);
});
afterEach(() => bench.close());

const message = (customer: string, at: string, kind: string, campaign: string | null, more: Row = {}) => ({
  customer_id: customer,
  occurred_at: at,
  event_type: kind,
  channel: "email",
  ...(campaign === null ? {} : { campaign_id: campaign }),
  ...more,
});

describe("e-mails", () => {
  const events = [
    message(ann, "2026-06-01 08:00:00", "sent", "a"),
    message(ann, "2026-06-01 08:01:00", "opened", "a", { is_machine_open: true }),
    message(ann, "2026-06-03 12:00:00", "opened", "a"),
    message(ann, "2026-06-03 12:01:00", "clicked", "a"),
    message(ann, "2026-06-10 08:00:00", "sent", "b"),
    message(ann, "2026-06-19 08:00:00", "opened", "b"), // later than a week
    message(ann, "2026-06-20 08:00:00", "sent", "c"),
    message(ann, "2026-06-20 09:00:00", "unsubscribed", null),
    message(ann, "2026-07-03 08:00:00", "sent", "d"),
    message(ann, "2026-07-03 09:00:00", "clicked", "d"),
    message(bob, "2026-06-05 08:00:00", "sent", "a"),
    message(bob, "2026-06-05 08:01:00", "opened", "a", { is_machine_open: true }),
  ];
  beforeEach(async () => {
    await bench.given("activity", "message_events", events);
    await bench.run(messageDays);
  });

  test("are told by day, opens by programs apart, answers with the message that they answer", async () => {
    const { message_days } = await bench.run(messageDays);
    const of = (name: string) =>
      message_days?.filter((row) => row.customer_id === ann).map((row) => [row.day, row[name]]);
    expect(of("n_sent")).toEqual([
      ["2026-06-01", 1],
      ["2026-06-03", 0],
      ["2026-06-10", 1],
      ["2026-06-19", 0],
      ["2026-06-20", 1],
    ]);
    expect(of("n_opened")?.map(([, n]) => n)).toEqual([0, 1, 0, 1, 0]);
    expect(of("n_machine_opened")?.map(([, n]) => n)).toEqual([1, 0, 0, 0, 0]);
    expect(of("sent_opened")?.map(([, n]) => n)).toEqual([1, 0, 0, 0, 0]);
    expect(of("sent_left")?.map(([, n]) => n)).toEqual([0, 0, 0, 0, 1]);
  });

  test("count before the next one with weights that fade, and nothing after the day", async () => {
    const { message_activity } = await bench.run(messageActivity);
    const row = message_activity?.find((one) => one.customer_id === ann);
    expect(row).toMatchObject({
      n_sent: 3,
      n_opened: 2,
      n_clicked: 1,
      sent_28: 2,
      sent_7: 0,
      has_left: 1,
      days_since_sent: 11,
    });
    // the next e-mail would come on the day after the last
    const weight = (days: number) => Math.exp(-days / 30);
    expect(row?.sent_decayed_30).toBeCloseTo(weight(30) + weight(21) + weight(11), 5);
    expect(row?.clicked_decayed_30).toBeCloseTo(weight(28), 5);
    expect(message_activity?.find((one) => one.customer_id === bob)).toMatchObject({
      n_sent: 1,
      n_opened: 0,
      has_left: 0,
    });
  });

  test("are learnt from by what was known before each, once their week has passed", async () => {
    const { message_training } = await bench.run(messageTraining);
    const rows = message_training
      ?.filter((row) => row.customer_id === ann)
      .map((row) => [row.days_ago, row.n_sent, row.n_clicked, row.is_opened, row.is_clicked, row.has_left]);
    expect(rows).toEqual([
      [29, 0, 0, 1, 1, 0],
      [20, 1, 1, 0, 0, 0],
      [10, 2, 1, 0, 0, 1],
    ]);
  });

  test("of a cut's future are the first ones only", async () => {
    const { outcome_messages } = await bench.run(outcomeMessages, { asOf: "2026-06-15", horizonDays: 30 });
    expect(outcome_messages).toEqual([
      { customer_id: ann, is_opened: 0, is_clicked: 0, has_left: 1, n_sent: 2, leaves: 1 },
    ]);
  });
});

describe("visits", () => {
  const visit = (customer: string, at: string, kind: string, more: Row = {}) => ({
    customer_id: customer,
    occurred_at: at,
    event_type: kind,
    session_id: at.slice(0, 10),
    ...more,
  });
  beforeEach(async () => {
    await bench.given("activity", "web_events", [
      visit(bob, "2026-03-20 10:00:00", "page_view"),
      visit(bob, "2026-06-28 10:00:00", "page_view"),
      visit(bob, "2026-06-28 10:02:00", "product_view", { product_id: "p1" }),
      visit(bob, "2026-06-28 10:03:00", "add_to_cart", { product_id: "p1" }),
      visit(bob, "2026-07-02 10:03:00", "page_view"),
      visit(cat, "2026-05-15 10:00:00", "page_view"),
      visit(cat, "2026-05-16 10:00:00", "page_view"),
    ]);
    await bench.run(webDays);
  });

  test("are counted in windows, with the category seen last", async () => {
    const { web_activity } = await bench.run(webActivity);
    expect(web_activity?.find((row) => row.customer_id === bob)).toMatchObject({
      visits_1: 0,
      visits_7: 1,
      visits_90: 1,
      products_7: 2,
      carts_30: 1,
      days_since_visit: 2,
      days_since_last_purchase: 140,
      purchases_365: 1,
      last_seen_category: "Coats",
    });
    expect(web_activity?.find((row) => row.customer_id === cat)).toMatchObject({
      visits_90: 2,
      carts_30: 0,
      days_since_cart: null,
      last_seen_category: null,
    });
  });

  test("are learnt from where a month has passed, with what followed", async () => {
    const { web_training } = await bench.run(webTraining);
    const rows = web_training
      ?.filter((row) => row.customer_id === cat)
      .map((row) => [row.days_ago, row.visits_7, row.buys_7, row.buys_30]);
    expect(rows).toEqual([
      [44, 2, 1, 1],
      [37, 0, 0, 0],
      [30, 0, 0, 0],
    ]);
    expect(web_training?.every((row) => (row.days_ago as number) >= 30)).toBe(true);
  });
});

describe("campaigns", () => {
  const drawn = (customer: string, campaign: string, control: boolean, at: string) => ({
    customer_id: customer,
    campaign_id: campaign,
    variant: control ? "control" : "post",
    is_control: control,
    assigned_at: `${at} 09:00:00`,
  });
  beforeEach(async () => {
    await bench.given("activity", "campaign_assignments", [
      drawn(ann, "spring", false, "2026-05-01"),
      drawn(bob, "spring", true, "2026-05-01"),
      drawn(cat, "spring", false, "2026-05-01"),
      drawn(ann, "june", false, "2026-06-20"),
      drawn(bob, "june", true, "2026-06-20"),
      drawn(cat, "nobody kept out", false, "2026-05-01"),
    ]);
  });

  test("that have ended are told with what was known when they were drawn, and what followed", async () => {
    const { campaign_outcomes } = await bench.run(campaignOutcomes);
    expect(campaign_outcomes).toHaveLength(3); // june isn't over, and one kept nobody out
    expect(campaign_outcomes?.[0]).toMatchObject({
      campaign_id: "spring",
      is_treated: 1,
      is_buyer: 1,
      revenue_minor: 3000,
      cost_minor: 400,
      purchases: 1,
      days_since_last_purchase: 111,
      is_coupon: 0,
    });
    expect(campaign_outcomes?.map((row) => row.is_buyer)).toEqual([1, 0, 1]);
    expect(campaign_outcomes?.[0]?.treated_share).toBeCloseTo(2 / 3, 10);
  });

  test("came with a coupon where a code that many contacted used is missing among enough of those kept out", async () => {
    const people = Array.from({ length: 60 }, (_, at) => `person${at}`);
    const isKept = (at: number) => at % 4 === 0;
    const used = people.flatMap((customer, at) => {
      const codes = [...(isKept(at) ? [] : ["ONLY"]), ...(at % 3 === 0 ? ["ALL"] : [])];
      return codes.map((code) => ({ order: `${code}${at}`, customer, code, at: "2026-04-10 09:00:00" }));
    });
    const draw = (name: string, those: readonly number[]) =>
      those.map((at) => drawn(customerId(people[at] ?? ""), name, isKept(at), "2026-04-01"));
    const all = [...people.keys()];
    await givenOrders(bench, used);
    await bench.given(
      "lake",
      "orders",
      used.map(({ order, at, code }) =>
        lakeRow({ order_id: order, ordered_at: at, coupon_code: code, currency: "GBP" }),
      ),
    );
    const few = [0, ...all.filter((at) => !isKept(at))]; // one kept out: that the code is missing there may be chance
    await bench.given("activity", "campaign_assignments", [...draw("many", all), ...draw("few", few)]);
    await runPurchases(bench);
    await bench.run(transactions);
    const { campaign_outcomes } = await bench.run(campaignOutcomes);
    const told = new Map(campaign_outcomes?.map((row) => [row.campaign_id, row.is_coupon]));
    expect(Object.fromEntries(told)).toEqual({ many: 1, few: 0 });
  });

  test("after a cut see what followed them, from what was known before", async () => {
    const { outcome_campaigns } = await bench.run(outcomeCampaigns, { asOf: "2026-06-10", horizonDays: 90 });
    expect(outcome_campaigns?.map((row) => [row.campaign_id, row.is_treated, row.is_buyer, row.purchases])).toEqual([
      ["june", 1, 0, 2],
      ["june", 0, 1, 1],
    ]);
  });

  test("know everybody who had bought as the next one would", async () => {
    const { campaign_state } = await bench.run(campaignState);
    expect(campaign_state?.map((row) => [row.customer_id, row.purchases, row.revenue_365]).sort()).toEqual(
      [
        [ann, 2, 4000],
        [bob, 1, 2000],
        [cat, 2, 1200],
      ].sort(),
    );
  });

  test("have their groups' sums, as far as their days have passed", async () => {
    const { campaign_moments } = await bench.run(campaignMoments);
    const of = (campaign: string, control: number) =>
      campaign_moments?.find((row) => row.campaign_id === campaign && row.is_control === control);
    expect(of("spring", 0)).toMatchObject({
      n: 2,
      n_buyers: 2,
      elapsed_days: 30,
      revenue_y: 3700,
      revenue_yy: 9_490_000,
      revenue_x: 1500,
      revenue_xy: 3000 * 1000 + 700 * 500,
      bought_y: 2,
    });
    expect(of("spring", 1)).toMatchObject({ n: 1, n_buyers: 0, revenue_y: 0, revenue_x: 2000 });
    expect(of("june", 1)).toMatchObject({ elapsed_days: 10, n_buyers: 0 });
  });
});
