/** How many days before its own day a training table looks at customers as they were then: the last quarters, on the same weekday,
 *  and the same season a year ago. One list for all of them, and the evaluations' cuts lie on it too: what is known of customers at
 *  such a day is made once. */
export const earlierCuts = [91, 182, 273, 365] as const;
