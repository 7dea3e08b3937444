import type { StepContext } from "../engine/step-context.ts";
import type { Clusters, LinkRule } from "./clusters.ts";

/** What a person said: these are one, or those are not the rest's. Records by number. */
export type Override =
  | { readonly kind: "join"; readonly records: readonly number[] }
  /** `records` are one person of their own; those of `rest` are not that person. */
  | { readonly kind: "split"; readonly records: readonly number[]; readonly rest: readonly number[] };

/** How an override names a record: its key space and its id in it. */
export interface RecordName {
  readonly key_space: string;
  readonly source_record_id: string;
}

export type OverrideSubject =
  | { readonly kind: "join"; readonly records: readonly RecordName[] }
  | { readonly kind: "split"; readonly records: readonly RecordName[]; readonly rest: readonly RecordName[] };

const overridesIn = (context: StepContext): readonly OverrideSubject[] =>
  (context.subject as { overrides?: readonly OverrideSubject[] } | null)?.overrides ?? [];

/** Makes the table `overridden`: the records that somebody said something of. */
export async function loadOverridden(context: StepContext): Promise<void> {
  const named = overridesIn(context).flatMap((one) => [...one.records, ...(one.kind === "split" ? one.rest : [])]);
  const text = (name: string) => ({ name, type: "VARCHAR" as const, values: [] });
  await context.session.load(
    "overridden",
    {
      rows: named.length,
      columns: {
        key_space: named.map(({ key_space }) => key_space),
        source_record_id: named.map(({ source_record_id }) => source_record_id),
      },
    },
    [text("key_space"), text("source_record_id")],
  );
}

/** The overrides that the task was given, with records by their number in the table `linkable`; records that were never delivered, or
 *  are gone, say nothing. */
export async function overridesOf(context: StepContext): Promise<Override[]> {
  const overrides = overridesIn(context);
  if (overrides.length === 0) return [];
  const found = await context.session.rows(
    "SELECT DISTINCT key_space, source_record_id, number FROM linkable JOIN overridden USING (key_space, source_record_id)",
  );
  const numbers = new Map(
    found.map((row) => [`${row["key_space"]}\u001f${row["source_record_id"]}`, Number(row["number"])]),
  );
  const known = (records: readonly RecordName[]) =>
    records.flatMap(({ key_space, source_record_id }) => numbers.get(`${key_space}\u001f${source_record_id}`) ?? []);
  return overrides.map((one) =>
    one.kind === "join"
      ? { kind: "join", records: known(one.records) }
      : { kind: "split", records: known(one.records), rest: known(one.rest) },
  );
}

/** Applies what people said to clusters, in order. A split takes its records out of clusters that hold some of the rest; what
 *  came later stays with the rest. */
export function applyOverrides(clusters: Clusters, overrides: readonly Override[]): Clusters {
  if (overrides.length === 0) return clusters;
  const leader = Int32Array.from(clusters.leader);
  const rule: LinkRule[] = [...clusters.rule];
  const probability = Float64Array.from(clusters.probability);
  const byHand = (record: number) => {
    rule[record] = "by_hand";
    probability[record] = 1;
  };
  for (const override of overrides) {
    for (const record of override.records) byHand(record);
    if (override.kind === "join") join(leader, override.records);
    else split(leader, override.records, override.rest);
  }
  return { ...clusters, leader, rule, probability };
}

function join(leader: Int32Array, records: readonly number[]): void {
  const groups = new Set(records.map((record) => leader[record] ?? record));
  if (groups.size > 1) lead(leader, (record) => groups.has(leader[record] ?? record));
}

function split(leader: Int32Array, records: readonly number[], rest: readonly number[]): void {
  const shared = new Set(rest.map((record) => leader[record] ?? record));
  const taken = new Set(records.filter((record) => shared.has(leader[record] ?? record)));
  if (taken.size === 0) return;
  const left = new Set([...taken].map((record) => leader[record] ?? record));
  lead(leader, (record) => taken.has(record));
  for (const group of left) lead(leader, (record) => !taken.has(record) && leader[record] === group);
}

/** Makes one group of all records that belong to it, led by the least of them. */
function lead(leader: Int32Array, belongs: (record: number) => boolean): void {
  const members = Array.from(leader.keys()).filter(belongs);
  for (const record of members) leader[record] = members[0] ?? record;
}
