import type { Score } from "../../../shared/api/contract/customers.ts";
import { useProof } from "../../client/use-proof.ts";
import { ShowUnproven } from "../../components/ShowUnproven.tsx";
import { Scores } from "./Scores.tsx";

/** The scores of models that are proven on the retailer's data; those of others where somebody wants to see them. */
export function TrustedScores({ scores, currency }: { scores: readonly Score[]; currency: string }) {
  const proof = useProof();
  const isDoubted = ({ model }: Score) => proof.isModelDoubted(model);
  return (
    <Scores
      scores={proof.isShown ? scores : scores.filter((score) => !isDoubted(score))}
      isDoubted={isDoubted}
      currency={currency}
      tools={scores.some(isDoubted) && <ShowUnproven proof={proof} />}
    />
  );
}
