import { z } from "zod";
import { automatic, tournamentTargets } from "../../domain/tournament.ts";
import { brandName, call, count, day, done } from "../operation.ts";

export { automatic, tournamentTargets };

const figure = z.object({
  metric: z.string(),
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
});
const candidate = z.object({
  candidate: z.string(),
  title: z.string(),
  /** Share of the combination or 1 for the chosen one; null where it has no part in the profile. */
  weight: z.number().nullable(),
  /** Loss as a multiple of the naive forecast's, over the cuts. */
  relative: z.number().nullable(),
  is_chosen: z.boolean(),
  can_be_chosen: z.boolean(),
  reason: z.string().nullable(),
  cuts: z.array(z.object({ cut_on: day, n: count, relative: z.number().nullable(), metrics: z.array(figure) })),
});
export type TournamentCandidate = z.output<typeof candidate>;
const target = z.object({
  target: z.enum(tournamentTargets),
  title: z.string(),
  chosen: z.string(),
  /** What the tournament itself chose, where a person pinned another. */
  found: z.string(),
  pinned: z.string().nullable(),
  reason: z.string(),
  /** The rule of thumb that losses are multiples of. */
  naive: z.string(),
  /** What the target answers beside its title; null where that says it all. */
  note: z.string().nullable(),
  fit_on: day,
  horizon_days: count,
  candidates: z.array(candidate),
  history: z.array(z.object({ snapshot_id: z.string(), as_of: day, fit_on: day, chosen: z.string() })),
});
export type Tournament = z.output<typeof target>;

export const tournamentOperations = {
  "tournament.read": call({ input: z.object({ brand: brandName }), output: z.object({ targets: z.array(target) }) }),
  /** Fixes which model's figures stand in the profile from the next run on; null leaves it to the tournament. */
  "tournament.pin": call({
    input: z.object({ brand: brandName, target: z.enum(tournamentTargets), model: z.string().nullable() }),
    output: done,
  }),
};
