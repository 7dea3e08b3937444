export interface FlowLink {
  readonly from: string;
  readonly to: string;
  readonly customers: number;
}
export interface FlowStage {
  readonly stage: string;
  readonly y: number;
  readonly size: number;
  readonly customers: number;
}
export interface FlowRibbon extends FlowLink {
  readonly y1: number;
  readonly y2: number;
  readonly size: number;
}

const order = ["first_seen_later", "prospect", "new", "active", "cooling", "at_risk", "lapsed"];
const gap = 9;

function placed(links: readonly FlowLink[], side: "from" | "to", top: number, scale: number): FlowStage[] {
  let y = top;
  return order.flatMap((stage) => {
    const customers = links.reduce((sum, link) => (link[side] === stage ? sum + link.customers : sum), 0);
    if (customers === 0) return [];
    const size = customers * scale;
    const at = { stage, y, size, customers };
    y += Math.max(size, 14) + gap;
    return [at];
  });
}

/** Where stages and ribbons lie so that both sides fit the height; a stage keeps room for its label, however small. */
export function layFlow(
  links: readonly FlowLink[],
  height: number,
  top: number,
): { from: FlowStage[]; to: FlowStage[]; ribbons: FlowRibbon[] } {
  const total = links.reduce((sum, { customers }) => sum + customers, 0);
  if (total === 0) return { from: [], to: [], ribbons: [] };
  let scale = (height - top - gap * order.length) / total;
  const end = (stages: readonly FlowStage[]) => {
    const last = stages.at(-1);
    return last ? last.y + Math.max(last.size, 14) : top;
  };
  for (let tries = 0; tries < 24; tries++) {
    const lowest = Math.max(end(placed(links, "from", top, scale)), end(placed(links, "to", top, scale)));
    if (lowest <= height - 2) break;
    scale *= 0.95;
  }
  const [from, to] = [placed(links, "from", top, scale), placed(links, "to", top, scale)];
  const used = { from: new Map<string, number>(), to: new Map<string, number>() };
  const ribbons = from.flatMap((a) =>
    to.flatMap((b) => {
      const link = links.find((one) => one.from === a.stage && one.to === b.stage);
      if (!link || link.customers === 0) return [];
      const size = link.customers * scale;
      const [y1, y2] = [a.y + (used.from.get(a.stage) ?? 0), b.y + (used.to.get(b.stage) ?? 0)];
      used.from.set(a.stage, (used.from.get(a.stage) ?? 0) + size);
      used.to.set(b.stage, (used.to.get(b.stage) ?? 0) + size);
      return [{ ...link, y1, y2, size }];
    }),
  );
  return { from, to, ribbons };
}
