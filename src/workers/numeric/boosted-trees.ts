import { createRandom } from "../../shared/base/random.ts";
import { binColumns } from "./boosted-trees-bins.ts";
import { Growth, type Tree } from "./boosted-trees-grow.ts";
import { type Packed, pack } from "./boosted-trees-histogram.ts";
import { type Derivatives, defaultLossShape, type LossName, type LossShape, lossOf } from "./boosted-trees-loss.ts";
import { leafOf } from "./boosted-trees-predict.ts";

export interface TreeParams extends LossShape {
  readonly loss: LossName;
  readonly trees: number;
  readonly leaves: number;
  readonly learningRate: number;
  readonly l2: number;
  /** Least sum of second derivatives in a leaf: rows under squared loss, p(1 − p) a row under logistic loss. */
  readonly minChildWeight: number;
  readonly minGain: number;
  /** Shares of rows and columns that each tree sees. */
  readonly rowShare: number;
  readonly columnShare: number;
  /** Trees without a better loss of the validation part after which growing ends. */
  readonly patience: number;
  readonly seed: number;
  /** The leaf that gains most first, or level by level; `depth` is the most nodes above a leaf, 0 without limit. */
  readonly growth: "leaf" | "depth";
  readonly depth: number;
  /** By column: 1 where predictions may only rise with it, −1 only fall, 0 either; of quantities alone. */
  readonly monotone?: readonly number[];
  /** What is added to l2 where categories are parted. */
  readonly categoryL2: number;
}

export const defaultTreeParams: TreeParams = {
  loss: "logistic",
  trees: 100,
  leaves: 32,
  learningRate: 0.1,
  l2: 1,
  minChildWeight: 1,
  minGain: 0,
  rowShare: 1,
  columnShare: 1,
  patience: 20,
  seed: 1,
  growth: "leaf",
  depth: 0,
  categoryL2: 10,
  ...defaultLossShape,
};

/** As JSON holds it. */
export interface BoostedTrees {
  readonly loss: LossName;
  readonly features: number;
  readonly base: number;
  readonly trees: readonly Tree[];
}

export interface TreeInput {
  /** Columns of equal length; what isn't finite is missing. */
  readonly columns: readonly Float64Array[];
  /** Columns that hold codes of categories, without order: at most 255 of them are told apart. */
  readonly categorical?: readonly number[];
  /** From 0 up under Poisson and Tweedie loss. */
  readonly target: Float64Array;
  readonly weight?: Float64Array;
  /** Margins that the trees start from, instead of one for all rows; whoever predicts adds them again. */
  readonly offset?: Float64Array;
  /** 1: the row is left out of growing and tells when to stop. */
  readonly isValidation?: Uint8Array;
  readonly throwIfCancelled?: () => void;
}

/** Gradient-boosted trees: Friedman (2001) with second derivatives (Chen & Guestrin 2016), on histograms, leaf by leaf (Ke et al.
 *  2017). Deterministic for a seed; without sampling of rows their order doesn't matter. Finite for any input. */
export function fitBoostedTrees(input: TreeInput, given: Partial<TreeParams> = {}): BoostedTrees {
  const params = { ...defaultTreeParams, ...given };
  const { columns, target, weight = null, isValidation } = input;
  const loss = lossOf(params.loss, params);
  const binned = binColumns(columns, input.categorical);
  const all = Uint32Array.from(target.keys());
  const fitted = isValidation ? all.filter((row) => isValidation[row] !== 1) : all;
  const judged = isValidation ? all.filter((row) => isValidation[row] === 1) : new Uint32Array(0);
  const base = input.offset ? 0 : loss.initial(target, fitted, weight);
  const margins = input.offset?.slice() ?? new Float64Array(target.length).fill(base);
  const derivatives = { slope: new Float64Array(target.length), curvature: new Float64Array(target.length) };
  const packed: Packed = { values: new Float64Array(target.length), slopeUnit: 0, curvatureUnit: 0 };
  const growth = new Growth(binned, params);
  const random = createRandom(params.seed, "boosted-trees");
  const trees: Tree[] = [];
  let best = { size: 0, loss: judgedLoss(judged) };

  function judgedLoss(rows: Uint32Array): number {
    return rows.reduce((sum, row) => sum + (weight?.[row] ?? 1) * loss.loss(margins[row] ?? 0, target[row] ?? 0), 0);
  }

  const { renew: again } = loss;
  const renew = again && ((rows: Uint32Array) => again(rows, margins, target, weight));
  for (let round = 0; round < params.trees && fitted.length > 0; round++) {
    input.throwIfCancelled?.();
    loss.derive(fitted, margins, target, derivatives);
    if (weight) scaleBy(weight, derivatives);
    const isSampled = params.rowShare < 1;
    const rows = isSampled ? fitted.filter(() => random.next() < params.rowShare) : fitted;
    pack(packed, derivatives, rows, binned.hashes, round);
    const tree = growth.tree(packed, rows, chooseColumns(columns.length), margins, renew);
    if (tree.feature.length === 0 && !isSampled && params.columnShare >= 1) break;
    trees.push(tree);
    const outside = isSampled ? outsideOf(rows, all) : judged;
    for (const row of outside) margins[row] = (margins[row] ?? 0) + (tree.leafValue[leafOf(tree, columns, row)] ?? 0);
    if (judged.length === 0) continue;
    const now = judgedLoss(judged);
    if (now < best.loss) best = { size: trees.length, loss: now };
    if (trees.length - best.size >= params.patience) break;
  }
  return {
    loss: params.loss,
    features: columns.length,
    base,
    trees: judged.length > 0 ? trees.slice(0, best.size) : trees,
  };

  function chooseColumns(count: number): number[] {
    const ordered = Array.from({ length: count }, (_, feature) => feature);
    if (params.columnShare >= 1) return ordered;
    const keys = ordered.map(() => random.next());
    const share = Math.max(1, Math.round(params.columnShare * count));
    return ordered
      .sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0))
      .slice(0, share)
      .sort((a, b) => a - b);
  }
}

function outsideOf(rows: Uint32Array, all: Uint32Array): Uint32Array {
  const isIn = new Uint8Array(all.length);
  for (const row of rows) isIn[row] = 1;
  return all.filter((row) => isIn[row] === 0);
}

function scaleBy(weight: Float64Array, { slope, curvature }: Derivatives): void {
  for (let row = 0; row < weight.length; row++) {
    slope[row] = (slope[row] ?? 0) * (weight[row] ?? 1);
    curvature[row] = (curvature[row] ?? 0) * (weight[row] ?? 1);
  }
}
