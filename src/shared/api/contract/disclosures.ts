import { z } from "zod";
import { brandName, call, count, instant } from "../operation.ts";

const exporters = z.array(z.string().trim().min(1).max(200)).min(1).max(200).nullable();

const disclosure = z.object({
  at: instant,
  kind: z.enum(["segment", "campaign", "query", "hand-off", "refused", "permission"]),
  /** Name of the list; of a change of who may: empty. */
  export: z.string(),
  segment: z.string().nullable(),
  account: z.string().nullable(),
  host: z.string().nullable(),
  rows: count.nullable(),
  /** Columns with personal data, hashed or not, or tables that hold such; null: an earlier program wrote it and didn't say. */
  personal: z.array(z.string()).nullable(),
  path: z.string().nullable(),
  snapshot_id: z.string().nullable(),
  sha256: z.string().nullable(),
  /** Of a change: who may from then on; null: everybody. */
  exporters: z.array(z.string()).nullable().optional(),
});
export type Disclosure = z.output<typeof disclosure>;

const register = z.object({
  /** The account that asks, and whether it may take personal data out. */
  account: z.string(),
  is_permitted: z.boolean(),
  exporters: z.array(z.string()).nullable(),
  /** The latest first. */
  disclosures: z.array(disclosure),
});
export type DisclosureRegister = z.output<typeof register>;

export const disclosureOperations = {
  /** Who took what out of a brand: lists, answers and hand-offs that were written, and what was refused, out of the brand's log. */
  "disclosures.list": call({ input: z.object({ brand: brandName }), output: register }),
  /** Sets which accounts may write files with personal data; null: everybody. Throws `not_permitted` for whoever may not. */
  "disclosures.permit": call({ input: z.object({ brand: brandName, exporters }), output: register }),
};
