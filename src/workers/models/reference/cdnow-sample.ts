import { cdnowHistories, cdnowSpend } from "./cdnow.ts";

/** One entry a customer, in weeks; `holdout` counts purchases in the 39 weeks after calibration. */
export interface CdnowSample {
  readonly frequency: Float64Array;
  readonly recency: Float64Array;
  readonly tAge: Float64Array;
  readonly holdout: Float64Array;
}

export function cdnowSample(): CdnowSample {
  const rows = cdnowHistories.split(" ").flatMap((text) => {
    const [x = 0, recency = 0, tAge = 0, holdout = 0, n = 0] = text.split(",").map(Number);
    return Array.from({ length: n }, () => ({ x, recency, tAge, holdout }));
  });
  return {
    frequency: Float64Array.from(rows, ({ x }) => x),
    recency: Float64Array.from(rows, ({ recency }) => recency),
    tAge: Float64Array.from(rows, ({ tAge }) => tAge),
    holdout: Float64Array.from(rows, ({ holdout }) => holdout),
  };
}

/** Repeat purchases of the sample's 946 repeat buyers and their mean amount in USD. */
export function cdnowMeans(): { x: Float64Array; mean: Float64Array } {
  const rows = cdnowSpend.split(" ").map((text) => text.split(",").map(Number));
  return { x: Float64Array.from(rows, ([x]) => x ?? 0), mean: Float64Array.from(rows, ([, mean]) => mean ?? 0) };
}
