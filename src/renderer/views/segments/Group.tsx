import type { Field, SegmentRule, SegmentTree } from "../../../shared/api/contract/customers.ts";
import { RuleRow } from "../../components/RuleRow.tsx";
import { integer } from "../../format/format.ts";
import { isGroup, wayOf, withWay } from "./tree.ts";

interface Props {
  readonly tree: SegmentTree;
  readonly path: readonly number[];
  readonly fields: readonly Field[];
  readonly currency: string;
  readonly counts: ReadonlyMap<string, number>;
  readonly onChange: (path: readonly number[], node: SegmentTree["rules"][number] | undefined) => void;
}

/** All, any or none of some rules; groups stand inside groups. */
export function Group({ tree, path, fields, currency, counts, onChange }: Props) {
  const way = wayOf(tree);
  const count = (at: number) => {
    const n = counts.get([...path, at].join("."));
    return n === undefined ? "" : integer(n);
  };
  const starting: SegmentRule = { field: "lifecycle_stage", operator: "in", value: ["active"] };
  return (
    <div>
      <div style={{ display: "flex", gap: 8, alignItems: "center" }}>
        <fieldset className="segmented" aria-label="How the rules combine">
          {(["all", "any", "none"] as const).map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={way === one}
              onClick={() => onChange(path, withWay(tree, one))}
            >
              {one === "all" ? "All" : one === "any" ? "Any" : "None"}
            </button>
          ))}
        </fieldset>
        <span className="ink2">of these</span>
        {path.length > 0 && (
          <button
            type="button"
            className="button bare"
            style={{ marginLeft: "auto" }}
            aria-label="Remove group"
            onClick={() => onChange(path, undefined)}
          >
            ×
          </button>
        )}
      </div>
      <div className="rules">
        {tree.rules.map((node, at) => {
          const own = [...path, at];
          const key = own.join(".");
          if (isGroup(node)) {
            return (
              <div key={key} className="subgroup">
                <Group tree={node} path={own} fields={fields} currency={currency} counts={counts} onChange={onChange} />
              </div>
            );
          }
          if ("field" in node)
            return (
              <RuleRow
                key={key}
                fields={fields}
                rule={node}
                currency={currency}
                count={count(at)}
                onChange={(rule) => onChange(own, rule)}
                onRemove={() => onChange(own, undefined)}
              />
            );
          return (
            <div key={key} className="rule">
              <span className="mono">{JSON.stringify(node)}</span>
              <span className="count">{count(at)}</span>
              <button
                type="button"
                className="button bare"
                aria-label="Remove rule"
                onClick={() => onChange(own, undefined)}
              >
                ×
              </button>
            </div>
          );
        })}
        <div style={{ display: "flex", gap: 8 }}>
          <button
            type="button"
            className="button"
            onClick={() => onChange(path, { ...tree, rules: [...tree.rules, starting] })}
          >
            + Rule
          </button>
          {path.length < 3 && (
            <button
              type="button"
              className="button"
              onClick={() =>
                onChange(path, { ...tree, rules: [...tree.rules, { combinator: "or", rules: [starting] }] })
              }
            >
              + Group
            </button>
          )}
        </div>
      </div>
    </div>
  );
}
