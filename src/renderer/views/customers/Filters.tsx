import type { Field, SegmentRule, SegmentTree } from "../../../shared/api/contract/customers.ts";
import { RuleRow } from "../../components/RuleRow.tsx";

/** Filters as removable rules that all have to hold; they become a segment as they stand. */
export function Filters({
  fields,
  where,
  onChange,
  currency,
}: {
  fields: readonly Field[];
  where: SegmentTree | undefined;
  onChange: (where: SegmentTree | undefined) => void;
  currency: string;
}) {
  const rules = (where?.rules ?? []) as SegmentRule[];
  const set = (next: SegmentRule[]) => onChange(next.length > 0 ? { combinator: "and", rules: next } : undefined);
  return (
    <>
      {rules.map((rule, at) => (
        <span key={`${at} ${rule.field}`} className="chip" style={{ height: "auto", padding: 4 }}>
          <RuleRow
            fields={fields}
            rule={rule}
            currency={currency}
            onChange={(changed) => set(rules.map((one, i) => (i === at ? changed : one)))}
            onRemove={() => set(rules.filter((_, i) => i !== at))}
          />
        </span>
      ))}
      <button
        type="button"
        className="button"
        onClick={() => set([...rules, { field: "lifecycle_stage", operator: "in", value: ["active"] }])}
      >
        + Filter
      </button>
    </>
  );
}
