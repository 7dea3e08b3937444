import type { TournamentChoice, TournamentRow, TournamentTarget } from "../../../shared/domain/tournament.ts";

export interface Contestants {
  readonly target: TournamentTarget;
  readonly fitAsOf: string;
  readonly horizonDays: number;
  /** Who can be chosen. */
  readonly eligible: readonly string[];
  /** Who stands where nothing could be judged. */
  readonly standing: string;
  /** Cuts at which something was judged. */
  readonly cuts: number;
  readonly rows: readonly TournamentRow[];
  readonly leftOut: readonly { readonly candidate: string; readonly reason: string }[];
}

/** Geometric mean over the cuts of a candidate's losses as multiples of the naive forecast's; NaN where it wasn't judged at all of them. */
export function meanRelative(rows: readonly TournamentRow[], candidate: string, cuts: number): number {
  const logs = rows.flatMap((row) =>
    row.candidate === candidate && row.relative !== null ? [Math.log(row.relative)] : [],
  );
  return logs.length < cuts || cuts === 0 ? Number.NaN : Math.exp(logs.reduce((sum, log) => sum + log, 0) / cuts);
}

/** Losses closer than this are one: models that fell together on this shop. */
const tie = 1e-6;

/** The candidate of the least loss over the cuts, and the others in the order of theirs. Among those that lost alike the standing one
 *  comes first, then the lesser name. */
export function chooseByLoss(asked: Contestants): TournamentChoice {
  const { target, fitAsOf, horizonDays, eligible, standing, cuts, rows, leftOut } = asked;
  const losses = new Map(eligible.map((name) => [name, meanRelative(rows, name, cuts)]));
  const lossOf = (name: string) => losses.get(name) ?? Number.NaN;
  const ranking = eligible
    .filter((name) => Number.isFinite(lossOf(name)))
    .sort((a, b) => lossOf(a) - lossOf(b) || (a < b ? -1 : 1));
  const least = lossOf(ranking[0] ?? "");
  const level = ranking.filter((name) => lossOf(name) <= least * (1 + tie));
  if (level.includes(standing)) ranking.sort((a, b) => Number(b === standing) - Number(a === standing));
  const common = {
    target,
    fit_as_of: fitAsOf,
    horizon_days: horizonDays,
    stack_weights: null,
    left_out: [...new Map(leftOut.map((one) => [one.candidate, one])).values()],
    rows,
  };
  const rest = eligible.filter((name) => !ranking.includes(name));
  const [best] = ranking;
  if (best === undefined) {
    const chosen = eligible.includes(standing) ? standing : (eligible[0] ?? standing);
    const reason = "Nothing could be judged yet: there is no cut with enough customers and what followed.";
    const order = [chosen, ...rest.filter((name) => name !== chosen)];
    return { ...common, chosen, weights: { [chosen]: 1 }, ranking: order, reason };
  }
  const over = `over ${cuts} ${cuts === 1 ? "cut" : "cuts"}`;
  const reason = `Least loss ${over}: ${lossOf(best).toPrecision(3)} of the naive forecast's.`;
  return { ...common, chosen: best, weights: { [best]: 1 }, ranking: [...ranking, ...rest], reason };
}
