import type { SegmentRule } from "../../../shared/api/contract/customers.ts";
import { audience } from "../../format/audience.ts";

/** The address of the customers that a rule holds for, those who sent back most first. */
export function customersWith(rule: SegmentRule): string {
  const where = JSON.stringify({ combinator: "and", rules: [rule] });
  return `/customers?where=${encodeURIComponent(where)}&sort=return_count.desc`;
}

/** Those who bought such goods within a year and have sent something back; null where no rule can ask for it. */
export function returnersOf(by: string, name: string): string | null {
  const sentBack = { field: "return_count", operator: ">=", value: 1 };
  if (by === "lifecycle_stage") return audience({ field: by, operator: "in", value: [name] }, sentBack);
  if (by !== "category" && by !== "channel") return null;
  const bought = {
    event: "order",
    aggregate: "count",
    operator: ">=",
    value: 1,
    where: [{ field: by, operator: "=", value: name }],
    window: { days: 365 },
  };
  return audience({ behaviour: bought }, sentBack);
}
