import { integer, unknown } from "../../format/format.ts";

/** A number of customers that opens as a segment. */
export function Audience({ count, to, who }: { count: number; to: string; who: string }) {
  if (count === 0) return <span className="muted">{unknown}</span>;
  return (
    <a href={to} data-route title={`${who}, as a segment`} aria-label={`${integer(count)}: ${who}, as a segment`}>
      {integer(count)}
    </a>
  );
}
