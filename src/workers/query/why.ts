import { minorDigits } from "../../shared/base/money.ts";
import { agrees, type History, type PurchaseModel } from "./purchase-model.ts";

export interface Driver {
  /** Signed, in the score's own unit. */
  effect: string;
  reason: string;
}
/** The customer in the middle of all buyers: medians of what the models read. */
export interface MedianCustomer {
  readonly history: History;
  readonly spend_minor: number | null;
}

const minus = "\u2212";
const signed = (text: string, value: number) => `${value < 0 ? minus : "+"}${text}`;

export function points(share: number): string {
  return `${signed(String(Math.abs(Math.round(share * 100))), Math.round(share * 100))} pp`;
}
function wholeMoney(minor: number, currency: string): string {
  const major = Math.abs(minor) / 10 ** minorDigits(currency);
  return new Intl.NumberFormat("en", { maximumFractionDigits: major < 10 ? 2 : 0 }).format(major);
}
const number = (value: number) => signed(String(Math.abs(Math.round(value * 100) / 100)), value);
const days = (value: number) => `${signed(String(Math.abs(Math.round(value))), Math.round(value))} d`;

function pace({ x, recency, tAge }: History): string {
  if (x === 0) return `one order day in ${Math.round(tAge)} days`;
  return recency / x < 1.5 ? "an order nearly every day" : `one order per ${Math.round(recency / x)} days`;
}

function silence({ recency, tAge }: History, median: History): string {
  const own = Math.round(tAge - recency);
  return `last order ${own === 0 ? "today" : `${own} days ago`}, median ${Math.round(median.tAge - median.recency)}`;
}

/** Takes the difference to the median customer apart in two steps that add up to it: the own silence at the median's number of
 *  orders, then the own orders and age. */
function steps(
  score: (history: History) => number,
  own: History,
  median: History,
): { orders: number; silence: number } {
  const quiet = own.tAge - own.recency;
  const age = median.x === 0 ? quiet : Math.max(median.tAge, quiet);
  const middle = score({ x: median.x, recency: median.x === 0 ? 0 : age - quiet, tAge: age });
  return { orders: score(own) - middle, silence: middle - score(median) };
}

function drivers(effects: readonly [number, string][], show: (effect: number) => string): Driver[] {
  return effects
    .map(([effect, reason]) => ({ size: Math.abs(effect), effect: show(effect), reason }))
    .filter(({ effect }) => /[1-9]/.test(effect))
    .sort((a, b) => b.size - a.size)
    .map(({ effect, reason }) => ({ effect, reason }));
}

/** Drivers that a model wrote beside its score, as JSON of effect (a share) and words; none where they can't be read. */
export function toldDrivers(text: unknown): Driver[] {
  if (typeof text !== "string") return [];
  const told = JSON.parse(text) as readonly { readonly effect: number; readonly text: string }[];
  return told.map(({ effect, text: reason }) => ({ effect: points(effect), reason }));
}

const correction = "the chance to buy, and how earlier forecasts turned out";

/** A score of the purchase model as the profile has it, beside the published P(alive), by which the model is known again. */
export interface PublishedScore {
  readonly kind: "probability_alive" | "probability_purchase" | "expected_purchases";
  readonly stored: number | null;
  readonly alive: number | null;
}

/** Why a score of the purchase model is what it is, by the model's own formula and, of counts, by what else the tournament let speak;
 *  nothing where that doesn't give the score. */
export function whyPurchases(
  model: PurchaseModel,
  { kind, stored, alive }: PublishedScore,
  own: History,
  median: History,
  horizon: number,
): Driver[] {
  const score = (history: History) =>
    kind === "probability_alive"
      ? model.probabilityAlive(history)
      : kind === "probability_purchase"
        ? model.probabilityPurchase(history, horizon)
        : model.expectedPurchases(history, horizon);
  const isCount = kind === "expected_purchases";
  if (stored === null || !isOwn(model, isCount, { computed: score(own), stored, alive, own })) return [];
  const parts = steps(score, own, median);
  const show = isCount ? number : points;
  return drivers(
    [
      [parts.orders, pace(own)],
      [parts.silence, silence(own, median)],
      [isCount && model.isCorrected ? stored - score(own) : 0, correction],
    ],
    show,
  );
}

interface Known {
  readonly computed: number;
  readonly stored: number;
  readonly alive: number | null;
  readonly own: History;
}

/** Whether a score is this model's: it gives the same, or, where counts are corrected, the same chance to be a customer. */
function isOwn(model: PurchaseModel, isCount: boolean, { computed, stored, alive, own }: Known): boolean {
  return isCount && model.isCorrected ? agrees(model.probabilityAlive(own), alive) : agrees(computed, stored);
}

/** Predicted value is expected purchases × spend: the difference to the median customer by the logarithmic mean, which leaves no
 *  rest (Ang 2005, LMDI), the purchases' part then in proportion to their own two steps. */
export function whyValue(
  model: PurchaseModel,
  value: { stored: number | null; purchases: number | null; alive: number | null },
  own: History,
  median: MedianCustomer,
  horizon: number,
  currency: string,
): Driver[] {
  const score = (history: History) => model.expectedPurchases(history, horizon);
  const before = score(median.history);
  if (!value.stored || !value.purchases || !median.spend_minor || before <= 0) return [];
  if (!isOwn(model, true, { computed: score(own), stored: value.purchases, alive: value.alive, own })) return [];
  const spend = value.stored / value.purchases;
  const middle = before * median.spend_minor;
  const difference = value.stored - middle;
  const mean = Math.abs(difference) < 1e-9 * middle ? middle : difference / Math.log(value.stored / middle);
  const ofPurchases = mean * Math.log(value.purchases / before);
  const parts = steps(score, own, median.history);
  const corrected = model.isCorrected ? value.purchases - score(own) : 0;
  const change = parts.orders + parts.silence + corrected;
  const scale = Math.abs(change) < 1e-12 ? 0 : ofPurchases / change;
  return drivers(
    [
      [parts.orders * scale, pace(own)],
      [parts.silence * scale, silence(own, median.history)],
      [corrected * scale, correction],
      [
        mean * Math.log(spend / median.spend_minor),
        `an expected order brings ${currency} ${wholeMoney(spend, currency)}, the median customer's ${wholeMoney(median.spend_minor, currency)}`,
      ],
    ],
    (effect) => signed(wholeMoney(effect, currency), effect),
  );
}

/** The median waiting time rests on the number of orders and the age alone. */
export function whyNext(model: PurchaseModel, stored: number | null, own: History, median: History): Driver[] {
  const [mine, theirs] = [model.medianWait(own), model.medianWait(median)];
  if (stored === null || !(Math.abs(mine - stored) <= 1) || !Number.isFinite(theirs)) return [];
  return drivers([[mine - theirs, pace(own)]], days);
}
