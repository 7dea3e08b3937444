import type { Score } from "../../../shared/api/contract/customers.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { useAsk } from "../../client/queries.ts";
import { useShowUnproven } from "../../client/use-show-unproven.ts";
import { Scores } from "./Scores.tsx";

/** The scores of models that are proven on the retailer's data; those of others where somebody wants to see them. */
export function TrustedScores({ scores, currency }: { scores: readonly Score[]; currency: string }) {
  const { brand } = useBrand();
  const unproven = useShowUnproven();
  const models = useAsk("models.list", { brand });
  const doubted = new Set(
    (models.data?.models ?? []).filter(({ verdict }) => verdict?.state === "unproven").map(({ name }) => name),
  );
  const isDoubted = ({ model }: Score) => doubted.has(model);
  return (
    <Scores
      scores={unproven.isShown ? scores : scores.filter((score) => !isDoubted(score))}
      doubted={doubted}
      currency={currency}
      tools={
        scores.some(isDoubted) && (
          <label className="check">
            <input
              type="checkbox"
              checked={unproven.isShown}
              onChange={(event) => unproven.show(event.target.checked)}
            />
            Show unproven
          </label>
        )
      }
    />
  );
}
