/** Steps of the magnitude ramp, pale to deep, by a share of the greatest; the ink that reads on each comes with it. */
export function heatStep(part: number): number {
  return Math.min(6, Math.max(0, Math.floor(part * 7)));
}
