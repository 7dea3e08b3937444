import { AssayError } from "../../shared/base/errors.ts";
import type { Definition, SegmentLookup } from "./compile-segment.ts";
import { countSegment, type SegmentFigures } from "./counts.ts";
import { numberOf } from "./estimate.ts";
import { predicateIn } from "./segment-in.ts";
import type { OpenSnapshot } from "./session-pool.ts";

export interface CompareInput {
  readonly definitions: readonly { readonly segment: string; readonly definition: Definition }[];
  readonly segments: SegmentLookup;
}
export interface Comparison {
  segments: (SegmentFigures & { segment: string })[];
  /** Every combination that occurs: customers who are in exactly these segments and in none of the others compared. */
  overlaps: { segments: string[]; customers: number }[];
}

/** 2 to 8 segments side by side, with the sizes of their exact intersections (the bars of an UpSet chart), largest first. */
export async function compareSegments(
  snapshot: OpenSnapshot,
  input: CompareInput,
  signal?: AbortSignal,
): Promise<Comparison> {
  const { definitions } = input;
  if (definitions.length < 2 || definitions.length > 8) {
    throw new AssayError("bad_input", `${definitions.length} segments can't be compared.`, "Choose 2 to 8.");
  }
  const segments: Comparison["segments"] = [];
  for (const { segment, definition } of definitions) {
    segments.push({ segment, ...(await countSegment(snapshot, { definition, segments: input.segments }, signal)) });
  }
  const rows = await snapshot.use(signal, async (session) => {
    const bits: string[] = [];
    for (const [at, { definition }] of definitions.entries()) {
      bits.push(
        `CASE WHEN ${await predicateIn(snapshot, session, { definition, segments: input.segments })} THEN ${2 ** at} ELSE 0 END`,
      );
    }
    return session.rows(
      `SELECT mask, count(*) AS customers FROM (SELECT ${bits.join(" + ")} AS mask FROM profiles) WHERE mask > 0 GROUP BY mask ORDER BY customers DESC, mask`,
    );
  });
  const overlaps = rows.map((row) => ({
    segments: definitions.filter((_, at) => (numberOf(row.mask) & (2 ** at)) !== 0).map(({ segment }) => segment),
    customers: numberOf(row.customers),
  }));
  return { segments, overlaps };
}
