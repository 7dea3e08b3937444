/** What several models answer: the chosen one's figures stand in a table of their own, `chosen_<target>`. */
export const modelTargets = ["purchases", "chance", "value"] as const;
export type ModelTarget = (typeof modelTargets)[number];

/** What one model answers by several methods: its fit takes the chosen one. */
export const methodTargets = ["next_purchase", "category", "product"] as const;
export type MethodTarget = (typeof methodTargets)[number];

export const tournamentTargets = [...modelTargets, ...methodTargets] as const;
export type TournamentTarget = (typeof tournamentTargets)[number];

export const automatic = "auto";

interface Question {
  readonly title: string;
  /** The rule of thumb that losses are multiples of. */
  readonly naive: string;
  /** Parameter that a person fixes the answer by, and its value that leaves it to the tournament. */
  readonly pin: { readonly param: string; readonly free: string };
  readonly note?: string;
}

const chosenModel = (target: ModelTarget) => ({ param: `chosen_${target}.model`, free: automatic });

export const tournamentQuestions: Readonly<Record<TournamentTarget, Question>> = {
  purchases: {
    title: "Purchases and being a customer",
    naive: "x / T × horizon",
    pin: chosenModel("purchases"),
  },
  chance: {
    title: "Chance to buy, or to churn",
    naive: "horizon ÷ (2 × horizon + days since the last purchase)",
    pin: chosenModel("chance"),
    note: "Churn is one less this chance over the same days, ranked and judged alike, so that it has no tournament of its own.",
  },
  value: { title: "Value", naive: "revenue per day × horizon", pin: chosenModel("value") },
  next_purchase: {
    title: "Day of the next purchase",
    naive: "own mean interval after the last purchase, that of all customers after a first one",
    pin: { param: "next_purchase.method", free: "best" },
  },
  category: {
    title: "Category affinity",
    naive: "own most bought categories, then popular ones",
    pin: { param: "category_affinity.method", free: "best" },
  },
  product: {
    title: "Product affinity",
    naive: "own most often bought products, then popular ones",
    pin: { param: "product_affinity.recommender", free: "best" },
  },
};

/** What was fixed among the parameters of a run; "auto" where nothing was. */
export function pinIn(target: TournamentTarget, params: Readonly<Record<string, unknown>> | undefined): string {
  const { param, free } = tournamentQuestions[target].pin;
  const pin = params?.[param];
  return typeof pin === "string" && pin !== free ? pin : automatic;
}

/** Days between rolling cuts and the days after each that are looked at: a cut's outcome is known by the next. */
export const cutsApartDays = 91;
export const judgedDays = 90;
/** Cuts that a choice rests on. */
export const tournamentCuts = 2;

/** A rolling cut, counted back from 1, or the one that all of the published horizon follows. */
export type CutName = number | "horizon";

/** Days from a cut to the end of the week that it is judged at: whole weeks, so that a week of nights has the same cuts. */
export function daysToCut(cut: CutName, horizonDays: number): number {
  return cut === "horizon" ? 7 * Math.ceil(horizonDays / 7) : cutsApartDays * cut;
}

export const naiveName = "naive";
export const stackName = "stack";
export const popularName = "popularity";

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

/** How one method did at a cut: each metric with what it stands for as a loss. A method that is tried with several settings has a trial
 *  for each; the best ones over the cuts are kept. */
export interface MethodTrial {
  readonly method: string;
  readonly settings?: Readonly<Record<string, number>>;
  readonly n: number;
  readonly judged: readonly (TournamentMetric & { readonly loss: number | null })[];
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
  /** What counts are multiplied by, where earlier cuts surely brought fewer, or more, than was told. */
  readonly level?: number;
  /** By what slope forecasts of one-time buyers are turned, where earlier cuts told it. */
  readonly one_time_slope?: number;
  /** Settings that each method did best with, where it was tried with several. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly reason: string;
  readonly left_out: readonly { readonly candidate: string; readonly reason: string }[];
  readonly rows: readonly TournamentRow[];
}

/** The choice as a person's pin leaves it: a model's name or "stack" in the place of what was found, "auto" for what was found. */
export function pinnedChoice(choice: TournamentChoice, pin: string): TournamentChoice {
  if (pin === automatic || pin === choice.chosen) return choice;
  const reason = `Pinned to ${pin}; the tournament itself chose ${choice.chosen}.`;
  const { refined: _, level: __, one_time_slope: ___, ...plain } = choice;
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
