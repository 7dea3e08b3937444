import { sha256Of } from "../engine/publish.ts";

export interface IdAssignment {
  /** Customer id of each cluster leader. */
  readonly ids: ReadonlyMap<number, string>;
  readonly joins: readonly { readonly from: string; readonly to: string }[];
  readonly splits: readonly { readonly from: string; readonly to: string }[];
}

/** How a record is named before ids: unique within the brand. */
export interface RecordName {
  readonly keySpace: string;
  readonly recordId: string;
}

const utf8 = new TextEncoder();

/** 20 hex digits of SHA-256 over the key space and the least record id at birth; a number is added where that id is taken. */
export function birthId(keySpace: string, recordId: string, attempt = 0): string {
  const text = `${keySpace}\u001f${recordId}${attempt === 0 ? "" : `\u001f${attempt}`}`;
  return sha256Of(utf8.encode(text)).slice(0, 20);
}

/** The same of SQL's own values: `birthNameSql` of a record, and the id of such a name. */
export const birthNameSql = "coalesce(key_space, '') || chr(31) || source_record_id";
export const birthIdSql = (name: string): string => `left(sha256(${name}), 20)`;

/** The ids that a record would give one customer after another. */
export const birthIds = ({ keySpace, recordId }: RecordName, attempts: number): string[] =>
  Array.from({ length: attempts }, (_, attempt) => birthId(keySpace, recordId, attempt));

export function leastRecord(members: readonly number[], records: readonly RecordName[]): RecordName {
  const [first = { keySpace: "", recordId: "" }, ...others] = members.flatMap((member) => records[member] ?? []);
  return others.reduce((a, b) => (compare(b, a) < 0 ? b : a), first);
}

/** Names clusters: the id that most of a cluster's records had before goes on (the lesser id among equals), and where several
 *  clusters come from one, the one with most of its records keeps it; the others are born anew. No id is given that others hold. */
export function assignIds(
  clusters: ReadonlyMap<number, readonly number[]>,
  records: readonly RecordName[],
  previous: (record: number) => string | undefined,
  held: ReadonlySet<string> = new Set(),
): IdAssignment {
  const claims: { leader: number; id: string; votes: number }[] = [];
  const votesOf = new Map<number, Map<string, number>>();
  for (const [leader, members] of clusters) {
    const votes = new Map<string, number>();
    for (const member of members) {
      const id = previous(member);
      if (id !== undefined) votes.set(id, (votes.get(id) ?? 0) + 1);
    }
    votesOf.set(leader, votes);
    for (const [id, n] of votes) claims.push({ leader, id, votes: n });
  }
  claims.sort((a, b) => b.votes - a.votes || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0) || a.leader - b.leader);
  const ids = new Map<number, string>();
  const taken = new Set<string>();
  for (const { leader, id } of claims) {
    if (ids.has(leader) || taken.has(id)) continue;
    ids.set(leader, id);
    taken.add(id);
  }
  const everUsed = new Set(claims.map(({ id }) => id));
  for (const [leader, members] of clusters) {
    if (ids.has(leader)) continue;
    const { keySpace, recordId } = leastRecord(members, records);
    let attempt = 0;
    let id = birthId(keySpace, recordId);
    while (taken.has(id) || everUsed.has(id) || held.has(id)) id = birthId(keySpace, recordId, ++attempt);
    ids.set(leader, id);
    taken.add(id);
  }
  return { ids, ...changes(ids, votesOf) };
}

function compare(a: RecordName, b: RecordName): number {
  const x = `${a.keySpace}\u001f${a.recordId}`;
  const y = `${b.keySpace}\u001f${b.recordId}`;
  return x < y ? -1 : x > y ? 1 : 0;
}

function changes(
  ids: ReadonlyMap<number, string>,
  votesOf: ReadonlyMap<number, ReadonlyMap<string, number>>,
): Pick<IdAssignment, "joins" | "splits"> {
  const joins: { from: string; to: string }[] = [];
  const splits: { from: string; to: string }[] = [];
  const held = new Set(ids.values());
  for (const [leader, votes] of votesOf) {
    const to = ids.get(leader) ?? "";
    for (const from of votes.keys()) {
      if (from === to) continue;
      if (held.has(from)) splits.push({ from, to });
      else joins.push({ from, to });
    }
  }
  const order = (a: { from: string; to: string }, b: { from: string; to: string }) =>
    a.from + a.to < b.from + b.to ? -1 : 1;
  return { joins: joins.sort(order), splits: splits.sort(order) };
}
