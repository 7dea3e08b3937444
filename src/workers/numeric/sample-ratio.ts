import { gammaCdf } from "./distributions.ts";

/** Splits less likely than this are an alarm: something chose who stayed in which group (Fabijan et al., KDD 2019). */
export const sampleRatioAlarm = 0.001;

/** p of the χ² test that counts come from planned shares (any positive weights); 1 where there is nothing to compare. */
export function sampleRatioP(counts: readonly number[], shares: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const weight = shares.reduce((sum, share) => sum + share, 0);
  const planned = counts.map((count, at) => ({ count, expected: (total * (shares[at] ?? 0)) / weight }));
  const told = planned.filter(({ expected }) => expected > 0);
  if (planned.some(({ count, expected }) => count > 0 && !(expected > 0))) return 0;
  if (told.length < 2) return 1;
  const statistic = told.reduce((sum, { count, expected }) => sum + (count - expected) ** 2 / expected, 0);
  return Math.max(0, 1 - gammaCdf(statistic / 2, (told.length - 1) / 2));
}

const usualShares = [1 / 2, 0.4, 1 / 3, 0.3, 1 / 4, 1 / 5, 0.15, 0.1, 0.05, 0.03, 0.02, 0.01];

/** The usual share of a control group that an observed one is nearest to, in log odds: what was planned where nobody said. */
export function likelyShare(control: number, total: number): number {
  const odds = (share: number) => Math.log(share / (1 - share));
  const seen = odds(Math.min(0.999, Math.max(0.001, control / Math.max(1, total))));
  return usualShares.reduce((best, one) => (Math.abs(odds(one) - seen) < Math.abs(odds(best) - seen) ? one : best));
}
