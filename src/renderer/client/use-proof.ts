import { useBrand } from "../app/BrandContext.ts";
import { useAsk } from "./queries.ts";
import { useShowUnproven } from "./use-show-unproven.ts";

export interface Proof {
  /** Whether what isn't proven is shown all the same. */
  readonly isShown: boolean;
  readonly show: (isShown: boolean) => void;
  readonly isModelDoubted: (model: string) => boolean;
  readonly isColumnDoubted: (column: string) => boolean;
  /** What a model is called. */
  readonly titleOf: (model: string) => string;
}

/** What isn't proven on the retailer's own data, and whether it is shown: asked by every screen that names a model's output. */
export function useProof(): Proof {
  const { brand } = useBrand();
  const { isShown, show } = useShowUnproven();
  const found = useAsk("models.list", { brand });
  const models = found.data?.models ?? [];
  const doubted = new Set(models.filter(({ verdict }) => verdict?.state === "unproven").map(({ name }) => name));
  const columns = new Set(found.data?.doubted ?? []);
  return {
    isShown,
    show,
    isModelDoubted: (model) => doubted.has(model),
    isColumnDoubted: (column) => columns.has(column),
    titleOf: (model) => models.find(({ name }) => name === model)?.title ?? model,
  };
}
