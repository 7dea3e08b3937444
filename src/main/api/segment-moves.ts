import type { SegmentMoves } from "../../shared/api/contract/segments.ts";
import type { DefinitionBody } from "../../shared/domain/brand-state.ts";
import { ruleSentences } from "../../shared/domain/segment.ts";
import { type ApiContext, type FoundSnapshot, settingsOf } from "./context.ts";
import { askSnapshot } from "./query.ts";

/** As the engine answers: rules by path. */
interface MovesByPath {
  readonly stayed: number;
  readonly why_not: string | null;
  readonly entered: DirectionByPath;
  readonly left: DirectionByPath;
}
interface DirectionByPath {
  readonly customers: number;
  readonly unknown: number;
  readonly revenue_minor: number;
  readonly reasons: readonly { readonly path: string; readonly customers: number }[];
  readonly rows: readonly (Omit<SegmentMoves["entered"]["rows"][number], "reasons"> & {
    readonly paths: readonly string[];
  })[];
}
const nobody: SegmentMoves["entered"] = { customers: 0, unknown: 0, revenue_minor: 0, reasons: [], rows: [] };

/** Who came into a segment and who went since the snapshot before, told in the words of its rules. */
export async function segmentMoves(
  ctx: ApiContext,
  found: FoundSnapshot,
  {
    definition,
    segments,
    limit,
  }: { definition: DefinitionBody; segments: Record<string, DefinitionBody>; limit: number },
  signal: AbortSignal,
): Promise<SegmentMoves> {
  const rules = ruleSentences(definition, { currency: settingsOf(found.state).currency });
  const asOf = found.snapshot.as_of;
  const before = found.state.snapshots.find((one) => one.snapshot_id === found.before?.snapshot_id);
  if (!before) return { before: null, as_of: asOf, stayed: 0, entered: nobody, left: nobody, why_not: null };
  const fields = [...new Set([...rules.values()].flatMap(({ field }) => field ?? []))];
  const input = { definition, segments, fields, limit };
  const answer = (await askSnapshot(ctx, found, "segments.moves", input, signal)) as MovesByPath;
  const say = (path: string) => rules.get(path)?.sentence ?? "";
  const inWords = ({ reasons, rows, ...figures }: DirectionByPath): SegmentMoves["entered"] => ({
    ...figures,
    reasons: reasons.map((one) => ({ ...one, sentence: say(one.path) })),
    rows: rows.map(({ paths, ...row }) => ({ ...row, reasons: paths.map(say) })),
  });
  return {
    before: { snapshot_id: before.snapshot_id, as_of: before.as_of },
    as_of: asOf,
    stayed: answer.stayed,
    why_not: answer.why_not,
    entered: inWords(answer.entered),
    left: inWords(answer.left),
  };
}
