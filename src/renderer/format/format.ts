import { minorDigits } from "../../shared/base/money.ts";

const locale = "en-GB";
export const unknown = "–";
/** A true minus, and none before a rounded zero. */
const minus = (text: string) => (/[1-9]/.test(text) ? text.replace("-", "−") : text.replace("-", ""));

export function integer(value: number | null | undefined): string {
  return value === null || value === undefined ? unknown : minus(Math.round(value).toLocaleString(locale));
}

/** "1 customer", "1,204 customers"; another plural where one is given. */
export function countOf(value: number, one: string, many = `${one}s`): string {
  return `${integer(value)} ${value === 1 ? one : many}`;
}

export function decimal(value: number | null | undefined, digits = 2): string {
  return value === null || value === undefined
    ? unknown
    : minus(value.toLocaleString(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }));
}

/** 12.4k, 2.31 M: for axes and key figures. */
export function compact(value: number | null | undefined): string {
  if (value === null || value === undefined) return unknown;
  const size = Math.abs(value);
  if (size >= 1e9) return `${integer(value / 1e6)} M`;
  if (size >= 1e6) return minus(`${(value / 1e6).toFixed(size >= 1e7 ? 1 : 2)} M`);
  if (size >= 1e4) return minus(`${(value / 1e3).toFixed(size >= 1e5 ? 0 : 1)} k`);
  return integer(value);
}

export function share(value: number | null | undefined, digits = 1): string {
  return value === null || value === undefined ? unknown : minus(`${(value * 100).toFixed(digits)} %`);
}

/** A chance that is not certain never reads as certain: >99 %, >0.99. */
export function chance(value: number | null | undefined, form: "share" | "decimal"): string {
  if (value === null || value === undefined) return unknown;
  const text = form === "share" ? share(value, 0) : decimal(value);
  if (value < 1 && (text === "100 %" || text === "1.00")) return form === "share" ? ">99 %" : ">0.99";
  if (value > 0 && (text === "0 %" || text === "0.00")) return form === "share" ? "<1 %" : "<0.01";
  return text;
}

/** Minor units in whole units of the currency, as a number for scales and charts. */
export function wholeUnits(minor: number, currency: string): number {
  return minor / 10 ** minorDigits(currency);
}

export interface MoneyScale {
  /** What stands in the header: "GBP k". */
  readonly unit: string;
  /** The number as it is drawn: 1,051,000.00 GBP as 1051 where the unit is GBP k. */
  value(minor: number): number;
  text(minor: number | null | undefined): string;
}

/** One unit and equal decimals for a column of money, by its largest value. */
export function moneyScale(currency: string, largestMinor: number): MoneyScale {
  const size = Math.abs(largestMinor) / 10 ** minorDigits(currency);
  const [by, letter] = size >= 1e8 ? [1e6, " M"] : size >= 1e5 ? [1e3, " k"] : [1, ""];
  const value = (minor: number) => minor / 10 ** minorDigits(currency) / by;
  const digits = by > 1 && size / by < 10 ? 1 : 0;
  return {
    unit: `${currency}${letter}`,
    value,
    text: (minor) => (minor === null || minor === undefined ? unknown : decimal(value(minor), digits)),
  };
}

/** Minor units as whole units of the currency, which stands in the header or label. */
export function money(minor: number | null | undefined, currency: string, isCompact = false): string {
  if (minor === null || minor === undefined) return unknown;
  const value = minor / 10 ** minorDigits(currency);
  return isCompact ? compact(value) : integer(value);
}

