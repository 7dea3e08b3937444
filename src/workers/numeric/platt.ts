import { sigmoid } from "./boosted-trees-loss.ts";

/** Margins are turned into slope · margin + offset. */
export interface Platt {
  readonly slope: number;
  readonly offset: number;
}

/** Logistic regression of what happened on margins (Platt 1999) by Newton's method, drawn to leaving them as they are by ten
 *  rows' weight; slope in 0.2 to 3. */
export function fitPlatt(margins: Float64Array, target: Float64Array): Platt {
  let [slope, offset] = [1, 0];
  const rows = Uint32Array.from(margins.keys()).sort((a, b) => (margins[a] ?? 0) - (margins[b] ?? 0));
  for (let step = 0; step < 30; step++) {
    let [g0, g1, h00, h01, h11] = [10 * 0.25 * offset, 10 * (slope - 1), 2.5, 0, 10];
    for (const row of rows) {
      const margin = margins[row] ?? 0;
      const p = sigmoid(slope * margin + offset);
      const [error, weight] = [p - (target[row] ?? 0), p * (1 - p)];
      g0 += error;
      g1 += error * margin;
      h00 += weight;
      h01 += weight * margin;
      h11 += weight * margin * margin;
    }
    const determinant = h00 * h11 - h01 * h01;
    if (!(determinant > 0)) break;
    const [byOffset, bySlope] = [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant];
    offset -= Math.min(1, Math.max(-1, byOffset));
    slope = Math.min(3, Math.max(0.2, slope - Math.min(0.5, Math.max(-0.5, bySlope))));
    if (Math.abs(byOffset) + Math.abs(bySlope) < 1e-10) break;
  }
  return { slope, offset };
}
