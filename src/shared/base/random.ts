/** A seeded generator; streams split by label don't depend on how much was drawn from another. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, n). */
  below(n: number): number;
  /** Standard normal. */
  normal(): number;
  /** Exponential with the given mean. */
  exponential(mean: number): number;
  /** Gamma with the given shape and scale (Marsaglia & Tsang 2000). */
  gamma(shape: number, scale: number): number;
  /** Beta(a, b). */
  beta(a: number, b: number): number;
  pick<T>(items: readonly T[]): T;
  split(label: string): Random;
}

function hash(text: string, seed: number): number {
  let h = (seed ^ 0x811c9dc5) >>> 0;
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b) >>> 0;
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 0;
  return (h ^ (h >>> 16)) >>> 0;
}

/** sfc32 (Practically Random, 2010) seeded from a seed and a label. */
export function createRandom(seed: number, label = ""): Random {
  let a = hash(`${label}:a`, seed >>> 0);
  let b = hash(`${label}:b`, seed >>> 0);
  let c = hash(`${label}:c`, (seed / 2 ** 32) >>> 0);
  let counter = 1;
  function next(): number {
    const t = (((a + b) >>> 0) + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = (b ^ (b >>> 9)) >>> 0;
    b = (c + (c << 3)) >>> 0;
    c = ((c << 21) | (c >>> 11)) >>> 0;
    c = (c + t) >>> 0;
    return t / 4294967296;
  }
  for (let i = 0; i < 15; i++) next();
  let spare: number | undefined;
  function normal(): number {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    const angle = 2 * Math.PI * next();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
  function gamma(shape: number, scale: number): number {
    if (shape < 1) return gamma(shape + 1, scale) * (1 - next()) ** (1 / shape);
    const d = shape - 1 / 3;
    const k = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = normal();
      const v = (1 + k * x) ** 3;
      if (v > 0 && Math.log(1 - next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v * scale;
    }
  }
  function beta(alpha: number, betaShape: number): number {
    const x = gamma(alpha, 1);
    const y = gamma(betaShape, 1);
    return x + y > 0 ? x / (x + y) : alpha / (alpha + betaShape);
  }
  const below = (n: number) => Math.floor(next() * n);
  return {
    next,
    below,
    normal,
    exponential: (mean) => -mean * Math.log(1 - next()),
    gamma,
    beta,
    pick: (items) => {
      const found = items[below(items.length)];
      if (found === undefined) throw new RangeError("nothing to pick from");
      return found;
    },
    split: (part) => createRandom(seed, `${label}/${part}`),
  };
}
