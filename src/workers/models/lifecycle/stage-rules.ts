import {
  type BtydParams,
  type PurchaseHistory,
  probabilityAlive,
  probabilityOfNone,
} from "../../numeric/buy-till-you-die.ts";
import { compressSummary } from "../../numeric/compress.ts";

/** Stages by level of closeness, the lowest first. */
export const stageLevels = ["lapsed", "at_risk", "cooling", "active"] as const;

/** The least closeness of each level but the lowest, by default, and for how many days somebody is new. */
export const defaultCuts = { new: 60, atRisk: 0.1, cooling: 0.25, active: 0.5 } as const;

/** What earlier cuts told of a retailer's stages, as JSON holds it. */
export interface Ladder {
  /** How far the population's cadence stands in the place of the own one, 0 to 1. */
  readonly cadence_share: number;
  /** Name of each level, the lowest first; levels that bought alike share one. */
  readonly names: readonly string[];
}

export const plainLadder: Ladder = { cadence_share: 0, names: stageLevels };

export interface StageRules {
  readonly params: BtydParams | undefined;
  readonly meanInterval: number;
  readonly newDays: number;
  /** Least closeness of the levels from the second on. */
  readonly cuts: readonly number[];
  readonly horizon: number;
  readonly ladder: Ladder;
}

interface StageHistories {
  readonly frequency: Float64Array;
  readonly recency: Float64Array;
  readonly tAge: Float64Array;
}

/** Mean interval in days of a history, drawn to the population's by two intervals, and by `share` of its logarithm beyond. */
function cadenceOf({ x, recency }: PurchaseHistory, meanInterval: number, share: number): number {
  const own = (recency + 2 * meanInterval) / (x + 2);
  return share > 0 ? own ** (1 - share) * Math.max(1, meanInterval) ** share : own;
}

/** What closeness is made of, whatever the cadence: the chances to be a customer and to buy within the horizon. */
interface Chances {
  readonly alive: number;
  readonly buys: number;
}

export function chancesAt(params: BtydParams, history: PurchaseHistory, horizon: number): Chances {
  const alive = probabilityAlive("mbg_nbd", params, history.x, history.recency, history.tAge);
  return { alive, buys: 1 - probabilityOfNone("mbg_nbd", params, history, horizon) };
}

/** How close somebody is to what an undoubted customer of the same cadence would do: the chance to buy within the horizon over
 *  that of one who surely is a customer. One for whoever keeps to the cadence, falling with every day beyond it. */
export function closenessOf(
  { alive, buys }: Chances,
  history: PurchaseHistory,
  { meanInterval, horizon, share }: { meanInterval: number; horizon: number; share: number },
): number {
  const cadence = Math.max(1, cadenceOf(history, meanInterval, share));
  const onSchedule = -Math.expm1(-horizon / cadence);
  const overdue = Math.max(0, history.tAge - history.recency - cadence) / cadence;
  return Math.min(alive, buys / Math.max(1e-9, onSchedule)) / (1 + 0.15 * overdue);
}

/** Stage of a history and the days since it began. */
function stageOf(rules: StageRules, { x, recency, tAge }: PurchaseHistory): { stage: string; days: number } {
  if (x === 0 && tAge <= rules.newDays) return { stage: "new", days: tAge };
  const { params, meanInterval, horizon, ladder } = rules;
  const share = ladder.cadence_share;
  const since = tAge - recency;
  const cadence = cadenceOf({ x, recency, tAge }, meanInterval, 0);
  const nameAt = (days: number) => {
    const history = { x, recency, tAge: recency + days };
    const value = params
      ? closenessOf(chancesAt(params, history, horizon), history, { meanInterval, horizon, share })
      : Math.exp(-days / (2 * cadence));
    return ladder.names[rules.cuts.filter((cut) => value >= cut).length] ?? "lapsed";
  };
  const levelAt = (days: number) => ladder.names.indexOf(nameAt(days));
  const level = levelAt(since);
  const first = Math.max(firstDayOf(level, since, levelAt), x === 0 ? rules.newDays + 1 : 0);
  return { stage: ladder.names[level] ?? "lapsed", days: Math.max(0, since - first) };
}

/** The first day without a purchase on which the level held, by bisection; levels only fall as days pass. */
function firstDayOf(level: number, since: number, levelAt: (days: number) => number): number {
  let low = 0;
  let high = since;
  if (levelAt(0) <= level) return 0;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (levelAt(middle) <= level) high = middle;
    else low = middle;
  }
  return Math.ceil(high);
}

export function stagesOf(
  rules: StageRules,
  { frequency, recency, tAge }: StageHistories,
  throwIfCancelled: () => void,
): { stage: (string | null)[]; days: Float64Array } {
  const groups = compressSummary(frequency, recency, tAge);
  const found = Array.from(groups.count, (_, at) => {
    if (at % 4096 === 0) throwIfCancelled();
    const history = { x: groups.frequency[at] ?? 0, recency: groups.recency[at] ?? 0, tAge: groups.tAge[at] ?? 0 };
    return stageOf(rules, history);
  });
  return {
    stage: Array.from(groups.group, (at) => found[at]?.stage ?? null),
    days: Float64Array.from(groups.group, (at) => found[at]?.days ?? Number.NaN),
  };
}

/** Days between purchases over all customers; 90 where nobody has bought again. */
export function meanIntervalOf({ frequency, recency }: Pick<StageHistories, "frequency" | "recency">): number {
  // in order of size, so that the order of rows moves no digit
  const sum = (values: Float64Array) =>
    Float64Array.from(values)
      .sort()
      .reduce((total, one) => total + one, 0);
  const repeats = sum(frequency);
  return repeats > 0 ? sum(recency) / repeats : 90;
}

/** Stages of histories of an earlier day by the cuts that nobody has moved, for models that learn from such days. */
export function stagesBefore(
  params: BtydParams,
  histories: StageHistories,
  { horizon, ladder, throwIfCancelled }: { horizon: number; ladder: Ladder; throwIfCancelled: () => void },
): (string | null)[] {
  const cuts = [defaultCuts.atRisk, defaultCuts.cooling, defaultCuts.active];
  const meanInterval = meanIntervalOf(histories);
  const rules = { params, meanInterval, newDays: defaultCuts.new, cuts, horizon, ladder };
  return stagesOf(rules, histories, throwIfCancelled).stage;
}
