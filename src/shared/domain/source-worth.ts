import type { TournamentTarget } from "./tournament.ts";

/** What leaving a source out does to one metric of what stands in the profile, mean over the tournament's splits. */
export interface WorthFigure {
  readonly target: TournamentTarget;
  /** What was chosen ("stack": a combination), or a candidate that learns from features. */
  readonly model: string;
  readonly is_chosen: boolean;
  readonly metric: string;
  /** With every source, and without this one. */
  readonly value: number;
  readonly without: number;
  /** How much better it is with the source (positive: better), with the 95 % interval of the same customers' differences. */
  readonly gain: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
  readonly cuts: number;
}

/** `carries`: without it hardly anybody is known any more, so that there is nothing to hold beside each other; `not_read`: every forecast
 *  is the same without it. */
export type WorthVerdict = "helps" | "harms" | "no_difference" | "not_read" | "carries" | "no_data";

export interface SourceWorth {
  readonly source: string;
  readonly verdict: WorthVerdict;
  readonly figures: readonly WorthFigure[];
  /** Customers of the splits, and those who aren't known without the source. */
  readonly customers: number;
  readonly lost: number;
}

interface WorthBody extends SourceWorth {
  readonly snapshot_id: string;
  readonly as_of: string;
  readonly cost: {
    readonly seconds: number;
    readonly tasks: number;
    readonly reused: number;
    readonly computed: number;
  };
}

export interface WorthEntryBodies {
  source_worth_measured: WorthBody;
}

export interface WorthState {
  /** What each source was last measured to be worth. */
  worth: Map<string, WorthBody & { readonly measured_at: string }>;
}

type Folds = {
  readonly [K in keyof WorthEntryBodies]: (
    state: WorthState,
    body: WorthEntryBodies[K],
    entry: { readonly at: string },
  ) => void;
};

export const worthFolds: Folds = {
  source_worth_measured: (state, body, { at }) => {
    state.worth.set(body.source, { ...body, measured_at: at });
  },
};

const most = 0.5;

/** Whether what was seen says anything: a main metric's interval above or below zero, of any target and model. The first metric of each
 *  counts where the forecasts differ at all; with several of them one is likelier to differ by chance, so their level is shared
 *  (Bonferroni), on intervals that are near normal. */
export function worthVerdict({ figures, customers, lost }: Omit<SourceWorth, "source" | "verdict">): WorthVerdict {
  if (customers === 0) return "no_data";
  if (lost > most * customers) return "carries";
  const main = [...new Map(figures.toReversed().map((one) => [`${one.target} ${one.model}`, one])).values()];
  if (main.length === 0) return "no_data";
  const moved = main.filter(({ low, high }) => low !== 0 || high !== 0);
  if (moved.length === 0) return "not_read";
  // quantiles of the normal distribution at .05 shared by one, two, three, ... two-sided tests
  const z = [1.96, 2.2414, 2.394, 2.4977, 2.5758, 2.6383, 2.6901][Math.min(7, moved.length) - 1] ?? 2.6901;
  const wider = (end: number, gain: number) => gain + ((end - gain) * z) / 1.96;
  if (moved.some(({ gain, low }) => wider(low, gain) > 0)) return "helps";
  return moved.some(({ gain, high }) => wider(high, gain) < 0) ? "harms" : "no_difference";
}
