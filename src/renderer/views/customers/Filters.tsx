import { useState } from "react";
import type { Field, SegmentRule, SegmentTree } from "../../../shared/api/contract/customers.ts";
import { useProof } from "../../client/use-proof.ts";
import { Dialog } from "../../components/Dialog.tsx";
import { Icon } from "../../components/Icon.tsx";
import { RuleRow } from "../../components/RuleRow.tsx";
import { ShowUnproven } from "../../components/ShowUnproven.tsx";
import { chipText, flatRules } from "./filter-chip.ts";

interface Props {
  readonly fields: readonly Field[];
  readonly where: SegmentTree | undefined;
  readonly currency: string;
  readonly onChange: (where: SegmentTree | undefined) => void;
}
const starting: SegmentRule = { field: "lifecycle_stage", operator: "in", value: ["active"] };

/** Filters as removable chips that all have to hold; they become a segment as they stand. */
export function Filters({ fields, where, currency, onChange }: Props) {
  const [draft, setDraft] = useState<{ at: number; rule: SegmentRule } | null>(null);
  const proof = useProof();
  const rules = flatRules(where);
  const set = (next: SegmentRule[]) => onChange(next.length > 0 ? { combinator: "and", rules: next } : undefined);
  if (rules === null)
    return (
      <span className="chip filter">
        Rules of a segment
        <button type="button" aria-label="Clear the rules" onClick={() => onChange(undefined)}>
          <Icon name="close" />
        </button>
      </span>
    );
  const apply = () => {
    if (draft)
      set(
        draft.at < rules.length ? rules.map((one, at) => (at === draft.at ? draft.rule : one)) : [...rules, draft.rule],
      );
    setDraft(null);
  };
  return (
    <>
      {rules.map((rule, at) => {
        const said = chipText(rule, fields, currency);
        return (
          <span key={said} className="chip filter">
            <button type="button" className="said" title="Change this filter" onClick={() => setDraft({ at, rule })}>
              {said}
            </button>
            <button
              type="button"
              aria-label={`Remove: ${said}`}
              onClick={() => set(rules.filter((_, other) => other !== at))}
            >
              <Icon name="close" />
            </button>
          </span>
        );
      })}
      <button type="button" className="button" onClick={() => setDraft({ at: rules.length, rule: starting })}>
        <Icon name="plus" />
        Filter
      </button>
      {draft && (
        <Dialog label="Filter" onClose={() => setDraft(null)}>
          <h2>Filter</h2>
          <RuleRow
            fields={fields}
            rule={draft.rule}
            currency={currency}
            onChange={(rule) => setDraft({ ...draft, rule })}
          />
          {fields.some(({ name }) => proof.isColumnDoubted(name)) && <ShowUnproven proof={proof} />}
          <div className="actions">
            <button type="button" className="button primary" onClick={apply}>
              Apply
            </button>
            <button type="button" className="button" onClick={() => setDraft(null)}>
              Cancel
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
