import type { SegmentRule } from "../../../shared/api/contract/customers.ts";

/** The address of a new segment with these rules, all of them. */
export function audience(...rules: readonly SegmentRule[]): string {
  return `/segments/new?where=${encodeURIComponent(JSON.stringify({ combinator: "and", rules }))}`;
}