/** Exact, with the currency: for single amounts and on hover. */
export function exactMoney(minor: number | null | undefined, currency: string): string {
  if (minor === null || minor === undefined) return unknown;
  return minus(
    `${currency} ${(minor / 10 ** minorDigits(currency)).toLocaleString(locale, { minimumFractionDigits: minorDigits(currency), maximumFractionDigits: minorDigits(currency) })}`,
  );
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** 14 Mar 2025. */
export function day(text: string | null | undefined): string {
  const parts = /^(\d{4})-(\d{2})-(\d{2})/.exec(text ?? "");
  return parts ? `${Number(parts[3])} ${months[Number(parts[2]) - 1]} ${parts[1]}` : unknown;
}

export function month(text: string): string {
  const parts = /^(\d{4})-(\d{2})/.exec(text);
  return parts ? `${months[Number(parts[2]) - 1]} ${parts[1]}` : unknown;
}

export function instant(text: string | null | undefined): string {
  if (!text) return unknown;
  const at = new Date(text.endsWith("Z") || /[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`);
  if (Number.isNaN(at.getTime())) return unknown;
  return `${at.getDate()} ${months[at.getMonth()]} ${at.getFullYear()}, ${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
}

export function seconds(value: number | null | undefined): string {
  if (value === null || value === undefined) return unknown;
  if (value < 9.95) return `${value.toFixed(1)} s`;
  const whole = Math.round(value);
  if (whole < 60) return `${whole} s`;
  return whole < 3600
    ? `${Math.floor(whole / 60)} min ${whole % 60} s`
    : `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`;
}

export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) return unknown;
  if (value >= 1e9) return `${(value / 1e9).toFixed(1)} GB`;
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} MB`;
  return value >= 1e3 ? `${(value / 1e3).toFixed(0)} kB` : `${value} B`;
}

export function signed(text: string, value: number): string {
  return value > 0 ? `+${text}` : text;
}

const words: Readonly<Record<string, string>> = {
  at_risk: "At risk",
  first_seen_later: "First seen later",
  top_1: "Top 1 %",
  top_5: "Top 5 %",
  top_10: "Top 10 %",
  top_25: "Top 25 %",
  own: "Own models",
};

/** A day without its year where the year is plain: 14 Mar. */
export function shortDay(text: string | null | undefined): string {
  return day(text).replace(/ \d{4}$/, "");
}

/** "16 Apr–14 Jul 2026", the first year only where it differs. */
export function period(from: string, to: string): string {
  return `${from.slice(0, 4) === to.slice(0, 4) ? shortDay(from) : day(from)}–${day(to)}`;
}

/** A number on an axis: short, and without decimals that say nothing. */
export function axisText(value: number): string {
  const size = Math.abs(value);
  return (size >= 1e3 && size < 1e4 ? minus(`${(value / 1e3).toFixed(2)} k`) : compact(value))
    .replace(/(\.\d*?)0+( [kM])?$/, "$1$2")
    .replace(/\.( [kM])?$/, "$1");
}

/** A value of the data as people read it: at_risk → At risk. */
export function word(text: string | null | undefined): string {
  if (!text) return unknown;
  return words[text] ?? (text.charAt(0).toUpperCase() + text.slice(1)).replaceAll("_", " ");
}

const reasons: Readonly<Record<string, string>> = {
  not_modelled: "no model for it yet",
  never_bought: "has not bought yet",
  not_scored: "was not scored",
  unproven: "not shown: unproven here",
  outside_population: "is not among those that are scored",
  not_enough_data: "not enough data",
  no_returns_source: "no source of returns",
  no_consents_source: "no source of consents",
  no_categories: "products have no category",
  no_prices: "no product prices",
  no_products: "orders name no products",
  no_brands: "products have no brand",
  no_list_prices: "no list prices or discounts",
  no_channels: "orders name no channel",
  no_rhythm: "buys nothing regularly",
  no_sizes: "lines name no size",
  no_colours: "lines name no colour",
  no_hours: "no source tells hours",
  as_it_happened: "as it happened, so without limits",
  top_brand_not_bought: "the brand hasn’t been bought yet",
  one_depth_only: "days don’t differ in depth",
  no_half: "no depth seen sells half of it reduced",
  no_upper_limit: "an upper limit lies beyond the depths seen",
  of_two: "two products only",
  no_answers: "no messages opened or clicked",
  no_stores: "no orders in a store that is named",
  is_seed: "is one of the best",
  stopped: "no longer bought",
  no_bundles: "no products are bought together often enough",
  no_rhythm_found: "nothing is bought at regular intervals",
  no_settled_lines: "nothing settled yet",
  no_open_lines: "nothing open to come back",
  probably_lapsed: "probably no longer a customer",
  more_than_three_years_away: "more than three years away",
  no_messages: "no e-mails within two years",
  no_visits: "no visit within 90 days",
  no_product_seen: "looked at no product",
  no_advice: "more messages don’t go with more leaving",
  no_rate: "too few who bought after earlier days",
  no_refunds: "no refunds told",
  has_unsubscribed: "has unsubscribed",
  no_campaigns_with_holdout: "no campaign with people kept out",
  no_coupon_campaigns: "no coupon campaign with people kept out",
  no_limits_without_repeat_buyers: "no limits without repeat buyers",
  already_bought_again: "has bought again already",
  no_longer_new: "no longer new",
  not_lapsed: "has not lapsed",
  no_costs: "no costs in the catalogue",
};
export function reason(text: string | null | undefined): string {
  return text ? (reasons[text] ?? text.replaceAll("_", " ")) : "";
}

const leftOut: Readonly<Record<string, string>> = {
  suppressed: "suppressed",
  no_consent: "without consent",
  no_address: "without an address",
  global_holdout: "in the standing holdout",
  contacted_enough: "contacted often enough",
};
/** Why somebody isn't on a list. */
export function leftOutWords(reason: string): string {
  return leftOut[reason] ?? reason.replaceAll("_", " ");
}
