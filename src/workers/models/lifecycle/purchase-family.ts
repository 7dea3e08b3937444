import { type BtydFit, fitBtyd } from "../../numeric/btyd-fit.ts";
import {
  type BtydParams,
  expectedPurchases,
  type PurchaseHistory,
  probabilityAlive,
  probabilityOfNone,
  purchaseDistribution,
  type Variant,
} from "../../numeric/buy-till-you-die.ts";
import { countLimits } from "../../numeric/intervals.ts";
import { paretoDistribution } from "../../numeric/pareto-distribution.ts";
import {
  discountedLifetime,
  type ParetoParams,
  paretoAlive,
  paretoMoments,
  paretoNone,
} from "../../numeric/pareto-nbd.ts";
import { fitPareto } from "../../numeric/pareto-nbd-fit.ts";
import type { PurchaseFit } from "../../numeric/purchase-fit.ts";
import {
  type RegularParams,
  type RegularVariant,
  regularForecast,
  regularNone,
} from "../../numeric/regular-purchases.ts";
import { fitRegular } from "../../numeric/regular-purchases-fit.ts";

/** What a model says of one history. */
export interface Forecast {
  readonly alive: number;
  readonly mean: number;
  readonly sd: number;
  /** 80 % limits of the count. */
  readonly low: number;
  readonly high: number;
  /** Chance of none within the horizon, and of one or more within the nearer one. */
  readonly none: number;
  readonly buysSoon: number;
}

export interface PurchaseModel {
  readonly forecast: (history: PurchaseHistory, horizon: number, soon: number) => Forecast;
  /** P(0), P(1), … within t, until nearly all is told. */
  readonly distribution: (history: PurchaseHistory, t: number) => readonly number[];
}

type Fitted = Readonly<Record<string, number>>;

/** What a family may want beside the histories. */
export interface FamilyExtra {
  /** Σ of the logarithms of a customer's intervals, where the family asks for it. */
  readonly sumLogInterval?: Float64Array;
  /** k where it is given instead of found. */
  readonly regularity?: number;
}

/** A model of how often somebody buys until they leave, behind one frame: bg_nbd, mbg_nbd, pareto_nbd, mbg_cnbd_k. */
export interface PurchaseFamily {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly needsIntervals?: true;
  readonly fit: (
    frequency: Float64Array,
    recency: Float64Array,
    tAge: Float64Array,
    extra?: FamilyExtra,
  ) => PurchaseFit<BtydParams | ParetoParams | RegularParams>;
  readonly at: (params: Fitted) => PurchaseModel;
  /** Rest of a lifetime, discounted at a rate a unit of time, times the rate of purchases; where the model has it. */
  readonly discounted?: (params: Fitted, delta: number) => (history: PurchaseHistory, alive: number) => number;
}

function need(params: Fitted, name: string): number {
  return params[name] ?? Number.NaN;
}

function betaGeometric(variant: Variant): PurchaseFamily {
  return {
    name: variant,
    parameters: ["r", "alpha", "a", "b"],
    fit: (frequency, recency, tAge): BtydFit => fitBtyd(variant, frequency, recency, tAge),
    at: (params) => {
      const own = { r: need(params, "r"), alpha: need(params, "alpha"), a: need(params, "a"), b: need(params, "b") };
      return {
        forecast: (history, horizon, soon) => betaGeometricForecast(variant, own, history, { horizon, soon }),
        distribution: (history, t) => purchaseDistribution(variant, own, history, t),
      };
    },
  };
}

function betaGeometricForecast(
  variant: Variant,
  params: BtydParams,
  history: PurchaseHistory,
  { horizon, soon }: { horizon: number; soon: number },
): Forecast {
  const distribution = purchaseDistribution(variant, params, history, horizon);
  const [low, high] = countLimits(distribution);
  const mean = expectedPurchases(variant, params, history, horizon);
  let variance = 0;
  for (let n = 0; n < distribution.length; n++) variance += (distribution[n] ?? 0) * (n - mean) ** 2;
  return {
    alive: probabilityAlive(variant, params, history.x, history.recency, history.tAge),
    mean,
    sd: Math.sqrt(variance),
    low,
    high,
    none: distribution[0] ?? 1,
    buysSoon: 1 - probabilityOfNone(variant, params, history, soon),
  };
}

function paretoParams(params: Fitted): ParetoParams {
  return { r: need(params, "r"), alpha: need(params, "alpha"), s: need(params, "s"), beta: need(params, "beta") };
}

/** What somebody alive will do, which hangs on x and T alone: one answer for all times of the last purchase. */
interface Ahead {
  readonly moments: readonly [number, number];
  readonly none: number;
  readonly noneSoon: number;
  /** P(0), P(0) + P(1), … to nine tenths; empty where none is as likely as that. */
  readonly upTo: readonly number[];
}

