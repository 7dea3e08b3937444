import { describe, expect, test } from "vitest";
import { campaignGroups, engagementTables } from "../../../test/support/engagement.ts";
import { createRandom } from "../../shared/base/random.ts";
import type { ColumnTable } from "../../shared/domain/column.ts";
import { defaultsOf } from "../../shared/domain/params.ts";
import { fitLogistic, logisticChances } from "../numeric/logistic.ts";
import { emailPropensity } from "./engagement/email-propensity.ts";
import { unsubscribeRisk } from "./engagement/unsubscribe-risk.ts";
import { webIntent } from "./engagement/web-intent.ts";
import { campaignLift } from "./measurement/campaign-lift.ts";
import { programmeLift } from "./measurement/programme-lift.ts";
import { uplift } from "./measurement/uplift.ts";
import { discountUplift } from "./preferences/discount-uplift.ts";
import { numbers, texts } from "./tables.ts";

const context = { horizonDays: 365, purchaseHorizonDays: 90, seed: 1, throwIfCancelled: () => undefined };
const nothing: ColumnTable = { rows: 0, columns: {} };
const people = Array.from({ length: 150 }, (_, at) => ({ at, id: String(at).padStart(20, "0") }));
const tables = engagementTables(people);
const at = (name: string) => tables[name] ?? nothing;

describe("without what they need", () => {
  const activity = { activity: at("message_activity") };
  test.each([
    [emailPropensity, activity, "not_enough_data"],
    [unsubscribeRisk, activity, "not_enough_data"],
    [webIntent, { activity: at("web_activity") }, "not_enough_data"],
    [uplift, { state: at("campaign_state") }, "no_campaigns_with_holdout"],
    [discountUplift, { state: at("campaign_state") }, "no_coupon_campaigns"],
  ] as const)("$0.name says so of everybody", (model, inputs, why) => {
    const params = defaultsOf(model.params);
    const fitted = model.fit({ ...inputs, rows: nothing }, params, context);
    expect(fitted).toBeNull();
    const scores = model.score(inputs, fitted, params, context);
    expect(scores.rows).toBe(people.length);
    expect(new Set(texts(scores, "reason").map((one) => one ?? why))).toEqual(new Set([why]));
    expect(numbers(scores, "enough_data").every((one) => one === 0)).toBe(true);
    expect(model.needs).toMatch(/campaigns|events/);
  });
});

describe("unsubscribing", () => {
  test("is likelier the more e-mails come, and the advice keeps it bearable", () => {
    const random = createRandom(2, "leaving");
    const base = at("message_training");
    const n = 6_000;
    const sent = Float64Array.from({ length: n }, () => random.below(13));
    const rows: ColumnTable = {
      rows: n,
      columns: {
        ...Object.fromEntries(Object.keys(base.columns).map((name) => [name, new Float64Array(n).fill(3)])),
        sent_28: sent,
        has_left: sent.map((count) => (random.next() < 0.004 * Math.exp(0.25 * count) ? 1 : 0)),
      },
    };
    const inputs = {
      activity: {
        ...rows,
        columns: {
          ...rows.columns,
          customer_id: Array.from(sent, (_, row) => String(row)),
          has_left: new Float64Array(n),
        },
      },
    };
    const fitted = unsubscribeRisk.fit({ ...inputs, rows }, {}, context);
    const scores = unsubscribeRisk.score(inputs, fitted, { most_risk: 0.05 }, context);
    const risk = numbers(scores, "unsubscribe_risk");
    const mean = (count: number) => {
      const own = Array.from(risk).filter((_, row) => sent[row] === count);
      return own.reduce((sum, one) => sum + one, 0) / own.length;
    };
    expect(mean(12)).toBeGreaterThan(3 * mean(1));
    const advised = numbers(scores, "advised_messages_28")[0] ?? 0;
    const looser =
      numbers(unsubscribeRisk.score(inputs, fitted, { most_risk: 0.2 }, context), "advised_messages_28")[0] ?? 0;
    expect(advised).toBeGreaterThan(0);
    expect(looser).toBeGreaterThan(advised);
  });

  test("logistic regression finds the slopes that made the data", () => {
    const random = createRandom(6, "logistic");
    const x = Float64Array.from({ length: 20_000 }, () => 5 + 2 * random.normal());
    const y = x.map((one) => (random.next() < 1 / (1 + Math.exp(-(-2 + 0.8 * (one - 5)))) ? 1 : 0));
    const fit = fitLogistic([x], y, 0.01);
    expect(fit.converged).toBe(true);
    expect((fit.slopes[0] ?? 0) / (fit.standard.spreads[0] ?? 1)).toBeCloseTo(0.8, 1);
    expect(logisticChances(fit, [Float64Array.from([5])])[0]).toBeCloseTo(1 / (1 + Math.exp(2)), 1);
  });
});

