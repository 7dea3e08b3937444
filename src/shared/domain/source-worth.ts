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
const level = 0.05;
type Measured = Omit<SourceWorth, "source" | "verdict">;

const carries = ({ customers, lost }: Measured) => lost > most * customers;

/** The main figure of each forecast that differs at all without the source: what is compared. */
function movedFigures({ figures }: Pick<SourceWorth, "figures">): WorthFigure[] {
  const main = [...new Map(figures.toReversed().map((one) => [`${one.target} ${one.model}`, one])).values()];
  return main.filter(({ low, high }) => low !== 0 || high !== 0);
}

/** How many comparisons are made at once over sources: the main figures that move at all, of all that don't carry the forecasts. */
export function comparisonsOf(measured: readonly Measured[]): number {
  const compared = measured.filter((one) => one.customers > 0 && !carries(one));
  return compared.reduce((sum, one) => sum + movedFigures(one).length, 0);
}

/** The 95 % interval of one comparison widened to one that, with all the others, holds all of them in 95 % of cases, however they hang
 *  together (Dunn 1961, Multiple comparisons among means, JASA 56: level α ÷ m each), on intervals that are near normal. */
export function jointLimits({ gain, low, high }: WorthFigure, comparisons: number): { low: number; high: number } {
  const wider = upperQuantile(level / (2 * Math.max(1, comparisons))) / upperQuantile(level / 2);
  return { low: gain + (low - gain) * wider, high: gain + (high - gain) * wider };
}

/** The standard normal's value that is exceeded with probability p, 0 < p < .5 (Abramowitz & Stegun 26.2.23, error below 4.5e-4). */
function upperQuantile(p: number): number {
  const t = Math.sqrt(-2 * Math.log(p));
  return t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3);
}

/** Whether what was seen says anything: a main figure's joint interval above or below zero, of any target and model. `comparisons`: of this
 *  source and of all that stand beside it. */
export function worthVerdict(measured: Measured, comparisons = comparisonsOf([measured])): WorthVerdict {
  if (measured.customers === 0) return "no_data";
  if (carries(measured)) return "carries";
  if (measured.figures.length === 0) return "no_data";
  const moved = movedFigures(measured).map((one) => jointLimits(one, comparisons));
  if (moved.length === 0) return "not_read";
  if (moved.some(({ low }) => low > 0)) return "helps";
  return moved.some(({ high }) => high < 0) ? "harms" : "no_difference";
}
