import type { Clusters } from "./clusters.ts";
import { namesAgree } from "./names.ts";

export interface ClusterQuality {
  readonly records: number;
  readonly clusters: number;
  /** Share of records that were joined to another. */
  readonly linked_share: number;
  readonly largest: number;
  /** How many clusters have 1, 2, 3, 4, 5–9, 10–19, 20 and more records, by the least of each. */
  readonly sizes: readonly { readonly from: number; readonly clusters: number }[];
  /** Clusters that hold two names that can't be one person's. */
  readonly conflicting: number;
}

const sizeSteps = [1, 2, 3, 4, 5, 10, 20] as const;

/** How a run's clusters look. names: by record as `recordNames` gives them; alone: how many more records are clusters by themselves. */
export function measureClusters(
  clusters: Pick<Clusters, "leader">,
  names: readonly (string | null)[],
  alone = 0,
): ClusterQuality {
  const members = new Map<number, { size: number; names: Set<string> }>();
  for (const [record, leader] of clusters.leader.entries()) {
    const known = members.get(leader) ?? { size: 0, names: new Set<string>() };
    known.size++;
    const name = names[record];
    if (name) known.names.add(name);
    members.set(leader, known);
  }
  const sizes = sizeSteps.map((from) => ({ from, clusters: from === 1 ? alone : 0 }));
  let largest = Math.min(1, alone);
  let linked = 0;
  let conflicting = 0;
  for (const { size, names: own } of members.values()) {
    const step = sizes.findLast(({ from }) => from <= size);
    if (step) step.clusters++;
    largest = Math.max(largest, size);
    if (size > 1) linked += size;
    if (isConflicting([...own])) conflicting++;
  }
  const records = clusters.leader.length + alone;
  return {
    records,
    clusters: members.size + alone,
    linked_share: records > 0 ? linked / records : 0,
    largest,
    sizes,
    conflicting,
  };
}

function isConflicting(names: readonly string[]): boolean {
  return names.some((a, at) => names.slice(at + 1).some((b) => !namesAgree(a, b)));
}
