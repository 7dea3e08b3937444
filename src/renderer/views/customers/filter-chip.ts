import type { Field, SegmentRule, SegmentTree } from "../../../shared/api/contract/customers.ts";
import { segmentSentence } from "../../../shared/domain/segment.ts";

/** The tree's rules where it is nothing but fields that all have to hold; null where it is more than chips can show. */
export function flatRules(where: SegmentTree | undefined): SegmentRule[] | null {
  if (!where) return [];
  if (where.not || (where.combinator !== "and" && where.rules.length > 1)) return null;
  const rules = where.rules.filter((node): node is SegmentRule => "field" in node);
  return rules.length === where.rules.length ? rules : null;
}

const upper = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** What stands on a filter's chip: "Lifecycle stage is active or new". */
export function chipText(rule: SegmentRule, fields: readonly Field[], currency: string): string {
  try {
    const said = segmentSentence({ where: { combinator: "and", rules: [rule] } }, { currency });
    return upper(said.replace(/^Customers (whose |who )?/, "").replace(/\.$/, ""));
  } catch {
    return `${fields.find(({ name }) => name === rule.field)?.label ?? rule.field}: no value yet`;
  }
}
