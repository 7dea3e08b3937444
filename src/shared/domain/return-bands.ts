export const returnBands = ["low", "medium", "high", "very_high"] as const;
export type ReturnBand = (typeof returnBands)[number];

/** Times the odds of the mean rate from which on a risk is medium, high, very high. */
export const bandOdds = [0.75, 1.5, 3] as const;

/** Chances from which on a risk is medium, high, very high, given the mean rate of a retailer. */
export function bandCuts(meanRate: number): number[] {
  const mean = Math.min(0.999, Math.max(0.001, meanRate));
  return bandOdds.map((times) => {
    const odds = (times * mean) / (1 - mean);
    return odds / (1 + odds);
  });
}

export function bandOf(risk: number, cuts: readonly number[]): ReturnBand {
  return returnBands[cuts.filter((cut) => risk >= cut).length] ?? "very_high";
}
