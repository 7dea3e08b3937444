import type { SegmentFigures } from "../../../shared/api/contract/segments.ts";
import { Icon } from "../../components/Icon.tsx";
import { Term } from "../../components/Term.tsx";
import { integer, share } from "../../format/format.ts";
import type { MembershipNode } from "./tree.ts";

interface Props {
  readonly node: MembershipNode;
  readonly segments: readonly string[];
  readonly count: string;
  /** What is known of those alike to it. */
  readonly alike: SegmentFigures["alike"][number] | undefined;
  readonly onChange: (node: MembershipNode) => void;
  readonly onRemove: () => void;
}

const shares = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5];

/** Whoever is in another segment, or behaves most like those who are. */
export function MembershipRow({ node, segments, count, alike, onChange, onRemove }: Props) {
  const own = node.alike ?? null;
  return (
    <fieldset className="rule" aria-label="Rule on a segment">
      <select
        className="field"
        aria-label="In the segment or like it"
        value={own === null ? "in" : "alike"}
        onChange={({ target }) =>
          onChange(target.value === "in" ? { segment: node.segment } : { segment: node.segment, alike: 0.1 })
        }
      >
        <option value="in">In segment</option>
        <option value="alike">Most like segment</option>
      </select>
      <select
        className="field"
        aria-label="Segment"
        value={node.segment}
        onChange={(event) => onChange({ ...node, segment: event.target.value })}
      >
        <option value="">choose…</option>
        {[...new Set([...segments, ...(node.segment ? [node.segment] : [])])].map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
      {own !== null && (
        <>
          <select
            className="field"
            aria-label="Share of the others"
            value={own}
            onChange={(event) => onChange({ ...node, alike: Number(event.target.value) })}
          >
            {[...new Set([...shares, own])]
              .sort((a, b) => a - b)
              .map((one) => (
                <option key={one} value={one}>
                  {share(one, Number.isInteger(one * 100) ? 0 : 1)} of the others
                </option>
              ))}
          </select>
          {alike && <AlikeNote alike={alike} />}
        </>
      )}
      <span className="count">{count}</span>
      <button type="button" className="button quiet" aria-label="Remove rule" onClick={onRemove}>
        <Icon name="close" />
      </button>
    </fieldset>
  );
}

/** How well likeness finds members that were kept aside, beside a random audience. */
function AlikeNote({
  alike: { seeds, is_enough, recall_at_reach_10: found },
}: {
  alike: SegmentFigures["alike"][number];
}) {
  if (!is_enough || !found)
    return (
      <span className="alike-note warn">
        {integer(seeds)} buyers in it: too few to say who is like them, 30 are needed
      </span>
    );
  const limits = found.low !== null && found.high !== null ? ` (${share(found.low, 0)}–${share(found.high, 0)})` : "";
  const isChance = found.low !== null && found.low <= 0.1;
  return (
    <span className={`alike-note ${isChance ? "warn" : ""}`}>
      <Term name="lookalike_recall">
        {isChance ? "No better than chance: a" : "A"} tenth of customers has {share(found.value, 0)}
        {limits} of its members
      </Term>
    </span>
  );
}
