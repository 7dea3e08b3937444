import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { BtydParams } from "../../numeric/buy-till-you-die.ts";
import { numbers } from "../tables.ts";
import { chancesAt, closenessOf, type Ladder, plainLadder, stageLevels } from "./stage-rules.ts";

/** Shares of the population's cadence that are tried, the least first. */
const shares = [0, 0.25, 0.5, 0.75, 1] as const;
/** Standard errors by which a stage has to have bought more than the next lower one. */
const surely = 1.64;
const leastBuyers = 20;

interface Learning {
  readonly params: BtydParams;
  readonly meanInterval: number;
  readonly newDays: number;
  readonly cuts: readonly number[];
  readonly horizon: number;
}

/** A level, or several, as they were at each of the cuts. */
interface Level {
  readonly name: string;
  readonly n: Float64Array;
  readonly bought: Float64Array;
}

const sum = (values: Float64Array) => values.reduce((total, one) => total + one, 0);

/** By how many standard errors more of the upper level bought, all cuts together; half a customer of each kind is added, so that none
 *  is certain. None where it didn't at each of the cuts. */
function sureness(lower: Level, upper: Level): number {
  const isMore = upper.n.every((n, at) => {
    const [own, other] = [(upper.bought[at] ?? 0) / n, (lower.bought[at] ?? 0) / (lower.n[at] ?? 0)];
    return Number.isFinite(own) && own > (Number.isFinite(other) ? other : -1);
  });
  if (!isMore) return 0;
  const rate = ({ n, bought }: Level) => (sum(bought) + 0.5) / (sum(n) + 1);
  const variance = (level: Level) => (rate(level) * (1 - rate(level))) / (sum(level.n) + 1);
  return (rate(upper) - rate(lower)) / Math.sqrt(variance(lower) + variance(upper));
}

const greatest = (group: readonly Level[]) => group.reduce((most, one) => (sum(one.n) > sum(most.n) ? one : most));

function together(group: readonly Level[]): Level {
  const add = (of: (level: Level) => Float64Array) =>
    group.map(of).reduce((total, one) => total.map((value, at) => value + (one[at] ?? 0)));
  return { name: greatest(group).name, n: add(({ n }) => n), bought: add(({ bought }) => bought) };
}

/** Levels, neighbours put together while one of them bought no surely more than the next lower (pooling adjacent violators, Ayer et
 *  al. 1955). */
function pooled(levels: readonly Level[]): Level[][] {
  const groups = levels.map((level) => [level]);
  while (groups.length > 1) {
    const steps = groups.slice(1).map((upper, at) => sureness(together(groups[at] ?? []), together(upper)));
    const least = Math.min(...steps);
    if (least >= surely) break;
    const at = steps.indexOf(least);
    groups.splice(at, 2, [...(groups[at] ?? []), ...(groups[at + 1] ?? [])]);
  }
  return groups;
}

function namesOf(groups: readonly (readonly Level[])[]): string[] {
  const names: string[] = [...stageLevels];
  for (const group of groups) {
    const { name } = greatest(group);
    for (const level of group) names[stageLevels.indexOf(level.name as (typeof stageLevels)[number])] = name;
  }
  return names;
}

/** What earlier cuts tell of the stages: whose cadence they go by, the own one as far as stages that it makes bought surely less from
 *  one to the next, and which of them are one. `earlier` are histories at those cuts and what followed in 90 days. */
export function ladderOf(earlier: ColumnTable, learning: Learning): Ladder {
  const { params, meanInterval, newDays, horizon } = learning;
  const cut = numbers(earlier, "cut_days");
  const days = [...new Set(cut)].sort((a, b) => a - b);
  const [x, recency, age] = [numbers(earlier, "frequency"), numbers(earlier, "recency"), numbers(earlier, "t_age")];
  const [after, customers] = [numbers(earlier, "purchases_after"), numbers(earlier, "n_customers")];
  const rows = Array.from(x.keys()).filter((row) => (x[row] ?? 0) > 0 || (age[row] ?? 0) > newDays);
  const buyers = rows.reduce((sum, row) => sum + ((after[row] ?? 0) > 0 ? (customers[row] ?? 0) : 0), 0);
  const all = rows.reduce((sum, row) => sum + (customers[row] ?? 0), 0);
  if (buyers < leastBuyers || all - buyers < leastBuyers) return plainLadder;
  const told = rows.map((row) => {
    const history = { x: x[row] ?? 0, recency: recency[row] ?? 0, tAge: age[row] ?? 0 };
    return { row, history, chances: chancesAt(params, history, horizon) };
  });
  const tried = shares.map((share) => {
    const levels = stageLevels.map((name) => ({
      name,
      n: new Float64Array(days.length),
      bought: new Float64Array(days.length),
    }));
    for (const { row, history, chances } of told) {
      const value = closenessOf(chances, history, { meanInterval, horizon, share });
      const level = levels[learning.cuts.filter((least) => value >= least).length];
      const at = days.indexOf(cut[row] ?? 0);
      if (!level) continue;
      level.n[at] = (level.n[at] ?? 0) + (customers[row] ?? 0);
      if ((after[row] ?? 0) > 0) level.bought[at] = (level.bought[at] ?? 0) + (customers[row] ?? 0);
    }
    return { share, groups: pooled(levels) };
  });
  const most = Math.max(...tried.map(({ groups }) => groups.length));
  const best = tried.find(({ groups }) => groups.length === most);
  return best ? { cadence_share: best.share, names: namesOf(best.groups) } : plainLadder;
}

/** A ladder in a fit as JSON; the plain one where there is none. */
export function ladderIn(fitted: Json | undefined): Ladder {
  if (typeof fitted !== "object" || fitted === null || !("ladder" in fitted)) return plainLadder;
  return fitted.ladder as unknown as Ladder;
}
