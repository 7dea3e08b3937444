import { z } from "zod";
import { brandName, call, count, day } from "../operation.ts";
import { estimate } from "./customers.ts";

const band = z.object({
  band: z.enum(["low", "medium", "high", "very_high"]),
  /** Chance from which on a line is in it. */
  from: z.number(),
  lines: count,
  /** Whose own risk, that at least one open line comes back, lies in the band. */
  customers: count,
  open_minor: z.number(),
  /** What comes back on average. */
  at_risk_minor: z.number(),
});

/** A part of the goods or of the people: its settled lines of twelve months, and what is open of it. */
const group = z.object({
  name: z.string(),
  settled: count,
  returned: count,
  rate: z.number().nullable(),
  rate_before: z.number().nullable(),
  open_lines: count,
  at_risk_minor: z.number(),
});

export const returns = z.object({
  as_of: day,
  currency: z.string(),
  /** Why there is nothing to show: no_returns_source, never_bought, not_scored; null where there is. */
  reason: z.string().nullable(),
  window_days: z.number().nullable(),
  window_basis: z.string().nullable(),
  settled: count,
  returned: count,
  settled_before: count,
  returned_before: count,
  refunded_minor: z.number(),
  open_lines: count,
  open_customers: count,
  open_minor: z.number(),
  at_risk: estimate.nullable(),
  /** The same two from the rate of the last twelve months by how long a line has been out, whatever else it is: what stands where the risk isn't proven. */
  at_risk_by_rate: estimate.nullable(),
  expected_by_rate: estimate.nullable(),
  expected_returns: estimate.nullable(),
  unclear_lines: count,
  bands: z.array(band),
  drivers: z.array(z.object({ driver: z.string(), effect: z.number() })),
  groups: z.array(z.object({ by: z.enum(["category", "size", "channel", "lifecycle_stage"]), rows: z.array(group) })),
  calibration: z.object({
    lines: count,
    is_corrected: z.boolean(),
    bins: z.array(z.object({ expected: z.number(), actual: z.number(), low: z.number(), high: z.number(), n: count })),
  }),
  riskiest: z.array(
    z.object({
      customer_id: z.string(),
      name: z.string().nullable(),
      order_id: z.string(),
      goods: z.string().nullable(),
      bought_on: day,
      amount_minor: z.number().nullable(),
      risk: z.number(),
      band: z.string(),
      driver: z.string().nullable(),
    }),
  ),
  returners: z.array(
    z.object({
      customer_id: z.string(),
      name: z.string().nullable(),
      settled: count,
      returned: count,
      rate: z.number(),
      low: z.number(),
      high: z.number(),
      net_revenue_minor: z.number(),
    }),
  ),
  /** Customers whose rate lies surely (lower 80 % limit) above twice the mean. */
  serial_returners: count,
  serial_from: z.number().nullable(),
});
export type Returns = z.output<typeof returns>;

export const returnOperations = {
  /** Risk of open lines, what drives it, where returns come from, and whether chances came true. */
  "returns.read": call({
    input: z.object({ brand: brandName, snapshot_id: z.string().optional() }),
    output: returns,
  }),
} as const;
