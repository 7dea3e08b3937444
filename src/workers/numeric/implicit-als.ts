import { createRandom } from "../../shared/base/random.ts";

export interface AlsOptions {
  readonly factors: number;
  readonly iterations: number;
  /** Weight of an owned item beside 1 of every other: c = 1 + alpha. */
  readonly alpha: number;
  readonly regularisation: number;
  readonly seed: number;
  readonly throwIfCancelled?: () => void;
}

/** Rows of owners and of items in one block: n · factors. */
export interface Factors {
  readonly factors: number;
  readonly values: Float64Array;
}

/** Items of every owner one after another (CSR), and the same turned round. */
interface Owned {
  readonly starts: Int32Array;
  readonly items: Int32Array;
}

function owned(owners: readonly ArrayLike<number>[]): Owned {
  const starts = new Int32Array(owners.length + 1);
  for (const [at, items] of owners.entries()) starts[at + 1] = (starts[at] ?? 0) + items.length;
  const all = new Int32Array(starts[owners.length] ?? 0);
  for (const [at, items] of owners.entries())
    for (let k = 0; k < items.length; k++) all[(starts[at] ?? 0) + k] = items[k] ?? 0;
  return { starts, items: all };
}

function turned({ starts, items }: Owned, itemCount: number): Owned {
  const from = new Int32Array(itemCount + 1);
  for (const item of items) from[item + 1] = (from[item + 1] ?? 0) + 1;
  for (let item = 0; item < itemCount; item++) from[item + 1] = (from[item + 1] ?? 0) + (from[item] ?? 0);
  const next = from.slice(0, itemCount);
  const owners = new Int32Array(items.length);
  for (let owner = 0; owner + 1 < starts.length; owner++) {
    for (let at = starts[owner] ?? 0; at < (starts[owner + 1] ?? 0); at++) {
      const item = items[at] ?? 0;
      const place = next[item] ?? 0;
      owners[place] = owner;
      next[item] = place + 1;
    }
  }
  return { starts: from, items: owners };
}

/** Yᵀ·Y + λ·I in the lower triangle, k × k. */
function gram(values: Float64Array, k: number, regularisation: number): Float64Array {
  const sum = new Float64Array(k * k);
  for (let from = 0; from < values.length; from += k) {
    for (let i = 0; i < k; i++) {
      const value = values[from + i] as number;
      for (let j = 0; j <= i; j++) sum[i * k + j] = (sum[i * k + j] as number) + value * (values[from + j] as number);
    }
  }
  for (let i = 0; i < k; i++) sum[i * k + i] = (sum[i * k + i] as number) + regularisation;
  return sum;
}

/** Solves for one row after another against fixed factors: (YᵀY + λI + α·Σ y yᵀ) x = (1 + α)·Σ y. Hu, Koren & Volinsky (2008), eq. 4,
 *  by Cholesky's method. */
export function createAlsSolver(
  fixed: Factors,
  { alpha, regularisation }: Pick<AlsOptions, "alpha" | "regularisation">,
) {
  const k = fixed.factors;
  const y = fixed.values;
  const base = gram(y, k, regularisation);
  const a = new Float64Array(k * k);
  const b = new Float64Array(k);
  return (items: ArrayLike<number>, from: number, to: number, into: Float64Array, offset: number): void => {
    a.set(base);
    b.fill(0);
    for (let at = from; at < to; at++) {
      const row = (items[at] as number) * k;
      for (let i = 0; i < k; i++) {
        const value = y[row + i] as number;
        const weighted = alpha * value;
        b[i] = (b[i] as number) + (1 + alpha) * value;
        for (let j = 0; j <= i; j++) a[i * k + j] = (a[i * k + j] as number) + weighted * (y[row + j] as number);
      }
    }
    for (let i = 0; i < k; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = a[i * k + j] as number;
        for (let l = 0; l < j; l++) sum -= (a[i * k + l] as number) * (a[j * k + l] as number);
        a[i * k + j] = i === j ? Math.sqrt(Math.max(1e-12, sum)) : sum / (a[j * k + j] as number);
      }
    }
    for (let i = 0; i < k; i++) {
      let sum = b[i] as number;
      for (let l = 0; l < i; l++) sum -= (a[i * k + l] as number) * (b[l] as number);
      b[i] = sum / (a[i * k + i] as number);
    }
    for (let i = k - 1; i >= 0; i--) {
      let sum = b[i] as number;
      for (let l = i + 1; l < k; l++) sum -= (a[l * k + i] as number) * (b[l] as number);
      b[i] = sum / (a[i * k + i] as number);
      into[offset + i] = b[i] as number;
    }
  };
}

/** Item factors of implicit feedback by alternating least squares (Hu, Koren & Volinsky 2008): preference 1 where an item is owned and
 *  0 elsewhere, with confidence 1 + alpha and 1. owners: the items of each, every one once, in an order that doesn't depend on who they
 *  are. Owners' factors follow from the items' by one solve, so only these are kept. */
export function fitImplicitAls(owners: readonly ArrayLike<number>[], itemCount: number, options: AlsOptions): Factors {
  const { factors: k } = options;
  const random = createRandom(options.seed, "implicit-als");
  const items: Factors = {
    factors: k,
    values: Float64Array.from({ length: itemCount * k }, () => random.normal() * 0.1),
  };
  const people: Factors = { factors: k, values: new Float64Array(owners.length * k) };
  const byOwner = owned(owners);
  const byItem = turned(byOwner, itemCount);
  for (let round = 0; round < options.iterations; round++) {
    for (const [fixed, sides, into] of [
      [items, byOwner, people],
      [people, byItem, items],
    ] as const) {
      options.throwIfCancelled?.();
      const solve = createAlsSolver(fixed, options);
      for (let row = 0; row + 1 < sides.starts.length; row++) {
        solve(sides.items, sides.starts[row] ?? 0, sides.starts[row + 1] ?? 0, into.values, row * k);
      }
    }
  }
  return items;
}
