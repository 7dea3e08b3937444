import { integer, word } from "../format/format.ts";

export interface FlowLink {
  readonly from: string;
  readonly to: string;
  readonly customers: number;
}
const left = ["first_seen_later", "prospect", "new", "active", "cooling", "at_risk", "lapsed"];
const right = ["prospect", "new", "active", "cooling", "at_risk", "lapsed"];

/** Stage to stage between two days: ribbons as wide as their customers, the largest loss and return lifted. */
export function Flow({
  links,
  fromLabel,
  toLabel,
}: {
  links: readonly FlowLink[];
  fromLabel: string;
  toLabel: string;
}) {
  const [width, height, pad, gap, bar] = [640, 280, 150, 7, 10];
  const sum = (stage: string, side: "from" | "to") =>
    links.filter((link) => link[side] === stage).reduce((total, { customers }) => total + customers, 0);
  const total = links.reduce((all, { customers }) => all + customers, 0) || 1;
  const scale = (height - 30 - gap * 6) / total;
  const place = (stages: readonly string[], side: "from" | "to") => {
    let y = 24;
    return new Map(
      stages.map((stage) => {
        const size = sum(stage, side) * scale;
        const at = { y, size, n: sum(stage, side) };
        y += Math.max(size, 2) + gap;
        return [stage, at];
      }),
    );
  };
  const [from, to] = [place(left, "from"), place(right, "to")];
  const [usedFrom, usedTo] = [new Map<string, number>(), new Map<string, number>()];
  const colour = (stage: string) =>
    stage === "prospect" || stage === "first_seen_later" ? "var(--other)" : `var(--${stage})`;
  const lifted = new Set([
    links.find((link) => link.from === "active" && link.to === "cooling"),
    links.find((link) => link.from === "cooling" && link.to === "active"),
  ]);
  const ribbons = left.flatMap((a) =>
    right.flatMap((b) => {
      const link = links.find((one) => one.from === a && one.to === b);
      const [start, end] = [from.get(a), to.get(b)];
      if (!link || !start || !end) return [];
      const size = Math.max(0.5, link.customers * scale);
      const y1 = start.y + (usedFrom.get(a) ?? 0);
      const y2 = end.y + (usedTo.get(b) ?? 0);
      usedFrom.set(a, (usedFrom.get(a) ?? 0) + size);
      usedTo.set(b, (usedTo.get(b) ?? 0) + size);
      const [x1, x2] = [pad + bar, width - pad - bar];
      const middle = (x1 + x2) / 2;
      const path = `M${x1},${y1} C${middle},${y1} ${middle},${y2} ${x2},${y2} L${x2},${y2 + size} C${middle},${y2 + size} ${middle},${y1 + size} ${x1},${y1 + size} Z`;
      const isLifted = lifted.has(link);
      return [
        {
          key: `${a} ${b}`,
          path,
          fill: isLifted ? (a === "active" ? "var(--down)" : "var(--up)") : colour(a),
          opacity: isLifted ? 0.75 : 0.16,
          title: `${word(a)} to ${word(b)}: ${integer(link.customers)}`,
        },
      ];
    }),
  );
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      width="100%"
      role="img"
      aria-label={`Customers by stage, ${fromLabel} to ${toLabel}`}
    >
      <text x={pad + bar} y={12} textAnchor="end">
        {fromLabel}
      </text>
      <text x={width - pad - bar} y={12}>
        {toLabel}
      </text>
      {ribbons.map((ribbon) => (
        <path key={ribbon.key} d={ribbon.path} fill={ribbon.fill} opacity={ribbon.opacity}>
          <title>{ribbon.title}</title>
        </path>
      ))}
      {[...from]
        .filter(([, { n }]) => n > 0)
        .map(([stage, { y, size, n }]) => (
          <g key={stage}>
            <rect
              x={pad}
              y={y}
              width={bar}
              height={Math.max(2, size)}
              fill={colour(stage)}
              stroke="var(--line)"
              strokeWidth="0.5"
            />
            <text x={pad - 6} y={y + size / 2 + 4} textAnchor="end" style={{ fill: "var(--ink)" }}>
              {word(stage)} {integer(n)}
            </text>
          </g>
        ))}
      {[...to]
        .filter(([, { n }]) => n > 0)
        .map(([stage, { y, size, n }]) => (
          <g key={stage}>
            <rect
              x={width - pad - bar}
              y={y}
              width={bar}
              height={Math.max(2, size)}
              fill={colour(stage)}
              stroke="var(--line)"
              strokeWidth="0.5"
            />
            <text x={width - pad + 6} y={y + size / 2 + 4} style={{ fill: "var(--ink)" }}>
              {word(stage)} {integer(n)}
            </text>
          </g>
        ))}
    </svg>
  );
}
