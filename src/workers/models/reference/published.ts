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

/** sBG on customers left after 0, 1, … 12 renewals, fitted on seven. Survivors: Fader & Hardie (2007), JIM 21(1), table 1; the rest
 *  recomputed with SciPy. */
export const survivalValues = [
  {
    name: "High-End",
    survivors: [1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394],
    alpha: 0.66809,
    beta: 3.8061,
    logLikelihood: -1611.158,
    error: 0.02832,
    last: 377.999,
  },
  {
    name: "Regular",
    survivors: [1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173],
    alpha: 0.70408,
    beta: 1.18204,
    logLikelihood: -1680.265,
    error: 0.01486,
    last: 170.037,
  },
] as const;

/** Σ ln of the 2,457 intervals of the CDNOW sample's calibration, in weeks. */
export const cdnowSumLogInterval = 2909.5046685897278;

/** (M)BG/CNBD-k at a given k on the CDNOW sample, recomputed with SciPy from the likelihood of Reutterer et al. (2021); of customer 1
 *  P(alive), purchases in 39 weeks and the chance of none. */
export const regularValues = [
  {
    variant: "mbg_cnbd_k",
    k: 2,
    params: { r: 0.57987, alpha: 2.288029, a: 1.134447, b: 1.585006 },
    logLikelihood: -9853.2397,
    alive: 0.681892,
    expected: 1.316801,
    none: 0.379715,
  },
  {
    variant: "mbg_cnbd_k",
    k: 3,
    params: { r: 0.532928, alpha: 1.25808, a: 1.288665, b: 1.845291 },
    logLikelihood: -10394.3357,
    alive: 0.688531,
    expected: 1.368162,
    none: 0.343884,
  },
  {
    variant: "bg_cnbd_k",
    k: 2,
    params: { r: 0.226913, alpha: 1.462853, a: 0.943946, b: 2.074181 },
    logLikelihood: -9855.311,
    alive: 0.694786,
    expected: 1.29273,
    none: 0.379727,
  },
] as const;

/** Days of customer 1's next purchase by MBG/NBD given that the customer still is one: quantiles of a Lomax distribution with c = r + x
 *  and scale α + T, in weeks, by scipy.stats.lomax. */
export const waitingValues = [
  { p: 0.1, weeks: 1.9193959835 },
  { p: 0.5, weeks: 14.2297039002 },
  { p: 0.9, weeks: 67.079371991 },
] as const;

/** Upper bounds of the first four fifths on the CDNOW sample, by numpy.quantile with method inverted_cdf: weeks since the last purchase
 *  (reversed), purchase days. */
export const quintileValues = { late: [-34.57, -31.29, -28.28, -14.14], bought: [1, 1, 2, 3] } as const;

/** ln of the chance of k returned of n, by scipy.stats.betabinom; quantiles of a rate, by scipy.stats.beta; both recomputed. */
export const returnValues = {
  counts: [
    { k: 3, n: 10, alpha: 2, beta: 5, log: -1.8028093054 },
    { k: 0, n: 4, alpha: 0.5, beta: 3.5, log: -0.4000112574 },
    { k: 25, n: 40, alpha: 12, beta: 9, log: -2.6553344937 },
  ],
  limits: [
    { alpha: 5, beta: 12, low: 0.1605594608, high: 0.4389219472 },
    { alpha: 37, beta: 24, low: 0.5258854817, high: 0.6856977054 },
  ],
  /** Concentration of a beta-binomial with mean .25 that makes these likeliest, by scipy.optimize. */
  likeliest: {
    k: [0, 1, 3, 0, 2, 5, 1, 0, 4, 2, 6, 1],
    n: [4, 5, 6, 3, 9, 7, 2, 8, 10, 5, 8, 6],
    mean: 0.25,
    concentration: 4.95496,
  },
} as const;

/** Dirichlet-multinomial by maximum likelihood on seven customers' lines in three categories, by scipy.optimize. */
export const shareValues = {
  counts: [
    [3, 1, 0],
    [0, 2, 2],
    [5, 0, 1],
    [1, 1, 4],
    [2, 2, 2],
    [0, 0, 3],
    [4, 1, 1],
  ],
  concentration: 8.69176,
  shares: [0.402847, 0.21991, 0.377243],
} as const;
