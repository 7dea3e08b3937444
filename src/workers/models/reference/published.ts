export type PurchaseModelName = "bg_nbd" | "mbg_nbd" | "pareto_nbd";

interface PurchaseValues {
  readonly source: string;
  readonly params: Readonly<Record<string, number>>;
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

/** CDNOW 1/10 sample, weeks. As published, digits beyond and MBG/NBD recomputed independently (SciPy). */
export const purchaseValues: Readonly<Record<PurchaseModelName, PurchaseValues>> = {
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
  pareto_nbd: {
    source:
      "Fader, Hardie & Lee (2005), CDNOW 1/10 sample: r .553, α 10.578, s .606, β 11.669, LL −9595.0; recomputed digits",
    params: { r: 0.553276, alpha: 10.577613, s: 0.606213, beta: 11.667907 },
    logLikelihood: -9594.9739,
    expected: 1.45511,
    alive: 0.86912,
    holdout: {
      sum: 1665.5,
      bias: -0.115,
      mae: 0.7545,
      rmse: 1.6029,
      auc: 0.7787,
      aliveAuc: 0.7262,
      meanAlive: 0.4463,
    },
  },
};

/** Standard errors of Pareto/NBD on the sample as CLVTools' tests have them. */
export const paretoErrors = { r: 0.0476, alpha: 0.8427, s: 0.1873, beta: 6.2105 };

/** Discounted expected residual transactions at 15 % a year, as ln 1.15 / 52 a week. Fader, Hardie & Lee (2005), JMR 42. */
export const discountedValues = [
  { x: 2, recency: 30.43, tAge: 38.86, expected: 6.5002 },
  { x: 0, recency: 0, tAge: 38.86, expected: 0.478252 },
  { x: 7, recency: 35, tAge: 38.86, expected: 20.71036 },
  { x: 1, recency: 1.71, tAge: 38.86, expected: 0.763795 },
] as const;

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
