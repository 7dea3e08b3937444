const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** (−1)ᵏ (ζ(k) − 1) / k for k = 2 … 28. */
const zetas = [
  0.3224670334241132, -0.0673523010531981, 0.020580808427784546, -0.007385551028673986, 0.0028905103307415234,
  -0.001192753911703261, 0.0005096695247430425, -0.00022315475845357939, 9.945751278180853e-5, -4.492623673813314e-5,
  2.050721277567069e-5, -9.439488275268397e-6, 4.374866789907488e-6, -2.039215753801366e-6, 9.55141213040742e-7,
  -4.492469198764566e-7, 2.1207184805554665e-7, -1.0043224823968099e-7, 4.7698101693639804e-8, -2.2711094608943164e-8,
  1.0838659214896955e-8, -5.183475041970047e-9, 2.4836745438024785e-9, -1.1921401405860912e-9, 5.731367241678862e-10,
  -2.7595228851242334e-10, 1.330476437424449e-10,
];

/** ln Γ(2 + z) for |z| ≤ 0.5: Abramowitz & Stegun 6.1.33, which keeps its digits where ln Γ crosses 0. */
function lgammaNearTwo(z: number): number {
  let sum = 0;
  for (let k = zetas.length - 1; k >= 0; k--) sum = (sum + (zetas[k] ?? 0)) * z;
  return z * (0.42278433509846713 + sum);
}

/** ln Γ(x) for x > 0. Lanczos (1964), g = 7, nine terms; near 1 and 2 a series. Relative error below 1e-13. */
export function lgamma(x: number): number {
  if (x >= 0.5 && x <= 1.5) return lgammaNearTwo(x - 1) - Math.log1p(x - 1);
  if (x > 1.5 && x <= 2.5) return lgammaNearTwo(x - 2);
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - lgamma(1 - x);
  const y = x - 1;
  let sum = lanczos[0] ?? 0;
  for (let i = 1; i < 9; i++) sum += (lanczos[i] ?? 0) / (y + i);
  const t = y + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** What Stirling's formula lacks of ln Γ(x), for x ≥ 10. */
function stirlingRest(x: number): number {
  const z = 1 / (x * x);
  return (1 / 12 - z * (1 / 360 - z * (1 / 1260 - z * (1 / 1680 - z * (1 / 1188 - (691 * z) / 360360))))) / x;
}

/** ln B(a, b) for a, b > 0. Large ones by what Stirling's formula lacks, so that nothing cancels (Didonato & Morris 1992). */
export function lbeta(a: number, b: number): number {
  const [p, q] = a < b ? [a, b] : [b, a];
  if (q < 10) return lgamma(p) + lgamma(q) - lgamma(p + q);
  const ratio = q * Math.log1p(p / q);
  const rest = stirlingRest(q) - stirlingRest(p + q);
  if (p < 10) return lgamma(p) + rest + p - p * Math.log(p + q) + 0.5 * Math.log1p(p / q) - ratio;
  const middle = 0.5 * Math.log(2 * Math.PI) - 0.5 * Math.log(q) + (p - 0.5) * Math.log(p / (p + q));
  return middle + stirlingRest(p) + rest - ratio;
}

/** ψ(x) for x > 0: recurrence to 10, then the asymptotic series (Abramowitz & Stegun 6.3.18). */
export function digamma(x: number): number {
  let value = 0;
  let y = x;
  while (y < 10) {
    value -= 1 / y;
    y++;
  }
  const z = 1 / (y * y);
  return value + Math.log(y) - 0.5 / y - z * (1 / 12 - z * (1 / 120 - z * (1 / 252 - z * (1 / 240 - z / 132))));
}

/** ψ′(x) for x > 0: recurrence to 10, then the asymptotic series (Abramowitz & Stegun 6.4.12). */
export function trigamma(x: number): number {
  let value = 0;
  let y = x;
  while (y < 10) {
    value += 1 / (y * y);
    y++;
  }
  const z = 1 / (y * y);
  const tail = z * (1 / 6 - z * (1 / 30 - z * (1 / 42 - z * (1 / 30 - (z * 5) / 66))));
  return value + (1 + 0.5 / y + tail) / y;
}

/** ₂F₁(a, b; c; z) for c > 0 and 0 ≤ z < 1 by its series; a and b may be negative. NaN where the series is slow or cancels
 *  to fewer than about eleven digits. */
export function hypergeometric(a: number, b: number, c: number, z: number): number {
  let term = 1;
  let sum = 1;
  let largest = 1;
  for (let k = 0; k < 3_000; k++) {
    term *= (((a + k) * (b + k)) / ((c + k) * (k + 1))) * z;
    sum += term;
    const size = Math.abs(term);
    if (size > largest) largest = size;
    if (size <= 1e-15 * Math.abs(sum)) return largest <= 1e4 * Math.abs(sum) ? sum : Number.NaN;
  }
  return Number.NaN;
}

/** ln(eᵃ + eᵇ). */
export function logAddExp(a: number, b: number): number {
  const [high, low] = a > b ? [a, b] : [b, a];
  return low === Number.NEGATIVE_INFINITY ? high : high + Math.log1p(Math.exp(low - high));
}