function aheadOf(params: ParetoParams, history: PurchaseHistory, horizon: number, soon: number): Ahead {
  const none = paretoNone(params, history, 1, horizon);
  let told = 0;
  const found = none >= 0.9 ? [] : paretoDistribution(params, history, { alive: 1, t: horizon, rest: 0.1 });
  return {
    moments: paretoMoments(params, history, horizon),
    none,
    noneSoon: paretoNone(params, history, 1, soon),
    upTo: found.map((p) => {
      told += p;
      return told;
    }),
  };
}

function paretoForecast(alive: number, { moments: [mean, variance], none, noneSoon, upTo }: Ahead): Forecast {
  const least = (p: number) => {
    const at = upTo.findIndex((told) => 1 - alive + alive * told >= p);
    return at < 0 ? Math.max(0, upTo.length - 1) : at;
  };
  return {
    alive,
    mean: alive * mean,
    sd: Math.sqrt(alive * (variance + (1 - alive) * mean * mean)),
    low: least(0.1),
    high: least(0.9),
    none: 1 - alive * (1 - none),
    buysSoon: alive * (1 - noneSoon),
  };
}

/** Forecasts of histories, those of one x after another: what hangs on x and T alone is kept while x stays. */
function createParetoForecast(params: ParetoParams): PurchaseModel["forecast"] {
  const known = new Map<string, Ahead>();
  let presentX = -1;
  return (history, horizon, soon) => {
    if (history.x !== presentX) known.clear();
    presentX = history.x;
    const key = `${history.tAge} ${horizon} ${soon}`;
    const ahead = known.get(key) ?? aheadOf(params, history, horizon, soon);
    known.set(key, ahead);
    return paretoForecast(paretoAlive(params, history), ahead);
  };
}

export const bgNbdFamily = betaGeometric("bg_nbd");
export const mbgNbdFamily = betaGeometric("mbg_nbd");

export const paretoNbdFamily: PurchaseFamily = {
  name: "pareto_nbd",
  parameters: ["r", "alpha", "s", "beta"],
  fit: fitPareto,
  at: (params) => {
    const own = paretoParams(params);
    return {
      forecast: createParetoForecast(own),
      distribution: (history, t) => paretoDistribution(own, history, { alive: paretoAlive(own, history), t }),
    };
  },
  discounted: (params, delta) => {
    const { r, alpha, s, beta } = paretoParams(params);
    const known = new Map<number, number>();
    return ({ x, tAge }, alive) => {
      const rest = known.get(tAge) ?? discountedLifetime(s, beta + tAge, delta);
      known.set(tAge, rest);
      return alive * ((r + x) / (alpha + tAge)) * rest;
    };
  },
};

function regular(variant: RegularVariant): PurchaseFamily {
  const rest = 1e-7;
  return {
    name: variant,
    parameters: ["k", "r", "alpha", "a", "b"],
    needsIntervals: true,
    fit: (frequency, recency, tAge, { sumLogInterval, regularity } = {}) => {
      const columns = { frequency, recency, tAge, ...(sumLogInterval ? { sumLogInterval } : {}) };
      return fitRegular(variant, columns, sumLogInterval ? (regularity ?? null) : (regularity ?? 1));
    },
    at: (params) => {
      const [r, alpha, a, b] = ["r", "alpha", "a", "b"].map((name) => need(params, name)) as [
        number,
        number,
        number,
        number,
      ];
      const own = { k: Math.max(1, Math.round(need(params, "k"))), r, alpha, a, b };
      return {
        forecast: (history, horizon, soon) => {
          const { alive, mean, distribution } = regularForecast(variant, own, history, horizon, rest);
          const [low, high] = countLimits(distribution);
          const variance = distribution.reduce((sum, p, n) => sum + p * (n - mean) ** 2, 0);
          const buysSoon = 1 - regularNone(variant, own, history, soon);
          return { alive, mean, sd: Math.sqrt(variance), low, high, none: distribution[0] ?? 1, buysSoon };
        },
        distribution: (history, t) => regularForecast(variant, own, history, t, 1e-4).distribution,
      };
    },
  };
}

export const mbgCnbdFamily = regular("mbg_cnbd_k");
export const bgCnbdFamily = regular("bg_cnbd_k");

/** Every model of the kind, by name. */
export const purchaseFamilies: ReadonlyMap<string, PurchaseFamily> = new Map(
  [bgNbdFamily, mbgNbdFamily, paretoNbdFamily, mbgCnbdFamily].map((family) => [family.name, family]),
);
