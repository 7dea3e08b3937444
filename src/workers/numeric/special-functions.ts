const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ln Γ(x) for x > 0. Lanczos (1964), g = 7, nine terms; relative error below 1e-13. */
export function lgamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - lgamma(1 - x);
  const y = x - 1;
  let sum = lanczos[0] ?? 0;
  for (let i = 1; i < 9; i++) sum += (lanczos[i] ?? 0) / (y + i);
  const t = y + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** ln B(a, b) for a, b > 0. */
export function lbeta(a: number, b: number): number {
  return lgamma(a) + lgamma(b) - lgamma(a + b);
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
