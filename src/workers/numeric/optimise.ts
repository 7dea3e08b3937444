export interface Optimum {
  readonly at: Float64Array;
  readonly value: number;
  /** Second derivatives at the optimum. */
  readonly hessian: readonly Float64Array[];
  readonly iterations: number;
  readonly converged: boolean;
}

export interface Derivatives {
  readonly gradient: Float64Array;
  readonly hessian: readonly Float64Array[];
}

/** Value of a function; its gradient and Hessian are written into `into`. */
export type Objective = (at: Float64Array, into: Derivatives) => number;

export function emptyDerivatives(n: number): Derivatives {
  return { gradient: new Float64Array(n), hessian: Array.from({ length: n }, () => new Float64Array(n)) };
}

const longestStep = 2;

interface Search {
  readonly tolerance?: number;
  readonly iterations?: number;
  /** Share of the value below which a decrease is lost in rounding: the step that promises less is taken unseen, as the last. */
  readonly rounding?: number;
}

/** Minimises a smooth function of a few variables by Newton's method; where the Hessian isn't positive definite its diagonal
 *  is raised (Nocedal & Wright 2006, alg. 3.3), and steps are halved until Armijo's condition holds. A point where the
 *  function is not finite counts as infinitely bad. */
export function minimise(
  objective: Objective,
  start: Float64Array,
  { tolerance = 1e-10, iterations: most = 200, rounding = 0 }: Search = {},
): Optimum {
  const n = start.length;
  let at = Float64Array.from(start);
  let here = emptyDerivatives(n);
  let value = objective(at, here);
  const end = (iterations: number, converged: boolean) => ({ at, value, hessian: here.hessian, iterations, converged });
  for (let iteration = 0; iteration < most; iteration++) {
    if (!Number.isFinite(value)) return end(iteration, false);
    const size = largest(here.gradient);
    if (size <= tolerance) return end(iteration, true);
    const direction = descend(here);
    const slope = dot(direction, here.gradient);
    const longest = largest(direction);
    let step = longest > longestStep ? longestStep / longest : 1;
    const next = new Float64Array(n);
    const there = emptyDerivatives(n);
    if (-slope <= rounding * Math.abs(value)) {
      const last = at.map((one, i) => one + (direction[i] ?? 0));
      const lastValue = objective(last, there);
      if (!(largest(there.gradient) < size)) return end(iteration, true);
      return { at: last, value: lastValue, hessian: there.hessian, iterations: iteration + 1, converged: true };
    }
    let nextValue = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < 50; tries++, step /= 2) {
      for (let i = 0; i < n; i++) next[i] = (at[i] ?? 0) + step * (direction[i] ?? 0);
      nextValue = objective(next, there);
      if (Number.isFinite(nextValue) && nextValue <= value + 1e-4 * step * slope) break;
    }
    // no step goes lower: what remains of the gradient is rounding
    if (!(nextValue < value)) return end(iteration, size <= 1e-7 * Math.max(1, Math.abs(value)));
    at = next;
    here = there;
    value = nextValue;
  }
  return end(most, false);
}

/** The best of the optima that several starts lead to. The first is followed to the end; the others only as far as it takes to see
 *  whether they lead lower, and then to the end as well. */
export function bestOfStarts(objective: Objective, starts: readonly Float64Array[], search: Search = {}): Optimum {
  let best = minimise(objective, starts[0] ?? new Float64Array(0), search);
  for (const start of starts.slice(1)) {
    const rough = minimise(objective, start, { ...search, tolerance: 1e-4, iterations: 60 });
    const isLower = rough.value < best.value - 1e-9 * Math.abs(best.value);
    if (isLower || (!best.converged && rough.converged)) {
      const found = minimise(objective, rough.at, search);
      if (found.value < best.value || !best.converged) best = found;
    }
  }
  return best;
}

function largest(vector: Float64Array): number {
  return vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
function dot(left: Float64Array, right: Float64Array): number {
  return left.reduce((sum, value, i) => sum + value * (right[i] ?? 0), 0);
}

function descend({ gradient, hessian }: Derivatives): Float64Array {
  const scale = hessian.reduce((most, row, i) => Math.max(most, Math.abs(row[i] ?? 0)), 1e-12);
  for (let raise = 0; raise < 1e12 * scale; raise = raise === 0 ? 1e-8 * scale : raise * 10) {
    const root = cholesky(hessian, raise);
    if (root) return solve(root, gradient).map((value) => -value);
  }
  return gradient.map((value) => -value);
}

/** Lower triangle L with L·Lᵀ = matrix + raise·I; undefined where that isn't clearly positive definite. */
function cholesky(matrix: readonly Float64Array[], raise: number): Float64Array[] | undefined {
  const n = matrix.length;
  const root = Array.from({ length: n }, () => new Float64Array(n));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = (matrix[i]?.[j] ?? 0) + (i === j ? raise : 0);
      for (let k = 0; k < j; k++) sum -= (root[i]?.[k] ?? 0) * (root[j]?.[k] ?? 0);
      if (i === j && !(sum > 1e-14 * Math.abs(matrix[i]?.[i] ?? 0))) return undefined;
      const row = root[i];
      if (row) row[j] = i === j ? Math.sqrt(sum) : sum / (root[j]?.[j] ?? 1);
    }
  }
  return root;
}

function solve(root: readonly Float64Array[], right: Float64Array): Float64Array {
  const n = root.length;
  const x = Float64Array.from(right);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] = (x[i] ?? 0) - (root[i]?.[k] ?? 0) * (x[k] ?? 0);
    x[i] = (x[i] ?? 0) / (root[i]?.[i] ?? 1);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] = (x[i] ?? 0) - (root[k]?.[i] ?? 0) * (x[k] ?? 0);
    x[i] = (x[i] ?? 0) / (root[i]?.[i] ?? 1);
  }
  return x;
}

/** Standard errors of n parameters that were found by their logarithms, as the mean over `observations` of a negative
 *  log-likelihood. NaN where the surface isn't curved upwards. */
export function standardErrors({ at, hessian }: Optimum, observations: number): Float64Array {
  const root = cholesky(hessian, 0);
  return at.map((logarithm, i) => {
    if (!root) return Number.NaN;
    const unit = new Float64Array(at.length);
    unit[i] = 1;
    const variance = (solve(root, unit)[i] ?? Number.NaN) / observations;
    return Math.exp(logarithm) * Math.sqrt(variance);
  });
}

/** Turns first and second derivatives by positive parameters into those by their logarithms, in place. */
export function byLogarithms({ gradient, hessian }: Derivatives, parameters: Float64Array): void {
  for (const [i, row] of hessian.entries()) {
    const own = parameters[i] ?? 0;
    for (let j = 0; j < row.length; j++) {
      const curved = (row[j] ?? 0) * own * (parameters[j] ?? 0);
      row[j] = curved + (i === j ? (gradient[i] ?? 0) * own : 0);
    }
  }
  for (let i = 0; i < gradient.length; i++) gradient[i] = (gradient[i] ?? 0) * (parameters[i] ?? 0);
}
