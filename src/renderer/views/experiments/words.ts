import type { Experiment, MetricComparison } from "../../../shared/api/contract/experiments.ts";
import type { Tone } from "../../components/State.tsx";
import { word } from "../../format/format.ts";

export const stateText: Readonly<Record<Experiment["state"], string>> = {
  planned: "Not run yet",
  ready: "To decide",
  promoted: "Promoted",
  dropped: "Dropped",
};
export const stateTone: Readonly<Record<Experiment["state"], Tone>> = {
  planned: "plain",
  ready: "warn",
  promoted: "good",
  dropped: "muted",
};

const columns: Readonly<Record<string, string>> = {
  lifecycle_stage: "Lifecycle stage",
  value_tier: "Value tier",
  return_risk_band: "Return risk band",
  price_tier: "Price tier",
  top_category: "Top category",
};
export function columnText(column: string): string {
  return columns[column] ?? word(column);
}

/** A value of a parameter, with its unit. */
export function valueText(
  value: unknown,
  spec: { readonly label: string; readonly unit?: string | undefined } | undefined,
): string {
  return `${value}${spec?.unit ? ` ${spec.unit}` : ""}`;
}

/** A variant by what it sets: "Lifecycle stage: new for 30 days"; by its own name where it sets nothing, or what no model has. */
export function variantText(
  variant: string,
  params: Readonly<Record<string, unknown>>,
  specOf: (
    name: string,
  ) => { readonly title: string; readonly spec: { readonly label: string; readonly unit?: string | undefined } } | null,
): string {
  const said = Object.entries(params).map(([name, value]) => {
    const known = specOf(name);
    return (
      known &&
      `${known.title}: ${known.spec.label.charAt(0).toLowerCase()}${known.spec.label.slice(1)} ${valueText(value, known.spec)}`
    );
  });
  return said.length === 0 || said.includes(null) ? variant : said.join("; ");
}

export type MetricOutcome = "better" | "worse" | "same" | "unsure" | "unknown";

/** No winner where each value lies within the other's limits. */
export function outcomeOf({ gain, base, variant }: Pick<MetricComparison, "gain" | "base" | "variant">): MetricOutcome {
  if (gain === null) return "unknown";
  if (gain === 0) return "same";
  const holds = ({ low, high }: MetricComparison["variant"], value: number | null) =>
    value !== null && low !== null && high !== null && low <= value && value <= high;
  if (base && holds(base, variant.value) && holds(variant, base.value)) return "unsure";
  return gain > 0 ? "better" : "worse";
}

/** What the main metrics of a variant come to, in a sentence. */
export function gainText(metrics: readonly MetricComparison[]): string {
  const main = metrics.filter(({ is_main, gain }) => is_main && gain !== null);
  const count = (wanted: MetricOutcome) => main.filter((row) => outcomeOf(row) === wanted).length;
  const [better, worse, unsure] = [count("better"), count("worse"), count("unsure")];
  if (metrics.length === 0) return "No model is judged otherwise than in the current snapshot";
  if (main.length === 0) return "Nothing to hold beside the current snapshot on the same splits";
  if (better === 0 && worse === 0)
    return unsure === 0 ? "The main metrics are as they are" : "No sure difference on the main metrics";
  const of = main.length === 1 ? "its main metric" : `${main.length} main metrics at the cuts`;
  if (worse === 0) return main.length === 1 ? `Better on ${of}` : `Better on ${better} of ${of}`;
  if (better === 0) return main.length === 1 ? `Worse on ${of}` : `Worse on ${worse} of ${of}`;
  return `Better on ${better} and worse on ${worse} of ${of}`;
}

/** The values of a sweep, typed as "0.5, 1, 2": numbers and words. */
export function parseValues(text: string): (number | boolean | string)[] {
  return text
    .split(/[,\s]+/)
    .filter((part) => part !== "")
    .map((part) => {
      if (part === "true" || part === "false") return part === "true";
      return Number.isFinite(Number(part)) ? Number(part) : part;
    });
}
