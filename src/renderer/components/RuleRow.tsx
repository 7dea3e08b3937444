import type { Field, SegmentRule } from "../../shared/api/contract/customers.ts";
import { minorDigits } from "../../shared/base/money.ts";
import { choosable, type OfferedField } from "../client/offered.ts";
import { word } from "../format/format.ts";
import { Icon } from "./Icon.tsx";
import { NumberInput } from "./NumberInput.tsx";

const operatorsOf: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  number: [
    [">=", "is at least"],
    ["<=", "is at most"],
    ["=", "is"],
    ["between", "is between"],
    ["null", "is unknown"],
    ["notNull", "is known"],
  ],
  date: [
    [">=", "is from"],
    ["<=", "is up to"],
    ["between", "is between"],
    ["null", "is unknown"],
    ["notNull", "is known"],
  ],
  choice: [
    ["in", "is any of"],
    ["notIn", "is none of"],
    ["null", "is unknown"],
  ],
  text: [
    ["contains", "contains"],
    ["beginsWith", "begins with"],
    ["=", "is"],
    ["null", "is unknown"],
    ["notNull", "is known"],
  ],
  list: [
    ["contains", "contains"],
    ["null", "is unknown"],
  ],
  flag: [
    ["=", "is"],
    ["null", "is unknown"],
  ],
};

export function operatorsFor(field: Pick<Field, "kind"> | undefined): readonly (readonly [string, string])[] {
  const kind = field?.kind ?? "text";
  return operatorsOf[kind === "money" || kind === "share" ? "number" : kind] ?? operatorsOf.text ?? [];
}

function firstValue(field: Field | undefined, operator: string): unknown {
  if (operator === "null" || operator === "notNull") return undefined;
  const first = field?.choices?.[0];
  if (operator === "in" || operator === "notIn") return first ? [first] : [];
  if (field?.kind === "flag") return true;
  const start = field?.kind === "number" || field?.kind === "money" || field?.kind === "share" ? 0 : "";
  return operator === "between" ? [start, start] : start;
}

interface Props {
  readonly fields: readonly OfferedField[];
  readonly rule: SegmentRule;
  readonly currency: string;
  readonly onChange: (rule: SegmentRule) => void;
  readonly onRemove?: () => void;
  readonly count?: string;
}

/** One rule: field, operator, value; money is typed in whole units, shares in per cent. */
export function RuleRow({ fields, rule, currency, onChange, onRemove, count }: Props) {
  const field = fields.find(({ name }) => name === rule.field);
  const offered = choosable(fields, [rule.field]);
  const groups = [...new Set(offered.map(({ group }) => group))];
  return (
    <fieldset className="rule" aria-label={`Rule on ${field?.label ?? rule.field}`}>
      <select
        className="field"
        aria-label="Field"
        value={rule.field}
        onChange={(event) => {
          const next = fields.find(({ name }) => name === event.target.value);
          const operator = operatorsFor(next)[0]?.[0] ?? "=";
          onChange({ field: event.target.value, operator, value: firstValue(next, operator) });
        }}
      >
        {groups.map((group) => (
          <optgroup key={group} label={group}>
            {offered
              .filter((one) => one.group === group && one.name !== "customer_id")
              .map((one) => (
                <option key={one.name} value={one.name}>
                  {one.label}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
      <select
        className="field"
        aria-label="Operator"
        value={rule.operator}
        onChange={(event) =>
          onChange({ ...rule, operator: event.target.value, value: keepValue(rule, field, event.target.value) })
        }
      >
        {operatorsFor(field).map(([name, label]) => (
          <option key={name} value={name}>
            {label}
          </option>
        ))}
      </select>
      <Value field={field} rule={rule} currency={currency} onChange={(value) => onChange({ ...rule, value })} />
      {count !== undefined && <span className="count">{count}</span>}
      {onRemove && (
        <button type="button" className="button quiet" aria-label="Remove rule" onClick={onRemove}>
          <Icon name="close" />
        </button>
      )}
    </fieldset>
  );
}

function keepValue(rule: SegmentRule, field: Field | undefined, operator: string): unknown {
  const fresh = firstValue(field, operator);
  return Array.isArray(fresh) === Array.isArray(rule.value) && rule.value !== undefined && fresh !== undefined
    ? rule.value
    : fresh;
}

function Value({
  field,
  rule,
  currency,
  onChange,
}: {
  field: Field | undefined;
  rule: SegmentRule;
  currency: string;
  onChange: (value: unknown) => void;
}) {
  if (rule.operator === "null" || rule.operator === "notNull") return null;
  if (field?.kind === "flag") {
    return (
      <select
        className="field"
        aria-label="Value"
        value={String(rule.value)}
        onChange={(event) => onChange(event.target.value === "true")}
      >
        <option value="true">Yes</option>
        <option value="false">No</option>
      </select>
    );
  }
  if (rule.operator === "in" || rule.operator === "notIn") {
    const chosen = Array.isArray(rule.value) ? rule.value.map(String) : [];
    return (
      <span className="values">
        {chosen.map((one) => (
          <span key={one} className="chip">
            {word(one)}
            <button
              type="button"
              className="button bare"
              style={{ height: 18 }}
              aria-label={`Remove ${word(one)}`}
              onClick={() => onChange(chosen.filter((other) => other !== one))}
            >
              ×
            </button>
          </span>
        ))}
        <select
          className="field"
          aria-label="Add a value"
          value=""
          onChange={(event) => event.target.value && onChange([...chosen, event.target.value])}
        >
          <option value="">add…</option>
          {(field?.choices ?? [])
            .filter((one) => !chosen.includes(one))
            .map((one) => (
              <option key={one} value={one}>
                {word(one)}
              </option>
            ))}
        </select>
      </span>
    );
  }
  const factor = field?.kind === "money" ? 10 ** minorDigits(currency) : field?.kind === "share" ? 0.01 : 1;
  const unit = field?.kind === "money" ? currency : field?.kind === "share" ? "%" : (field?.unit ?? "");
  const isNumber = field?.kind === "number" || field?.kind === "money" || field?.kind === "share";
  const exact = (number: number) => Number(number.toPrecision(12));
  const input = (value: unknown, set: (value: unknown) => void, label: string) =>
    isNumber ? (
      <NumberInput
        style={{ width: 120 }}
        aria-label={label}
        step="any"
        value={exact(Number(value ?? 0) / factor)}
        onChange={(typed) => set(exact(typed * factor))}
      />
    ) : (
      <input
        className="field"
        style={{ width: field?.kind === "date" ? 140 : 150 }}
        aria-label={label}
        type={field?.kind === "date" ? "date" : "text"}
        value={String(value ?? "")}
        onChange={(event) => set(event.target.value)}
      />
    );
  if (rule.operator === "between") {
    const [low, high] = Array.isArray(rule.value) ? rule.value : [undefined, undefined];
    return (
      <>
        {input(low, (value) => onChange([value, high]), "From")}
        <span className="muted">and</span>
        {input(high, (value) => onChange([low, value]), "To")}
        <span className="muted">{unit}</span>
      </>
    );
  }
  return (
    <>
      {input(rule.value, onChange, "Value")}
      <span className="muted">{unit}</span>
    </>
  );
}
