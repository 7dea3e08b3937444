import type { TournamentChoice } from "../../../shared/domain/tournament.ts";
import { judgeTournament, type Split, type TournamentRequest } from "./judge.ts";

/** The cut that all of the published horizon follows. */
interface Published {
  readonly split: Split;
  readonly horizonDays: number;
}

/** A shop that had fewer customers than this share of today's was another one. */
const leastOfToday = 0.25;

/** The choice by what followed over the horizon that is published, where the history is long enough that all candidates could be fitted
 *  and judged so; else over the shorter one of the rolling cuts, said in the reason. */
export function judgePublished(request: TournamentRequest, published: Published | null): TournamentChoice {
  if (!published) return judgeTournament(request);
  const { split, horizonDays } = published;
  const today = request.splits[0]?.outcomes.rows ?? 0;
  if (split.outcomes.rows >= leastOfToday * today) {
    const choice = judgeTournament({ ...request, splits: [split], horizonDays });
    if (choice.rows.length > 0 && choice.left_out.length === 0) return choice;
  }
  const near = judgeTournament(request);
  if (near.rows.length === 0) return near;
  const reason = `${near.reason} There is too little history to judge ${horizonDays} days: what is chosen was judged over ${request.horizonDays}.`;
  return { ...near, reason };
}
