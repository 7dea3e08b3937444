import { addDays, type Day, weekEnd } from "../../shared/base/time.ts";
import { type CutName, daysToCut, judgedDays } from "../../shared/domain/tournament.ts";

/** The k-th rolling cut before a day (k from 1), or the one that a horizon follows: whole weeks before the week's end, so that a week of
 *  nights has the same cuts, and what a cut reads of the past is what an earlier cut reads of its day. */
export function rollingCut(asOf: Day, cut: CutName, horizonDays: number = judgedDays): Day {
  return addDays(weekEnd(asOf), -daysToCut(cut, horizonDays));
}

/** A cut so many days before a day, for a length that somebody named. */
export function exactCut(asOf: Day, cut: number, horizonDays: number): Day {
  return addDays(asOf, -horizonDays * cut);
}
