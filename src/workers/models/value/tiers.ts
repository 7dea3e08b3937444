import { midRanks } from "../../numeric/scoring.ts";

const tiers: readonly (readonly [number, string])[] = [
  [0.01, "top_1"],
  [0.05, "top_5"],
  [0.1, "top_10"],
  [0.25, "top_25"],
  [0.5, "middle"],
];

/** Tiers by rank; customers of equal value share the middle of their ranks, so that a tie never fills a small tier. */
export function tiersOf(value: Float64Array): (string | null)[] {
  const scored = value.filter(Number.isFinite);
  const ranks = midRanks(value.map((one) => (Number.isFinite(one) ? -one : Number.POSITIVE_INFINITY)));
  return Array.from(value, (one, at) => {
    if (!Number.isFinite(one)) return null;
    const place = ((ranks[at] ?? 0) - 0.5) / scored.length;
    return tiers.find(([share]) => place <= share)?.[1] ?? "low";
  });
}