describe("campaigns that a source tells of", () => {
  const scores = campaignLift.score({ groups: campaignGroups() }, null, { kept_out: 0 }, context);
  const row = (campaign: string, variant: string) =>
    texts(scores, "campaign_id").findIndex((one, at) => one === campaign && texts(scores, "variant")[at] === variant);
  const value = (name: string, campaign: string, variant = "all") =>
    numbers(scores, name)[row(campaign, variant)] ?? Number.NaN;

  test("have a line for all contacted, and for each message where there are two", () => {
    expect(texts(scores, "campaign_id").map((one, at) => `${one} ${texts(scores, "variant")[at]}`)).toEqual([
      "all all",
      "letter all",
      "coupon all",
      "coupon a",
      "coupon b",
    ]);
    expect(value("incremental_conversions", "letter")).toBeCloseTo(
      value("n_contacted", "letter") * (numbersOf("letter", 0) - numbersOf("letter", 1)),
      6,
    );
    expect(texts(scores, "verdict")[row("letter", "all")]).toBe("more");
    expect(texts(scores, "verdict")[row("coupon", "all")]).toBe("too_early");
    expect(texts(scores, "reason")[row("all", "all")]).toBe("no_holdout");
    expect(value("sample_ratio_p", "letter")).toBeGreaterThan(0.9);
    expect(
      numbers(campaignLift.score({ groups: campaignGroups() }, null, { kept_out: 0.1 }, context), "sample_ratio_p")[1],
    ).toBeLessThan(1e-6);
  });

  test("are narrowed by the year before", () => {
    const [width] = campaignLift.evaluate({ groups: campaignGroups() }, scores, {} as never, null, {}, context);
    expect(width?.metric).toBe("interval_width");
    expect(width?.value).toBeLessThan(1);
    expect(width?.value).toBeGreaterThan(0.5);
  });

  test("add up to a programme whose limits are wider than each one's", () => {
    const found = programmeLift.score({ groups: campaignGroups() }, null, {}, context);
    expect(texts(found, "until_campaign")).toEqual(["letter"]); // the other one is still running
    const [low, high] = ["programme_revenue_minor_low", "programme_revenue_minor_high"].map(
      (name) => numbers(found, name)[0] ?? 0,
    );
    expect(numbers(found, "programme_revenue_minor")[0]).toBeCloseTo(value("incremental_revenue_minor", "letter"), 6);
    expect((high ?? 0) - (low ?? 0)).toBeGreaterThan(
      value("incremental_revenue_minor_high", "letter") - value("incremental_revenue_minor_low", "letter"),
    );
  });

  function numbersOf(campaign: string, control: number): number {
    const groups = campaignGroups();
    const at = texts(groups, "campaign_id").findIndex(
      (one, row) => one === campaign && numbers(groups, "is_control")[row] === control,
    );
    return (numbers(groups, "bought_y")[at] ?? 0) / (numbers(groups, "n")[at] ?? 1);
  }
});
