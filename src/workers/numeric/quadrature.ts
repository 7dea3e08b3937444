import { lbeta } from "./special-functions.ts";

/** E[f(p)] for p of Beta(a, b): trapezoids over the logit of p, spaced by the sine hyperbolic around the mode so that the tails
 *  of small a or b are reached as well (Takahasi & Mori 1974). f is smooth on (0, 1), and bounded by a power of 1/p below a. */
export function quadrature(a: number, b: number, f: (p: number) => number): number {
  const centre = Math.log(a / b);
  const width = Math.sqrt(1 / a + 1 / b);
  const normaliser = lbeta(a, b);
  // a small a or b widens one tail only: the other keeps its drop, which the points mustn't miss
  const step = 1 / (24 * Math.min(20, Math.max(1, width / 8)));
  const points = Math.ceil(10 / step);
  let sum = 0;
  for (let k = -points; k <= points; k++) {
    const v = k * step;
    const logit = centre + (width * Math.sinh(v)) / 2;
    const softplus = Math.max(0, logit) + Math.log1p(Math.exp(-Math.abs(logit)));
    const logWeight = a * (logit - softplus) - b * softplus - normaliser;
    if (logWeight < -800) continue;
    const p = Math.exp(logit - softplus);
    sum += Math.exp(logWeight) * f(p) * width * Math.cosh(v);
  }
  return (sum * step) / 2;
}
