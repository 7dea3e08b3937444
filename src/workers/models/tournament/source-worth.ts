import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { WorthFigure } from "../../../shared/domain/source-worth.ts";
import type { TournamentChoice, TournamentTarget } from "../../../shared/domain/tournament.ts";
import {
  absoluteErrors,
  aucDifference,
  type Measured,
  pairedDifference,
  spearmanDifference,
} from "../../numeric/scoring.ts";
import { leastCustomers } from "../evaluation.ts";
import { gather, texts } from "../tables.ts";
import { combineColumn } from "./combine.ts";
import { type TargetDeclaration, targets } from "./targets.ts";

/** One split: what followed it, and the scores with every source and without one. */
export interface WorthSplit {
  readonly outcomes: ColumnTable;
  readonly scores: ReadonlyMap<string, ColumnTable>;
  readonly without: ReadonlyMap<string, ColumnTable>;
}

export interface WorthQuestion {
  readonly target: TournamentTarget;
  readonly model: string;
  readonly isChosen: boolean;
  readonly choice: Pick<TournamentChoice, "weights" | "ranking">;
  /** Column of each candidate's scores that answers. */
  readonly columns: ReadonlyMap<string, string>;
}

interface Compared {
  readonly metric: string;
  readonly value: number;
  readonly without: number;
  readonly gain: Measured;
  readonly n: number;
}

/** Metrics of a target with and without a source on the same customers; the first is what a verdict rests on. */
function compareSides(
  target: TargetDeclaration,
  own: Float64Array,
  other: Float64Array,
  actual: Float64Array,
): Compared[] {
  const [mine, theirs] = [target.judge(own, actual), target.judge(other, actual)];
  const happened = Array.from(actual, (value) => value > 0);
  return mine.flatMap(({ metric, measured }, at): Compared[] => {
    const gain = gainOf(metric, { own, other, actual, happened });
    const without = theirs[at]?.measured.value ?? Number.NaN;
    if (!gain || ![gain.value, gain.low, gain.high, measured.value, without].every(Number.isFinite)) return [];
    return [{ metric, value: measured.value, without, gain, n: actual.length }];
  });
}

interface Sides {
  readonly own: Float64Array;
  readonly other: Float64Array;
  readonly actual: Float64Array;
  readonly happened: readonly boolean[];
}

function gainOf(metric: string, { own, other, actual, happened }: Sides): Measured | null {
  if (metric === "auc") return aucDifference(own, other, happened);
  if (metric === "spearman") return spearmanDifference(own, other, actual);
  if (metric.startsWith("mae")) return pairedDifference(absoluteErrors(other, actual), absoluteErrors(own, actual));
  if (metric === "brier") {
    const errors = (values: Float64Array) => values.map((p, at) => (p - (happened[at] ? 1 : 0)) ** 2);
    return pairedDifference(errors(other), errors(own));
  }
  return null;
}

/** What a source adds to what stands in the profile: the chosen combination with and without it on the tournament's splits, on the
 *  customers that both know. Intervals are of the same customers' differences; over splits their ends are averaged, since the same
 *  people stand in several. */
export function sourceWorth(questions: readonly WorthQuestion[], splits: readonly WorthSplit[]) {
  const [first] = [...(splits[0]?.scores.values() ?? [])];
  const known = new Set([...(splits[0]?.without.values() ?? [])].flatMap((table) => texts(table, "customer_id")));
  const ids = first && splits[0] ? texts(splits[0].outcomes, "customer_id") : [];
  const lost = ids.filter((id) => !known.has(id)).length;
  const figures = questions.flatMap((question) => figuresOf(question, splits));
  return { figures, customers: ids.length, lost };
}

function figuresOf(
  { target: name, model, isChosen, choice, columns }: WorthQuestion,
  splits: readonly WorthSplit[],
): WorthFigure[] {
  const target = targets.find((one) => one.target === name);
  if (!target) return [];
  const compared = splits.map(({ outcomes, scores, without }) => {
    const columnOf = (model: string) => columns.get(model);
    const of = (tables: ReadonlyMap<string, ColumnTable>) =>
      combineColumn({ base: outcomes, scores: tables, choice }, columnOf).values;
    const [own, other, actual] = [of(scores), of(without), target.outcome(outcomes)];
    const kept = Int32Array.from(own.keys()).filter(
      (row) => Number.isFinite(own[row]) && Number.isFinite(other[row]) && Number.isFinite(actual[row]),
    );
    if (kept.length < leastCustomers) return [];
    return compareSides(target, gather(own, kept), gather(other, kept), gather(actual, kept));
  });
  const metrics = compared[0]?.map(({ metric }) => metric) ?? [];
  const ranked = [...metrics].sort((a, b) => Number(isRanking(b)) - Number(isRanking(a)));
  return ranked.flatMap((metric): WorthFigure[] => {
    const own = compared.flatMap((one) => one.filter((row) => row.metric === metric));
    if (own.length === 0) return [];
    const mean = (of: (one: Compared) => number) => own.reduce((sum, one) => sum + of(one), 0) / own.length;
    return [
      {
        target: name,
        model,
        is_chosen: isChosen,
        metric,
        value: mean(({ value }) => value),
        without: mean(({ without }) => without),
        gain: mean(({ gain }) => gain.value),
        low: mean(({ gain }) => gain.low),
        high: mean(({ gain }) => gain.high),
        n: own.reduce((sum, { n }) => sum + n, 0),
        cuts: own.length,
      },
    ];
  });
}

const isRanking = (metric: string) => metric === "auc" || metric === "spearman";
