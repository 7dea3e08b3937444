import type { Worth } from "../../../shared/api/contract/source-worth.ts";
import { minorDigits } from "../../../shared/base/money.ts";
import { signed } from "../../format/format.ts";

/** A difference of a metric: "+.004" of an area, money in whole units. */
export function gainText(value: number, metric: string, currency: string): string {
  const isMoney = metric.endsWith("_minor");
  const shown = isMoney ? value / 10 ** minorDigits(currency) : value;
  const text = isMoney ? Math.abs(shown).toFixed(2) : Math.abs(shown).toFixed(4).replace(/^0/, "");
  if (Number(text) === 0) return "0";
  return value < 0 ? `−${text}` : signed(text, value);
}

type Figure = NonNullable<Worth["measured"]>["figures"][number];

/** The main figure of each forecast; those that don't change at all aren't worth a line unless nothing does. */
export function mainFigures(figures: readonly Figure[]): Figure[] {
  const main = [...new Map(figures.toReversed().map((one) => [`${one.target} ${one.model}`, one])).values()].reverse();
  return main.filter(({ low, high }) => low !== 0 || high !== 0);
}

/** The finding over all sources, in one sentence. */
export function worthFinding(sources: readonly Worth[]): string {
  const measured = sources.flatMap(({ source, measured: one }) => (one ? [{ source, verdict: one.verdict }] : []));
  if (measured.length === 0) return "Nothing was measured yet";
  const of = (verdict: string) => measured.filter((one) => one.verdict === verdict);
  const [helping, harming] = [of("helps"), of("harms")];
  const named = (some: readonly { source: string }[]) =>
    some.length <= 3 ? some.map(({ source }) => source).join(", ") : `${some.length} sources`;
  const aside = harming.length > 0 ? `; ${named(harming)} cost${harming.length === 1 ? "s" : ""} some` : "";
  if (helping.length > 0) return `Forecasts are better with ${named(helping)}${aside}`;
  if (harming.length > 0) return `Forecasts are better without ${named(harming)}`;
  return of("no_difference").length + of("not_read").length > 0
    ? "No source but those that everything rests on makes a difference that shows"
    : "Everything rests on these sources";
}
