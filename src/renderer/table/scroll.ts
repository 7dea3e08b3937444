/** Height of a row in pixels where nothing else is chosen. */
export const rowHeight = 32;
/** Chromium draws no element higher than 33,554,428 px. */
const highest = 32_000_000;

/** Beyond this many rows the scroll bar stands for more than it holds. */
export function drawableRows(height = rowHeight): number {
  return Math.floor(highest / height);
}

export interface ScrollStep {
  readonly top: number;
  readonly lastTop: number;
  readonly shift: number;
  readonly viewport: number;
  readonly total: number;
  readonly height?: number;
  readonly drawable?: number;
}

/** How many rows lie above those that the scroll bar holds. Near moves keep it, so that rows pass one by one; a jump puts it
 *  where the bar stands in the whole, and both ends are always reached. */
export function shiftAfterScroll({
  top,
  lastTop,
  shift,
  viewport,
  total,
  height = rowHeight,
  drawable = drawableRows(height),
}: ScrollStep): number {
  const hidden = total - drawable;
  if (hidden <= 0) return 0;
  const end = drawable * height - viewport;
  if (top <= 0) return 0;
  if (top >= end - 1) return hidden;
  if (Math.abs(top - lastTop) <= 2 * viewport) return shift;
  return Math.round((top / end) * hidden);
}

/** Where to scroll and which shift to take so that a row is among the first in view. */
export function placeOfRow(row: number, total: number, drawable = drawableRows()): { index: number; shift: number } {
  const hidden = Math.max(0, total - drawable);
  const shift = hidden === 0 ? 0 : Math.round((row / Math.max(1, total - 1)) * hidden);
  return { index: Math.min(drawable - 1, Math.max(0, row - shift)), shift };
}
