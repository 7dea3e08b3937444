import type { SegmentTree } from "../../shared/api/contract/customers.ts";

/** The address of a new segment with this rule tree. */
export function segmentAddress(where: SegmentTree): string {
  return `/segments/new?where=${encodeURIComponent(JSON.stringify(where))}`;
}

/** The address of a new segment with these rules, all of them. */
export function audience(...rules: SegmentTree["rules"]): string {
  return segmentAddress({ combinator: "and", rules });
}
