import type { InputReference } from "../../shared/domain/step.ts";
import type { StepContext } from "../engine/step-context.ts";

/** How many days before its own day a training table looks at customers as they were then: the last quarters, on the same weekday,
 *  and the same season a year ago. One list for all of them, and the evaluations' cuts lie on it too: what is known of customers at
 *  such a day is made once. */
export const earlierCuts = [91, 182, 273, 365] as const;

/** What a step said of customers at earlier cuts, as inputs by the name `before_<days>`; its output is called as it is. */
export function atCuts(step: string, cuts: readonly number[]): Readonly<Record<string, InputReference>> {
  return Object.fromEntries(cuts.map((days) => [`before_${days}`, { step, output: step, daysBefore: days }]));
}

/** The rows of those inputs one below the other, each with the cut that it comes from; a SELECT for every cut. */
export function rowsAtCuts(context: StepContext, cuts: readonly number[], names: readonly string[]): string[] {
  return cuts.map(
    (days) => `SELECT customer_id, ${days} AS cut_days, ${names.join(", ")} FROM ${context.relation(`before_${days}`)}`,
  );
}

/** A condition that keeps about so many of the rows that `size.n` counts, all of them where they are fewer: drawn by what a row says,
 *  so that neither order nor ids decide. */
export function drawnShare(mostRows: number, said: string): string {
  return `(SELECT n FROM size) <= ${mostRows}
        OR CAST('0x' || left(md5(${said}), 8) AS BIGINT) % 1000000 < 1000000.0 * ${mostRows} / (SELECT n FROM size)`;
}
