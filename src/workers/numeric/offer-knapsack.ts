/** What may be offered to some customers, one of it to each: the options of customer i are those from `starts[i]` to before
 *  `starts[i + 1]`. Values and costs in one unit, costs ≥ 0. */
export interface Options {
  readonly starts: Uint32Array;
  readonly values: Float64Array;
  readonly costs: Float64Array;
}

export interface Limits {
  /** The most that may be spent; null: no limit. */
  readonly budget: number | null;
  /** The most customers that may be chosen; null: no limit. */
  readonly contacts: number | null;
}

export interface Chosen {
  /** The chosen option of each customer, -1 for none. */
  readonly option: Int32Array;
  readonly value: number;
  readonly cost: number;
  readonly contacts: number;
  /** No choice within the limits is worth more. */
  readonly bound: number;
}

interface Step {
  readonly customer: number;
  readonly option: number;
  readonly value: number;
  readonly cost: number;
  readonly ratio: number;
}

const closeRuns = 24;

/** Chooses at most one option of each customer so that the value is greatest within a budget and a number of customers: a multiple-choice
 *  knapsack (Sinha & Zoltners 1979; Kellerer, Pferschy & Pisinger 2004, section 11). Each customer's options are cut to their upper
 *  hull, whose steps are taken by value for each unit of cost: that is the optimum of the problem in which a step may be taken in part,
 *  so that `bound` is never below the true optimum. A number of customers is priced by its Lagrange multiplier, found by bisection. */
export function chooseOptions(options: Options, limits: Limits): Chosen {
  const most = limits.contacts ?? Number.POSITIVE_INFINITY;
  const free = fill(options, limits, 0);
  if (free.contacts <= most) return { ...free, bound: Math.max(free.value, free.relaxed) };
  let [low, high] = [0, options.values.reduce((a, b) => Math.max(a, b), 0)];
  let bound = free.relaxed;
  let best = fill(options, limits, high);
  for (let run = 0; run < closeRuns; run++) {
    const middle = (low + high) / 2;
    const found = fill(options, limits, middle);
    bound = Math.min(bound, found.relaxed + middle * most);
    if (found.contacts <= most) high = middle;
    else low = middle;
    if (found.contacts <= most && found.value >= best.value) best = found;
  }
  const full = complete(options, limits, best, most);
  return { ...full, bound: Math.max(full.value, bound) };
}

type Filled = Omit<Chosen, "bound"> & {
  /** Value at the contact's price of the problem in which a step may be taken in part. */
  readonly relaxed: number;
};

/** The greedy choice where each customer costs `price` more of the value. */
function fill(options: Options, { budget }: Limits, price: number): Filled {
  const steps = stepsOf(options, price);
  const n = options.starts.length - 1;
  const option = new Int32Array(n).fill(-1);
  const isClosed = new Uint8Array(n);
  let left = budget ?? Number.POSITIVE_INFINITY;
  let relaxed = 0;
  let isWhole = true;
  for (const { customer, option: at, value, cost, ratio } of steps) {
    if (isWhole && cost > left) {
      relaxed += left * ratio;
      isWhole = false;
    }
    if (isWhole) relaxed += value;
    if (isClosed[customer] === 1) continue;
    if (cost > left) {
      isClosed[customer] = 1;
      continue;
    }
    option[customer] = at;
    left -= cost;
  }
  return { ...totalsOf(options, option), option, relaxed };
}

function totalsOf({ values, costs }: Options, option: Int32Array) {
  let [value, cost, contacts] = [0, 0, 0];
  for (const at of option) {
    if (at < 0) continue;
    value += values[at] ?? 0;
    cost += costs[at] ?? 0;
    contacts++;
  }
  return { value, cost, contacts };
}

/** Steps along the upper hull of each customer's options from nothing on, the best value for its cost first. */
function stepsOf({ starts, values, costs }: Options, price: number): Step[] {
  const steps: Step[] = [];
  for (let customer = 0; customer + 1 < starts.length; customer++) {
    const own: number[] = [];
    for (let at = starts[customer] ?? 0; at < (starts[customer + 1] ?? 0); at++)
      if ((values[at] ?? 0) - price > 0) own.push(at);
    own.sort((a, b) => (costs[a] ?? 0) - (costs[b] ?? 0) || (values[b] ?? 0) - (values[a] ?? 0) || a - b);
    let from = { value: 0, cost: 0 };
    const hull: Step[] = [];
    for (const at of own) {
      const to = { value: (values[at] ?? 0) - price, cost: costs[at] ?? 0 };
      if (to.value <= from.value) continue;
      for (let last = hull.at(-1); last; last = hull.at(-1)) {
        const [dv, dc] = [to.value - from.value, to.cost - from.cost];
        if (dc > 0 && dv / dc <= last.ratio) break;
        hull.pop();
        from = { value: from.value - last.value, cost: from.cost - last.cost };
      }
      const [value, cost] = [to.value - from.value, to.cost - from.cost];
      hull.push({ customer, option: at, value, cost, ratio: cost > 0 ? value / cost : Number.POSITIVE_INFINITY });
      from = to;
    }
    steps.push(...hull);
  }
  // the same ratio: the lesser cost first, so that order tells nothing but ties between equals
  return steps.sort((a, b) => (a.ratio === b.ratio ? a.cost - b.cost || a.customer - b.customer : b.ratio - a.ratio));
}

/** Gives whoever has nothing yet the best of what still fits. */
function complete(options: Options, { budget }: Limits, found: Filled, most: number): Omit<Chosen, "bound"> {
  const option = Int32Array.from(found.option);
  let [left, places] = [(budget ?? Number.POSITIVE_INFINITY) - found.cost, most - found.contacts];
  const rest: { customer: number; at: number; value: number }[] = [];
  for (const [customer, at] of option.entries()) {
    if (at >= 0) continue;
    for (let one = options.starts[customer] ?? 0; one < (options.starts[customer + 1] ?? 0); one++)
      if ((options.values[one] ?? 0) > 0) rest.push({ customer, at: one, value: options.values[one] ?? 0 });
  }
  rest.sort((a, b) => b.value - a.value || a.at - b.at);
  for (const { customer, at } of rest) {
    if (places <= 0) break;
    const cost = options.costs[at] ?? 0;
    if ((option[customer] ?? -1) >= 0 || cost > left) continue;
    option[customer] = at;
    left -= cost;
    places--;
  }
  return { ...totalsOf(options, option), option };
}
