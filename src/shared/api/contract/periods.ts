import { z } from "zod";
import { fiscalKinds, periodLengths, weekStarts } from "../../domain/fiscal-calendar.ts";
import { brandName, call, count, day } from "../operation.ts";

const sums = z.object({
  from: day,
  to: day,
  revenue_minor: z.number(),
  /** Refunds dated in it; null where no source tells of returns. */
  refunds_minor: z.number().nullable(),
});

const period = sums.extend({
  label: z.string(),
  year: z.number().int(),
  number: count,
  /** Not over on as_of: `to` is as_of then, and the year before is cut at the same day of the period. */
  is_open: z.boolean(),
  orders: z.number(),
  buyers: count,
  /** The same period of the fiscal year before; null where the history doesn't reach back to it. */
  before: sums.nullable(),
});

export const periods = z.object({
  as_of: day,
  currency: z.string(),
  by: z.enum(periodLengths),
  fiscal_calendar: z.enum(fiscalKinds),
  fiscal_year_starts: z.string(),
  week_starts: z.enum(weekStarts),
  /** Oldest first; the last one holds as_of. */
  periods: z.array(period),
});
export type Periods = z.output<typeof periods>;

export const periodOperations = {
  /** Revenue and refunds by period of the retailer's fiscal calendar, each beside the year before. */
  "periods.read": call({
    input: z.object({
      brand: brandName,
      snapshot_id: z.string().optional(),
      by: z.enum(periodLengths),
      count: z.number().int().min(1).max(120).optional(),
    }),
    output: periods,
  }),
};
