/** Least squares of a forecast combination: the sums that its optimum rests on. */
export interface Products {
  readonly n: number;
  /** Means of p_i p_j over the cases, row by row. */
  readonly gram: Float64Array;
  /** Means of p_i y. */
  readonly target: Float64Array;
}

export function productsOf(predictions: readonly Float64Array[], actual: Float64Array): Products {
  const k = predictions.length;
  const n = actual.length;
  const gram = new Float64Array(k * k);
  const target = new Float64Array(k);
  for (const [i, p] of predictions.entries()) {
    for (let at = 0; at < n; at++) target[i] = (target[i] ?? 0) + (p[at] ?? 0) * (actual[at] ?? 0);
    for (let j = i; j < k; j++) {
      const q = predictions[j];
      let sum = 0;
      for (let at = 0; at < n; at++) sum += (p[at] ?? 0) * (q?.[at] ?? 0);
      gram[i * k + j] = sum / n;
      gram[j * k + i] = sum / n;
    }
  }
  return { n, gram, target: target.map((sum) => sum / n) };
}

/** Several sets of cases as one, each weighing alike. */
export function meanProducts(all: readonly Products[]): Products {
  const mean = (of: (one: Products) => Float64Array) =>
    Float64Array.from(
      all[0] ? of(all[0]) : [],
      (_, at) => all.reduce((sum, one) => sum + (of(one)[at] ?? 0), 0) / all.length,
    );
  return {
    n: all.reduce((sum, { n }) => sum + n, 0),
    gram: mean(({ gram }) => gram),
    target: mean(({ target }) => target),
  };
}

/** Non-negative weights that add up to 1 and give the least mean square of Σ w p − y (stacking; Breiman 1996, Machine Learning 24):
 *  by looking at every face of the simplex, whose number is small for the few forecasts that are combined (up to 12). */
export function simplexWeights({ gram, target }: Products): Float64Array {
  const k = target.length;
  let best = { loss: Number.POSITIVE_INFINITY, weights: new Float64Array(k).fill(1 / Math.max(1, k)) };
  for (let face = 1; face < 2 ** Math.min(12, k); face++) {
    const members = Array.from({ length: k }, (_, at) => at).filter((at) => (face >> at) & 1);
    const own = solveFace(gram, target, members);
    if (!own || own.some((weight) => weight < -1e-12)) continue;
    const weights = new Float64Array(k);
    for (const [place, at] of members.entries()) weights[at] = Math.max(0, own[place] ?? 0);
    let loss = 0;
    for (let i = 0; i < k; i++) {
      for (let j = 0; j < k; j++) loss += (weights[i] ?? 0) * (weights[j] ?? 0) * (gram[i * k + j] ?? 0);
      loss -= 2 * (weights[i] ?? 0) * (target[i] ?? 0);
    }
    if (loss < best.loss - 1e-12 * Math.abs(loss)) best = { loss, weights };
  }
  return best.weights;
}

/** The optimum on the plane Σ w = 1 of some forecasts: the Lagrange system by elimination; null where they are the same. */
function solveFace(gram: Float64Array, target: Float64Array, members: readonly number[]): number[] | null {
  const k = target.length;
  const size = members.length + 1;
  const rows = members.map((i) => [...members.map((j) => gram[i * k + j] ?? 0), 1, target[i] ?? 0]);
  rows.push([...members.map(() => 1), 0, 1]);
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++) {
      if (Math.abs(rows[row]?.[column] ?? 0) > Math.abs(rows[pivot]?.[column] ?? 0)) pivot = row;
    }
    const [a, b] = [rows[column], rows[pivot]];
    if (!a || !b || Math.abs(b[column] ?? 0) < 1e-12) return null;
    rows[column] = b;
    rows[pivot] = a;
    for (let row = 0; row < size; row++) {
      const own = rows[row];
      if (row === column || !own) continue;
      const factor = (own[column] ?? 0) / (b[column] ?? 1);
      for (let at = column; at <= size; at++) own[at] = (own[at] ?? 0) - factor * (b[at] ?? 0);
    }
  }
  return members.map((_, at) => (rows[at]?.[size] ?? 0) / (rows[at]?.[at] ?? 1));
}
