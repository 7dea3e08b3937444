import type { InputReference } from "../../shared/domain/step.ts";

/** How many days before its own day a training table looks at customers as they were then: the last quarters, on the same weekday,
 *  and the same season a year ago. One list for all of them, and the evaluations' cuts lie on it too: what is known of customers at
 *  such a day is made once. */
export const earlierCuts = [91, 182, 273, 365] as const;

/** What a step said of customers at earlier cuts, as inputs by the name `before_<days>`; its output is called as it is. */
export function atCuts(step: string, cuts: readonly number[]): Readonly<Record<string, InputReference>> {
  return Object.fromEntries(cuts.map((days) => [`before_${days}`, { step, output: step, daysBefore: days }]));
}
