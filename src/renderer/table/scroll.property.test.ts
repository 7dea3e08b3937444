import fc from "fast-check";
import { expect, test } from "vitest";
import { placeOfRow, rowHeight, shiftAfterScroll } from "./scroll.ts";

const drawable = 1_000;
const viewport = 600;
const end = drawable * rowHeight - viewport;

test("a row that is asked for is where it is drawn", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5_000_000 }), fc.nat(), (total, any) => {
      const row = any % total;
      const { index, shift } = placeOfRow(row, total, drawable);
      expect(index + shift).toBe(row);
      expect(index).toBeGreaterThanOrEqual(0);
      expect(index).toBeLessThan(drawable);
    }),
  );
});

test("scrolling never leaves the rows, and both ends are reached", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5_000_000 }), fc.array(fc.integer({ min: 0, max: end })), (total, tops) => {
      let [shift, lastTop] = [0, 0];
      for (const top of [...tops, 0, end]) {
        shift = shiftAfterScroll({ top, lastTop, shift, viewport, total, drawable });
        lastTop = top;
        expect(shift).toBeGreaterThanOrEqual(0);
        expect(shift).toBeLessThanOrEqual(Math.max(0, total - drawable));
      }
      expect(shift).toBe(Math.max(0, total - drawable));
      expect(shiftAfterScroll({ top: 0, lastTop, shift, viewport, total, drawable })).toBe(0);
    }),
  );
});

test("near moves pass row by row", () => {
  const step = { lastTop: 10_000, shift: 250, viewport, total: 4_000, drawable };
  expect(shiftAfterScroll({ ...step, top: 10_032 })).toBe(250);
  expect(shiftAfterScroll({ ...step, top: 20_000 })).not.toBe(250);
});
