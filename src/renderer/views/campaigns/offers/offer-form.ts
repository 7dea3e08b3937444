import type { OfferPlan } from "../../../../shared/api/contract/offers.ts";
import type { AssayContract } from "../../../../shared/api/contract.ts";
import type { InputOf } from "../../../../shared/api/operation.ts";

export interface OfferForm {
  /** A saved segment; empty: everybody who has bought. */
  readonly segment: string;
  readonly scope: "category" | "everything";
  /** Percents. */
  readonly depths: readonly number[];
  readonly excluded: readonly string[];
  /** In the currency's whole units; null: no limit. */
  readonly budget: number | null;
  readonly contacts: number | null;
  readonly contactCost: number;
  /** Percent of usual prices, where goods have no cost. */
  readonly margin: number;
  readonly days: number;
  readonly isCapped: boolean;
  readonly messages: number;
  readonly within: number;
}

export const emptyOffers: OfferForm = {
  segment: "",
  scope: "everything",
  depths: [10, 15, 20],
  excluded: [],
  budget: null,
  contacts: null,
  contactCost: 0.02,
  margin: 50,
  days: 30,
  isCapped: false,
  messages: 4,
  within: 30,
};

/** Price cuts that can be ticked, in percent. */
export const offeredDepths = [5, 10, 15, 20, 25, 30, 40, 50] as const;
const mostDepths = 6;

export function offerProblem({
  depths,
  budget,
  contacts,
  margin,
  days,
  contactCost,
  ...form
}: OfferForm): string | null {
  if (depths.length === 0) return "Allow at least one price cut.";
  if (depths.length > mostDepths) return `Allow ${mostDepths} price cuts at most.`;
  if (budget !== null && !(budget >= 0)) return "The budget is an amount of 0 or more.";
  if (contacts !== null && !(Number.isInteger(contacts) && contacts >= 0)) return "Contacts are a whole number.";
  if (!(margin >= 1 && margin <= 100)) return "The margin is 1 to 100 % of usual prices.";
  if (!(Number.isInteger(days) && days >= 1 && days <= 60)) return "An offer stands for 1 to 60 days.";
  if (!(contactCost >= 0)) return "A contact costs 0 or more.";
  if (form.isCapped && !(form.messages >= 1 && form.within >= 1)) return "The cap needs messages and days.";
  return null;
}

type Asked = InputOf<AssayContract["offers.test"]>;

/** The form as the program takes it. */
export function offerInput(brand: string, form: OfferForm, minorDigits: number): Asked {
  const minor = 10 ** minorDigits;
  return {
    brand,
    ...(form.segment === "" ? {} : { segment: form.segment }),
    scope: form.scope,
    depths: form.depths.map((percent) => percent / 100),
    excluded: [...form.excluded],
    ...(form.budget === null ? {} : { budget_minor: Math.round(form.budget * minor) }),
    ...(form.contacts === null ? {} : { contacts: form.contacts }),
    contact_cost_minor: form.contactCost * minor,
    margin_share: form.margin / 100,
    days: form.days,
    ...(form.isCapped ? { cap: { messages: form.messages, days: form.within } } : {}),
  };
}

export function toggled<T>(list: readonly T[], one: T): T[] {
  return list.includes(one) ? list.filter((other) => other !== one) : [...list, one];
}

/** Amounts for the slider: round steps up to all that is worth spending. */
export function budgetScale(mostMinor: number, minorDigits: number): { readonly most: number; readonly step: number } {
  const whole = mostMinor / 10 ** minorDigits;
  if (!(whole > 0)) return { most: 0, step: 1 };
  const rough = 10 ** Math.floor(Math.log10(whole / 50));
  const step = [1, 2, 5, 10].map((factor) => factor * rough).find((one) => whole / one <= 100) ?? 10 * rough;
  return { most: Math.ceil(whole / step) * step, step };
}

/** What a plan rests on, in one sentence. */
export function basisText({ basis, response }: OfferPlan): string {
  const names = response.campaigns.map(({ campaign }) => campaign).join(", ");
  const depth = response.tested_depth === null ? "" : ` at ${Math.round(response.tested_depth * 100)} %`;
  if (basis === "experiment")
    return `An effect: ${names}${depth} kept people out at random, so what it added is known. Other depths and single categories are drawn from it and marked so.`;
  if (basis === "association")
    return "Association, not effect: more is bought in weeks of deeper reductions, but nobody was kept out of one. Run the test before much is given away.";
  return "Nothing tells what a price cut brings: no campaign kept people out, and no more is bought in weeks of deeper reductions. Run the test first.";
}
