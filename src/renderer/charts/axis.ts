/** What every axis shares: twelve pixels, second ink, no lines of its own. */
export const tick = { fontSize: 12, fill: "var(--ink-2)" };
export const bareAxis = { tick, axisLine: false, tickLine: false } as const;

/** Round steps that cover low to high, four or five of them, zero among them where the span holds it. */
export function niceTicks(low: number, high: number, count = 4): number[] {
  const span = Math.max(high - low, Number.EPSILON);
  const raw = span / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * (raw / power <= 1 ? 1 : raw / power <= 2 ? 2 : raw / power <= 5 ? 5 : 10);
  const ticks: number[] = [];
  for (let at = Math.floor(low / step); at <= Math.ceil(high / step - 1e-9); at++) ticks.push(at * step);
  return ticks;
}

/** Decimals that tell round steps of this size apart. */
export function digitsOf(step: number): number {
  return Math.max(0, Math.ceil(-Math.log10(Math.abs(step)) - 1e-9));
}
