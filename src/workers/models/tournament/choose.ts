import type { Json } from "../../../shared/base/canonical-json.ts";
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
  /** Akaike's criterion of what has been seen under the candidates' fits, the less the better, of those that have a likelihood. */
  readonly criteria?: Readonly<Record<string, number>>;
}

/** Parameters of a fit and the log-likelihood of what it was fitted on. */
interface Likely {
  readonly params: Readonly<Record<string, number>>;
  readonly log_likelihood: number | null;
  readonly n_customers: number;
}

/** Akaike's (1974) information criterion of fits as JSON, those that tell their likelihood; of none where they aren't of as many customers. */
export function criteriaOf(fits: Readonly<Record<string, Json>>): Readonly<Record<string, number>> {
  const found = Object.entries(fits).flatMap(([model, fitted]) => {
    if (typeof fitted !== "object" || fitted === null || !("log_likelihood" in fitted)) return [];
    const { params, log_likelihood: likelihood, n_customers: n } = fitted as unknown as Likely;
    return likelihood === null ? [] : [{ model, n, criterion: 2 * Object.keys(params).length - 2 * likelihood }];
  });
  const isOfOneBase = new Set(found.map(({ n }) => n)).size <= 1;
  return Object.fromEntries(isOfOneBase ? found.map(({ model, criterion }) => [model, criterion]) : []);
}

/** Who stands where nothing tells them apart by loss: among those with a likelihood, if the usual one is of them, the likeliest. */
function standingOf({ standing, eligible, criteria = {} }: Contestants): string {
  const told = eligible.filter((name) => criteria[name] !== undefined);
  if (!told.includes(standing)) return standing;
  return told.reduce((best, name) => ((criteria[name] ?? 0) < (criteria[best] ?? 0) ? name : best), standing);
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
 *  comes first, then the lesser name. Where nothing could be judged the likeliest stands. */
export function chooseByLoss(asked: Contestants): TournamentChoice {
  const { target, fitAsOf, horizonDays, eligible, cuts, rows, leftOut, criteria = {} } = asked;
  const standing = standingOf(asked);
  const losses = new Map(eligible.map((name) => [name, meanRelative(rows, name, cuts)]));
  const lossOf = (name: string) => losses.get(name) ?? Number.NaN;
  const ranking = eligible
    .filter((name) => Number.isFinite(lossOf(name)))
    .sort((a, b) => lossOf(a) - lossOf(b) || (a < b ? -1 : 1));
  const least = lossOf(ranking[0] ?? "");
  const level = ranking.filter((name) => lossOf(name) <= least * (1 + tie));
  const first = [standing, asked.standing].find((name) => level.includes(name));
  if (first) ranking.sort((a, b) => Number(b === first) - Number(a === first));
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
    const none = "Nothing could be judged yet: there is no cut with enough customers and what followed.";
    const likely = `${none} What has been seen is likeliest under ${chosen} (Akaike's criterion).`;
    const reason = criteria[chosen] === undefined ? none : likely;
    const others = rest
      .filter((name) => name !== chosen)
      .sort((a, b) => (criteria[a] ?? Number.MAX_VALUE) - (criteria[b] ?? Number.MAX_VALUE));
    const order = [chosen, ...others];
    return { ...common, chosen, weights: { [chosen]: 1 }, ranking: order, reason };
  }
  const over = `over ${cuts} ${cuts === 1 ? "cut" : "cuts"}`;
  const reason = `Least loss ${over}: ${lossOf(best).toPrecision(3)} of the naive forecast's.`;
  return { ...common, chosen: best, weights: { [best]: 1 }, ranking: [...ranking, ...rest], reason };
}
