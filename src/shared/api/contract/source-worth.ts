import { z } from "zod";
import { tournamentTargets } from "../../domain/tournament.ts";
import { brandName, call, count, day, instant, stream } from "../operation.ts";
import { stepProgress } from "./workspace.ts";

const figure = z.object({
  target: z.enum(tournamentTargets),
  /** What was chosen ("stack": a combination), or a candidate that learns from features. */
  model: z.string(),
  is_chosen: z.boolean(),
  metric: z.string(),
  value: z.number(),
  without: z.number(),
  /** How much better it is with the source, positive where it is better, with its 95 % interval. */
  gain: z.number(),
  low: z.number(),
  high: z.number(),
  /** The interval that holds together with those of all comparisons, of every measured source, in 95 % of cases. */
  joint_low: z.number(),
  joint_high: z.number(),
  n: count,
  cuts: count,
});

const worth = z.object({
  source: z.string(),
  tables: z.array(z.string()),
  /** Null until it was measured. */
  measured: z
    .object({
      verdict: z.enum(["helps", "harms", "no_difference", "not_read", "carries", "no_data"]),
      figures: z.array(figure),
      /** How many comparisons the joint intervals and verdicts allow for. */
      comparisons: count,
      customers: count,
      lost: count,
      snapshot_id: z.string(),
      as_of: day,
      /** Of the current snapshot. */
      is_current: z.boolean(),
      measured_at: instant,
      cost: z.object({ seconds: z.number(), tasks: count, reused: count, computed: count }),
    })
    .nullable(),
});
export type Worth = z.output<typeof worth>;

export const sourceWorthOperations = {
  /** What each source was measured to be worth. */
  "worth.list": call({ input: z.object({ brand: brandName }), output: z.object({ sources: z.array(worth) }) }),
  /** Leaves out one source after the other on the tournament's splits. */
  "worth.measure": stream({
    input: z.object({ brand: brandName, source: z.string().optional() }),
    progress: stepProgress,
    output: z.object({ sources: z.array(worth) }),
  }),
};
