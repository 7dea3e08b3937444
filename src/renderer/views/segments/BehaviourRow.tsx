import { Icon } from "../../components/Icon.tsx";
import { NumberInput } from "../../components/NumberInput.tsx";
import { type BehaviourDraft, behaviourDraft, behaviourNode } from "./behaviour.ts";
import type { BehaviourNode } from "./tree.ts";

interface Props {
  readonly node: BehaviourNode;
  readonly categories: readonly string[];
  readonly currencyDigits: number;
  readonly currency: string;
  readonly count: string;
  readonly onChange: (node: BehaviourNode, isTyped: boolean) => void;
  readonly onRemove: () => void;
}
const operators = [">=", "<=", "=", ">", "<"];
const shown: Readonly<Record<string, string>> = { ">=": "≥", "<=": "≤", "=": "=", ">": ">", "<": "<" };

/** "Bought ≥ 2 times, of Dresses, in the last 365 days". */
export function BehaviourRow({ node, categories, currencyDigits, currency, count, onChange, onRemove }: Props) {
  const draft = behaviourDraft(node);
  const set = (change: Partial<BehaviourDraft>, isTyped = false) =>
    draft && onChange(behaviourNode({ ...draft, ...change }), isTyped);
  const factor = draft?.aggregate === "sum" ? 10 ** currencyDigits : 1;
  return (
    <fieldset className="rule" aria-label="Rule on behaviour">
      {draft === null ? (
        <span className="mono clip" title={JSON.stringify(node.behaviour)}>
          {JSON.stringify(node.behaviour)}
        </span>
      ) : (
        <>
          <select
            className="field"
            aria-label="Event"
            value={draft.event}
            onChange={(event) => set({ event: event.target.value === "return" ? "return" : "order" })}
          >
            <option value="order">Bought</option>
            <option value="return">Sent back</option>
          </select>
          <select
            className="field"
            aria-label="Comparison"
            value={draft.operator}
            onChange={(event) => set({ operator: event.target.value })}
          >
            {operators.map((one) => (
              <option key={one} value={one}>
                {shown[one]}
              </option>
            ))}
          </select>
          <NumberInput
            className="field short"
            aria-label="How much"
            min={0}
            step="any"
            value={draft.value / factor}
            onChange={(value) => set({ value: Math.round(value * factor) }, true)}
          />
          <select
            className="field"
            aria-label="Counted in"
            value={draft.aggregate}
            onChange={(event) =>
              set({
                aggregate:
                  event.target.value === "sum" ? "sum" : event.target.value === "quantity" ? "quantity" : "count",
              })
            }
          >
            <option value="count">times</option>
            <option value="quantity">pieces</option>
            <option value="sum">{currency}</option>
          </select>
          <span className="ink2">of</span>
          <select
            className="field"
            aria-label="Category"
            value={draft.category}
            onChange={(event) => set({ category: event.target.value })}
          >
            <option value="">anything</option>
            {[...new Set([...categories, ...(draft.category ? [draft.category] : [])])].map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
          <select
            className="field"
            aria-label="Window"
            value={draft.days === null ? "ever" : "days"}
            onChange={(event) => set({ days: event.target.value === "ever" ? null : 365 })}
          >
            <option value="days">in the last</option>
            <option value="ever">at any time</option>
          </select>
          {draft.days !== null && (
            <>
              <NumberInput
                className="field short"
                aria-label="Days"
                min={1}
                max={36_500}
                value={draft.days}
                onChange={(days) => set({ days: Math.max(1, Math.round(days)) }, true)}
              />
              <span className="ink2">days</span>
            </>
          )}
        </>
      )}
      <span className="count">{count}</span>
      <button type="button" className="button quiet" aria-label="Remove rule" onClick={onRemove}>
        <Icon name="close" />
      </button>
    </fieldset>
  );
}
