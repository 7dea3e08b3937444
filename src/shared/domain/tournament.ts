/** What several models answer and one is chosen for. */
export const tournamentTargets = ["purchases", "chance", "value"] as const;
export type TournamentTarget = (typeof tournamentTargets)[number];

export const tournamentTitles: Readonly<Record<TournamentTarget, string>> = {
  purchases: "Purchases and being a customer",
  chance: "Chance to buy, or to churn",
  value: "Value",
};

/** Days between rolling cuts and the days after each that are looked at: a cut's outcome is known by the next. */
export const cutsApartDays = 91;
export const judgedDays = 90;
/** Cuts that a choice rests on. */
export const tournamentCuts = 2;

export const naiveName = "naive";
export const stackName = "stack";
export const automatic = "auto";

export interface TournamentMetric {
  readonly metric: string;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** How one candidate did at one cut; `relative` is its loss as a multiple of the naive forecast's. */
export interface TournamentRow {
  readonly candidate: string;
  readonly cut_on: string;
  readonly n: number;
  readonly relative: number | null;
  readonly metrics: readonly TournamentMetric[];
}

/** What a tournament comes to; `ranking` holds the eligible ones, the best first. */
export interface TournamentChoice {
  readonly target: TournamentTarget;
  readonly fit_as_of: string;
  readonly horizon_days: number;
  readonly chosen: string;
  readonly weights: Readonly<Record<string, number>>;
  readonly ranking: readonly string[];
  /** Weights of the combination over all cuts, chosen or not; null where there were too few cuts or candidates. */
  readonly stack_weights: Readonly<Record<string, number>> | null;
  /** The model from whose chance a share of the log odds of buying anything is taken, where that was better. */
  readonly refined?: { readonly model: string; readonly share: number };
  readonly reason: string;
  readonly left_out: readonly { readonly candidate: string; readonly reason: string }[];
  readonly rows: readonly TournamentRow[];
}

/** The choice as a person's pin leaves it: a model's name or "stack" in the place of what was found, "auto" for what was found. */
export function pinnedChoice(choice: TournamentChoice, pin: string): TournamentChoice {
  if (pin === automatic || pin === choice.chosen) return choice;
  const reason = `Pinned to ${pin}; the tournament itself chose ${choice.chosen}.`;
  const { refined: _, ...plain } = choice;
  if (pin === stackName) {
    return choice.stack_weights ? { ...plain, chosen: stackName, weights: choice.stack_weights, reason } : choice;
  }
  return {
    ...plain,
    chosen: pin,
    weights: { [pin]: 1 },
    ranking: [pin, ...choice.ranking.filter((model) => model !== pin)],
    reason,
  };
}
