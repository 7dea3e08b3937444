import { bandOf, type ReturnBand } from "../../shared/domain/return-bands.ts";
import { type Alternative, nearestChange } from "../numeric/nearest-change.ts";

/** A change of a case that moves its chance into another band, by the model. */
export interface BandChange {
  readonly text: string;
  readonly from: ReturnBand;
  readonly to: ReturnBand;
  /** Chances (0–1) as it is and as it would be. */
  readonly before: number;
  readonly after: number;
}

export interface BandChanges {
  readonly score: number;
  /** The nearest change that raises the chance into another band, and the nearest that lowers it; those that exist. */
  readonly changes: readonly BandChange[];
}

/** The nearest changes over the edges of a case's band, upwards and downwards. */
export function bandChanges(
  cuts: readonly number[],
  points: readonly (readonly number[])[],
  own: { readonly columns: readonly number[]; readonly score: number },
  { alternatives, scores }: { readonly alternatives: readonly Alternative[]; readonly scores: ArrayLike<number> },
): BandChanges {
  const reached = cuts.filter((cut) => own.score >= cut);
  const [floor, ceiling] = [reached.at(-1), cuts[reached.length]];
  const found = [
    ceiling === undefined ? null : nearestChange(points, own, alternatives, scores, (score) => score >= ceiling),
    floor === undefined ? null : nearestChange(points, own, alternatives, scores, (score) => score < floor),
  ];
  const changes = found.flatMap((one): BandChange[] =>
    one
      ? [
          {
            text: one.text,
            from: bandOf(one.score_before, cuts),
            to: bandOf(one.score, cuts),
            before: one.score_before,
            after: one.score,
          },
        ]
      : [],
  );
  return { score: own.score, changes };
}
