import type { CampaignResult, CampaignSummary } from "../../../shared/api/contract/campaigns.ts";
import { minorDigits } from "../../../shared/base/money.ts";
import type { Tone } from "../../components/State.tsx";
import { decimal, integer, share, signed, unknown } from "../../format/format.ts";

type Verdict = CampaignResult["verdict"];

const states: Readonly<Record<Verdict, readonly [tone: Tone, word: string]>> = {
  more: ["good", "Earned more"],
  less: ["bad", "Earned less"],
  inconclusive: ["muted", "No sure difference"],
  too_early: ["muted", "Too early to say"],
  not_started: ["muted", "Not started"],
  sample_ratio: ["bad", "Split is off"],
  not_enough_data: ["muted", "Too few to say"],
  no_holdout: ["warn", "Nobody kept out"],
};

export function verdictState(verdict: Verdict): { tone: Tone; word: string } {
  const [tone, word] = states[verdict];
  return { tone, word };
}

/** Money of an effect: small sums keep their pennies. */
export function effectMoney(minor: number, currency: string): string {
  const value = minor / 10 ** minorDigits(currency);
  if (minor === 0) return "0";
  return signed(Math.abs(value) < 100 ? decimal(value) : integer(value), value);
}

export function effectPoints(value: number): string {
  return signed(`${decimal(value * 100, Math.abs(value) < 0.1 ? 2 : 1)} pp`, value);
}

interface Goal {
  readonly goal: CampaignSummary["goal"];
  readonly low: number | null;
  readonly high: number | null;
}

/** The goal's total with its limits: "+3,150 (1,200 to 5,100)". */
export function goalText(
  { goal, low, high, ...totals }: Goal & Pick<CampaignSummary, "incremental_conversions" | "incremental_revenue_minor">,
  currency: string,
): { value: string; limits: string } {
  const of = (one: number | null) =>
    one === null ? unknown : goal === "revenue" ? effectMoney(one, currency) : signed(integer(one), one);
  const value = goal === "revenue" ? totals.incremental_revenue_minor : totals.incremental_conversions;
  return { value: of(value), limits: low === null || high === null ? "" : `(${of(low)} to ${of(high)})` };
}

/** The finding, as a sentence. */
export function findingOf(result: CampaignResult, currency: string): string {
  const { value, limits } = goalText(result, currency);
  const what = result.goal === "revenue" ? `${currency} ${value}` : `${value} buyers`;
  switch (result.verdict) {
    case "more":
      return `The campaign brought ${what} ${limits}`;
    case "less":
      return `The campaign cost ${what} ${limits}`;
    case "inconclusive":
      return `No sure difference: ${what} ${limits}`;
    case "too_early":
      return `Too early after ${integer(result.elapsed_days)} of ${integer(result.days)} days: ${what} ${limits}`;
    case "not_started":
      return "No order after its start is known yet";
    case "sample_ratio":
      return "The groups are not split as planned: nothing can be concluded";
    case "not_enough_data":
      return "Too few people or purchases to tell";
    default:
      return "Nobody was kept out: there is nothing to compare with";
  }
}

const next: Readonly<Record<Verdict, string>> = {
  more: "Zero lies outside the daily-look limits: send it to the rest of the audience.",
  less: "Zero lies outside the daily-look limits: people bought less than without it. Don't send it again to such people.",
  inconclusive:
    "Zero lies within the limits, so nobody is named the winner. A larger audience or a larger part kept out would tell smaller effects.",
  too_early:
    "The limits narrow from day to day. Looking daily does no harm: the wide limits hold for all days together.",
  not_started: "The snapshot ends before the first day that counts. The next run brings the orders.",
  sample_ratio:
    "People went missing from one group more than from the other, or were added. Look at how the list was sent before reading on.",
  not_enough_data:
    "Twenty people in each group and ten buyers are the least; more days or a larger audience bring them.",
  no_holdout: "Keep a part of the audience out the next time: its difference to the rest is what a campaign earns.",
};

export function nextStep(verdict: Verdict): string {
  return next[verdict];
}

/** "1 in 250": a chance that people can picture. */
export function oddsText(p: number | null): string {
  if (p === null) return unknown;
  if (p >= 0.1) return share(p, 0);
  return p <= 0 ? "under 1 in 1,000,000" : `1 in ${integer(Math.min(1_000_000, Math.round(1 / p)))}`;
}
