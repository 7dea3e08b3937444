import { Icon } from "../../components/Icon.tsx";
import type { MembershipNode } from "./tree.ts";

interface Props {
  readonly node: MembershipNode;
  readonly segments: readonly string[];
  readonly count: string;
  readonly onChange: (node: MembershipNode) => void;
  readonly onRemove: () => void;
}

/** Whoever is in another segment. */
export function MembershipRow({ node, segments, count, onChange, onRemove }: Props) {
  return (
    <fieldset className="rule" aria-label="Rule on a segment">
      <span>In segment</span>
      <select
        className="field"
        aria-label="Segment"
        value={node.segment}
        onChange={(event) => onChange({ segment: event.target.value })}
      >
        <option value="">choose…</option>
        {[...new Set([...segments, ...(node.segment ? [node.segment] : [])])].map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
      <span className="count">{count}</span>
      <button type="button" className="button quiet" aria-label="Remove rule" onClick={onRemove}>
        <Icon name="close" />
      </button>
    </fieldset>
  );
}
