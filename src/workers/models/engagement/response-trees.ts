import { type BoostedTrees, fitBoostedTrees } from "../../numeric/boosted-trees.ts";
import { sigmoid } from "../../numeric/boosted-trees-loss.ts";
import { predictMargins } from "../../numeric/boosted-trees-predict.ts";
import { fitPlatt, type Platt } from "../../numeric/platt.ts";
import { meanInterval } from "../../numeric/scoring.ts";

/** Trees of a yes or no, with the line that brings their margins to chances on rows that they had not seen. */
export interface ResponseTrees {
  readonly trees: BoostedTrees;
  readonly platt: Platt;
  readonly n_rows: number;
  readonly n_yes: number;
  readonly n_trees: number;
}

const settings = { leaves: 8, learningRate: 0.1, l2: 8, minChildWeight: 6, patience: 10 } as const;
const longest = 80;
const judgedShare = 0.25;
const leastOfEach = 30;

interface ResponseRows {
  readonly columns: readonly Float64Array[];
  readonly target: Float64Array;
  /** Log odds that the trees start from: whoever asks for chances gives them again. */
  readonly offset?: Float64Array | undefined;
  /** How long ago a row is: the latest quarter tells how many trees are enough and how far their chances can be trusted. */
  readonly daysAgo: Float64Array;
}

/** Null where fewer than 30 said yes, or no. */
export function fitResponse(
  { columns, target, daysAgo, offset }: ResponseRows,
  { seed, throwIfCancelled }: { readonly seed: number; readonly throwIfCancelled: () => void },
): ResponseTrees | null {
  const yes = target.reduce((sum, one) => sum + one, 0);
  if (yes < leastOfEach || target.length - yes < leastOfEach) return null;
  const sorted = Float64Array.from(daysAgo).sort();
  const bound = sorted[Math.floor(judgedShare * sorted.length)] ?? 0;
  const isJudged = Uint8Array.from(daysAgo, (days) => (days <= bound ? 1 : 0));
  const judged = Uint32Array.from(daysAgo.keys()).filter((row) => isJudged[row] === 1);
  const both = [0, 1].every(
    (value) =>
      judged.some((row) => target[row] === value) && target.some((one, row) => isJudged[row] === 0 && one === value),
  );
  const from = offset ? { offset } : {};
  const tried = both
    ? fitBoostedTrees(
        { columns, target, isValidation: isJudged, throwIfCancelled },
        { ...settings, seed, trees: longest },
      )
    : null;
  const margins = tried ? marginsOf(tried, columns, offset) : null;
  // in order of what they hold, so that sums don't hang on the order of rows
  judged.sort((a, b) => (margins?.[a] ?? 0) - (margins?.[b] ?? 0) || (target[a] ?? 0) - (target[b] ?? 0));
  const pick = (column: Float64Array) => Float64Array.from(judged, (row) => column[row] ?? 0);
  const platt = margins ? fitPlatt(pick(margins), pick(target)) : { slope: 1, offset: 0 };
  const isBetter = !offset || (margins !== null && beatsStart(pick(margins), pick(offset), pick(target), platt));
  if (!isBetter) {
    const trees = { loss: "logistic", features: columns.length, base: 0, trees: [] } as const;
    return { trees, platt: { slope: 1, offset: 0 }, n_rows: target.length, n_yes: yes, n_trees: 0 };
  }
  const size = Math.max(5, tried?.trees.length ?? 20);
  const trees = fitBoostedTrees({ columns, target, throwIfCancelled, ...from }, { ...settings, seed, trees: size });
  return { trees, platt, n_rows: target.length, n_yes: yes, n_trees: trees.trees.length };
}

/** Whether the trees tell unseen rows better than what they start from, by more than one standard error of the difference. */
function beatsStart(margins: Float64Array, start: Float64Array, target: Float64Array, platt: Platt): boolean {
  const loss = (margin: number, y: number) =>
    Math.max(margin, 0) - margin * y + Math.log1p(Math.exp(-Math.abs(margin)));
  const gains = margins
    .map((margin, row) => {
      const y = target[row] ?? 0;
      return loss(start[row] ?? 0, y) - loss(platt.slope * margin + platt.offset, y);
    })
    .sort();
  const { value, low } = meanInterval(gains);
  return value > (value - low) / 1.959963984540054;
}

function marginsOf(trees: BoostedTrees, columns: readonly Float64Array[], offset?: Float64Array): Float64Array {
  return predictMargins(trees, columns).map((margin, row) => margin + (offset?.[row] ?? 0));
}

export function responseChances(
  { trees, platt }: ResponseTrees,
  columns: readonly Float64Array[],
  offset?: Float64Array,
): Float64Array {
  return marginsOf(trees, columns, offset).map((margin) => sigmoid(platt.slope * margin + platt.offset));
}

/** Own past share, drawn to that of all by as many as `weight` tries. */
export function shrunkRate(
  yes: Float64Array,
  tries: Float64Array,
  { rate, weight }: { rate: number; weight: number },
): Float64Array {
  return yes.map((count, row) => (count + weight * rate) / ((tries[row] ?? 0) + weight));
}
