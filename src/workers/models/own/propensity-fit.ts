import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { ModelContext } from "../../../shared/domain/model.ts";
import { featureColumns } from "../../features/customer-features.ts";
import { type BoostedTrees, fitBoostedTrees, type TreeInput } from "../../numeric/boosted-trees.ts";
import { numbers } from "../tables.ts";
import { eventColumns } from "./event-steps.ts";

export interface FittedOwn {
  readonly trees: BoostedTrees;
  readonly columns: readonly string[];
  /** Share to whom it happened at the latest earlier cut. */
  readonly base_rate: number;
  readonly n_rows: number;
  readonly n_happened: number;
  readonly n_trees: number;
  readonly n_cuts: number;
}

/** All that a propensity of one's own can learn from. */
export const ownFeatures: readonly string[] = [...featureColumns, ...eventColumns].map(({ name }) => name);

const leastRows = 200;
const leastOfEach = 30;
const longestGrowth = 120;
const treesUnjudged = 50;
const settings = { leaves: 8, learningRate: 0.1, l2: 5, minChildWeight: 6, patience: 12 } as const;

/** Trees on what followed earlier cuts; the latest cut tells how many are enough, then all cuts are learnt from. Null where there
 *  is too little to learn from. */
export function fitOwn(
  rows: ColumnTable,
  leaveOut: readonly string[],
  { seed, throwIfCancelled }: ModelContext,
): FittedOwn | null {
  if (rows.rows < leastRows) return null;
  const target = numbers(rows, "happened");
  const happened = target.reduce((sum, one) => sum + one, 0);
  if (happened < leastOfEach || rows.rows - happened < leastOfEach) return null;
  const names = ownFeatures.filter((name) => !leaveOut.includes(name));
  const columns = names.map((name) => numbers(rows, name));
  const cut = numbers(rows, "cut_days");
  const cuts = [...new Set(cut)].sort((a, b) => a - b);
  const isValidation = Uint8Array.from(cut, (days) => (days === cuts[0] ? 1 : 0));
  const latest = target.filter((_, row) => isValidation[row] === 1);
  const learn = (more: Partial<TreeInput>, trees: number) =>
    fitBoostedTrees({ columns, target, throwIfCancelled, ...more }, { ...settings, seed, trees });
  const judged = cuts.length > 1 ? learn({ isValidation }, longestGrowth) : null;
  const trees = learn({}, Math.max(5, judged?.trees.length ?? treesUnjudged));
  return {
    trees,
    columns: names,
    base_rate: latest.reduce((sum, one) => sum + one, 0) / latest.length,
    n_rows: rows.rows,
    n_happened: happened,
    n_trees: trees.trees.length,
    n_cuts: cuts.length,
  };
}

export function fittedOwn(fitted: Json): FittedOwn | null {
  return typeof fitted === "object" && fitted !== null && "trees" in fitted ? (fitted as unknown as FittedOwn) : null;
}
