import type { BtydParams, Variant } from "../../numeric/buy-till-you-die.ts";

interface PurchaseValues {
  readonly source: string;
  readonly params: BtydParams;
  readonly logLikelihood: number;
  /** Of the sample's first customer, 39 weeks ahead. */
  readonly expected: number;
  readonly alive: number;
  readonly holdout: {
    readonly sum: number;
    readonly bias: number;
    readonly mae: number;
    readonly rmse: number;
    readonly auc: number;
    readonly aliveAuc: number;
    readonly meanAlive: number;
    readonly coverage?: number;
  };
}

/** CDNOW 1/10 sample, weeks. BG/NBD as published, digits beyond and MBG/NBD recomputed independently (SciPy). */
export const purchaseValues: Readonly<Record<Variant, PurchaseValues>> = {
  bg_nbd: {
    source:
      "Fader, Hardie & Lee (2005), CDNOW 1/10 sample: r .243, α 4.414, a .793, b 2.426, LL −9582.4; recomputed digits",
    params: { r: 0.242593, alpha: 4.413531, a: 0.792886, b: 2.425753 },
    logLikelihood: -9582.4256,
    expected: 1.22591,
    alive: 0.72661,
    holdout: { sum: 1653.4, bias: -0.121, mae: 0.7855, rmse: 1.608, auc: 0.7725, aliveAuc: 0.3158, meanAlive: 0.8134 },
  },
  mbg_nbd: {
    source: "CDNOW 1/10 sample, recomputed; lifetimes' tests give .525, 6.183, .891, 1.614",
    params: { r: 0.524838, alpha: 6.182992, a: 0.891356, b: 1.613999 },
    logLikelihood: -9582.1327,
    expected: 1.26267,
    alive: 0.70613,
    holdout: {
      sum: 1576.7,
      bias: -0.162,
      mae: 0.7648,
      rmse: 1.6072,
      auc: 0.7728,
      aliveAuc: 0.6867,
      meanAlive: 0.4487,
      coverage: 0.779,
    },
  },
};

/** Customers with 0 … 6, 7 or more repeat purchases in calibration that BG/NBD expects. Fader, Hardie & Lee (2005), fig. 2. */
export const fittedHistogram: readonly number[] = [1407.7, 460.3, 192.5, 101.2, 59.8, 38.1, 25.5, 71.9];

export const spendValues = {
  source: "Fader & Hardie (2013), note 025: p 6.25, q 3.74, γ 15.44; recomputed digits",
  p: 6.248803,
  q: 3.744588,
  gamma: 15.447746,
  logLikelihood: -4055.9232,
  populationMean: 35.171,
  expected: 24.6586,
};

/** The note's spreadsheet for the first ten customers, each different one once. */
export const firstSpends = [
  { customer: 1, x: 2, mean: 22.35, expected: 24.65 },
  { customer: 2, x: 1, mean: 11.77, expected: 18.91 },
  { customer: 3, x: 0, mean: 0, expected: 35.17 },
  { customer: 6, x: 7, mean: 73.74, expected: 71.46 },
  { customer: 9, x: 2, mean: 25.55, expected: 27.28 },
] as const;
