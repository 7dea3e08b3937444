import type { Field, SegmentTree } from "../../../shared/api/contract/customers.ts";
import type { SegmentFigures } from "../../../shared/api/contract/segments.ts";
import { minorDigits } from "../../../shared/base/money.ts";
import { Icon } from "../../components/Icon.tsx";
import { RuleRow } from "../../components/RuleRow.tsx";
import { integer } from "../../format/format.ts";
import { BehaviourRow } from "./BehaviourRow.tsx";
import { startingBehaviour } from "./behaviour.ts";
import { MembershipRow } from "./MembershipRow.tsx";
import { isBehaviour, isGroup, isMembership, type Node, startingRule, type Way, wayOf, withWay } from "./tree.ts";

export interface GroupContext {
  readonly fields: readonly Field[];
  readonly segments: readonly string[];
  readonly currency: string;
  readonly counts: ReadonlyMap<string, number>;
  readonly alike: SegmentFigures["alike"];
  /** `edit` names a value that is typed on in, so that undo takes it back as one. */
  readonly onChange: (path: readonly number[], node: Node | undefined, edit?: string) => void;
}
const ways: readonly (readonly [Way, string])[] = [
  ["all", "All"],
  ["any", "Any"],
  ["none", "None"],
];
const deepest = 4;

/** All, any or none of some rules; groups stand inside groups. */
export function Group({ tree, path, context }: { tree: SegmentTree; path: readonly number[]; context: GroupContext }) {
  const way = wayOf(tree);
  const add = (node: Node) => context.onChange(path, { ...tree, rules: [...tree.rules, node] });
  const own = context.counts.get(path.join("."));
  return (
    <div>
      <div className="group-head">
        <fieldset className="segmented" aria-label="How the rules combine">
          {ways.map(([one, name]) => (
            <button
              key={one}
              type="button"
              aria-pressed={way === one}
              onClick={() => context.onChange(path, withWay(tree, one))}
            >
              {name}
            </button>
          ))}
        </fieldset>
        <span className="ink2">of these</span>
        {path.length > 0 ? (
          <>
            <span className="count">{own === undefined ? "" : integer(own)}</span>
            <button
              type="button"
              className="button quiet"
              aria-label="Remove group"
              onClick={() => context.onChange(path, undefined)}
            >
              <Icon name="close" />
            </button>
          </>
        ) : (
          <span className="left-head">customers left</span>
        )}
      </div>
      <div className="rules">
        {tree.rules.map((node, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a rule is its place in the tree
          <Rule key={at} node={node} path={[...path, at]} context={context} isExcluded={way === "none"} />
        ))}
        <div className="adds">
          <Add name="Rule" onClick={() => add(startingRule)} />
          <Add name="Behaviour" onClick={() => add(startingBehaviour)} />
          {path.length < deepest && (
            <Add name="Group" onClick={() => add({ combinator: "or", rules: [startingRule] })} />
          )}
          {context.segments.length > 0 && (
            <Add name="Segment" onClick={() => add({ segment: context.segments[0] ?? "" })} />
          )}
        </div>
      </div>
    </div>
  );
}

function Add({ name, onClick }: { name: string; onClick: () => void }) {
  return (
    <button type="button" className="button" onClick={onClick}>
      <Icon name="plus" />
      {name}
    </button>
  );
}

interface RuleProps {
  readonly node: Node;
  readonly path: readonly number[];
  readonly context: GroupContext;
  /** Inside "none of": the count is of those who are taken out. */
  readonly isExcluded: boolean;
}

function Rule({ node, path, context, isExcluded }: RuleProps) {
  const key = path.join(".");
  const left = context.counts.get(key);
  const count = left === undefined ? "" : isExcluded && left > 0 ? `−${integer(left)}` : integer(left);
  const onRemove = () => context.onChange(path, undefined);
  if (isGroup(node))
    return (
      <div className="subgroup">
        <Group tree={node} path={path} context={context} />
      </div>
    );
  if (isBehaviour(node))
    return (
      <BehaviourRow
        node={node}
        categories={context.fields.find(({ name }) => name === "top_category")?.choices ?? []}
        currency={context.currency}
        currencyDigits={minorDigits(context.currency)}
        count={count}
        onChange={(next, isTyped) => context.onChange(path, next, isTyped ? key : undefined)}
        onRemove={onRemove}
      />
    );
  if (isMembership(node))
    return (
      <MembershipRow
        node={node}
        segments={context.segments}
        count={count}
        alike={context.alike.find(({ segment }) => segment === node.segment)}
        onChange={(next) => context.onChange(path, next)}
        onRemove={onRemove}
      />
    );
  return (
    <RuleRow
      fields={context.fields}
      rule={node}
      currency={context.currency}
      count={count}
      onChange={(rule) => {
        const isTyped = rule.field === node.field && rule.operator === node.operator;
        context.onChange(path, rule, isTyped ? key : undefined);
      }}
      onRemove={onRemove}
    />
  );
}
