import type { Session } from "../engine/duckdb.ts";
import { type AlikeFinding, alikeTable } from "./alike.ts";
import {
  type CompiledNode,
  compileSegment,
  type Definition,
  predicateOf,
  type SegmentLookup,
} from "./compile-segment.ts";
import { prepareLines } from "./prepare-lines.ts";
import type { OpenSnapshot } from "./session-pool.ts";

export interface SegmentInput {
  readonly definition: Definition;
  /** Rules of all segments by name, for rules that name one. */
  readonly segments: SegmentLookup;
}

/** A segment's rule for this snapshot; what its behaviours read, and who is alike, is at hand afterwards. `found` is told of the latter. */
export async function compileIn(
  snapshot: OpenSnapshot,
  session: Session,
  input: SegmentInput,
  found: AlikeFinding[] = [],
): Promise<CompiledNode> {
  const alikeTo = async (segment: string, predicate: string, share: number) => {
    if (predicate.includes("lines_seen")) await prepareLines(snapshot, session);
    const { table, ...finding } = await alikeTable(snapshot, session, predicate);
    found.push({ segment, ...finding });
    return `customer_id IN (SELECT customer_id FROM ${table} WHERE percentile > ${1 - share})`;
  };
  const context = {
    session,
    columns: snapshot.profileColumns,
    asOf: snapshot.handle.as_of,
    segments: input.segments,
    alikeTo,
  };
  const compiled = await compileSegment(input.definition, context);
  if (predicateOf(compiled).includes("lines_seen")) await prepareLines(snapshot, session);
  return compiled;
}

export async function predicateIn(snapshot: OpenSnapshot, session: Session, input: SegmentInput): Promise<string> {
  return predicateOf(await compileIn(snapshot, session, input));
}
