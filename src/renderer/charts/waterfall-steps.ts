export interface WaterfallPart {
  readonly name: string;
  readonly effect: number;
}
export interface WaterfallStep extends WaterfallPart {
  /** Where the bar begins and ends; it begins where the one before it ended. */
  readonly from: number;
  readonly to: number;
  readonly isTotal: boolean;
}

/** Parts one after the other, each from where the last ended, and the whole from zero at the end. */
export function waterfallSteps(parts: readonly WaterfallPart[], total: number): WaterfallStep[] {
  let at = 0;
  const steps = parts.map(({ name, effect }) => {
    const from = at;
    at += effect;
    return { name, effect, from, to: at, isTotal: false };
  });
  return [...steps, { name: "Revenue", effect: total, from: 0, to: total, isTotal: true }];
}
