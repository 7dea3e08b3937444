import type { ColumnTable } from "../../../shared/domain/column.ts";
import { fitDirichlet } from "../../numeric/shrinkage.ts";
import { lgamma } from "../../numeric/special-functions.ts";
import { numbers, texts } from "../tables.ts";

/** Share of returns that have come by each day after the purchase, up to the window's end; steps between 0 and 1. Empty where no
 *  return carries a day of its own. */
export type LagShares = readonly number[];

/** Lags of all returns, and of some groups of them where groups differ. */
export interface ReturnLags {
  readonly all: LagShares;
  readonly by: readonly LagTrait[];
  readonly groups: Readonly<Record<string, LagShares>>;
}

const traits = {
  category: (table) => texts(table, "category"),
  channel: (table) => texts(table, "channel"),
  selection: (table) => Array.from(numbers(table, "alike_in_order"), (n) => (n > 1 ? "several" : "one")),
} as const satisfies Readonly<Record<string, (table: ColumnTable) => readonly (string | null)[]>>;
export type LagTrait = keyof typeof traits;

/** Ways in which returns are parted, tried one after the other. */
const partings: readonly (readonly LagTrait[])[] = [
  ["selection"],
  ["channel"],
  ["category"],
  ["channel", "selection"],
  ["category", "selection"],
  ["category", "channel"],
  ["category", "channel", "selection"],
];
const fewestOfGroup = 20;
const fewest = 5;
/** By how much a parting has to be likelier than none (natural logarithm). */
const leastGain = 3;

/** What parts a line's returns from others', as text. */
export function lagGroups(table: ColumnTable, by: readonly LagTrait[]): readonly string[] {
  const columns = by.map((name) => traits[name](table));
  return Array.from({ length: table.rows }, (_, row) => columns.map((column) => column[row] ?? "").join("\u001f"));
}

/** Days from 0 to the window's end; what came later counts as on the last. */
function counted(lags: readonly number[], windowDays: number): Float64Array {
  const days = Math.max(1, Math.round(windowDays));
  const counts = new Float64Array(days + 1);
  for (const lag of lags) {
    const day = Math.min(days, Math.floor(lag));
    counts[day] = (counts[day] ?? 0) + 1;
  }
  return counts;
}

function summed(counts: Float64Array): LagShares {
  const total = counts.reduce((sum, n) => sum + n, 0);
  let sum = 0;
  return Array.from(counts, (n) => {
    sum += n;
    return sum / total;
  });
}

/** From lags in days of returned lines; each day also gets a fiftieth of a return, so that no age within the window rules one out. */
export function lagShares(lags: readonly number[], windowDays: number): LagShares {
  const known = lags.filter((lag) => lag >= 0);
  return known.length < fewest ? [] : summed(counted(known, windowDays).map((n) => n + 0.02));
}

/** Log likelihood of a group's days where its shares are drawn from a Dirichlet around those of all (Minka 2000). */
function evidence(counts: Float64Array, prior: Float64Array, weight: number): number {
  const total = counts.reduce((sum, n) => sum + n, 0);
  return counts.reduce(
    (sum, n, day) => {
      const alpha = weight * (prior[day] ?? 0);
      return n > 0 ? sum + lgamma(n + alpha) - lgamma(alpha) : sum;
    },
    lgamma(weight) - lgamma(weight + total),
  );
}

/** Lags of returns (NaN for none), those of groups drawn towards those of all as far as groups are alike; parted in the way that makes
 *  the days likeliest, by none where that isn't clearly likelier. */
export function learnLags(table: ColumnTable, lags: Float64Array, windowDays: number): ReturnLags {
  const rows = [...lags.keys()].filter((row) => (lags[row] ?? Number.NaN) >= 0);
  const lagsOf = (some: readonly number[]) => some.map((row) => lags[row] ?? 0);
  const all = lagShares(lagsOf(rows), windowDays);
  if (all.length === 0) return { all, by: [], groups: {} };
  const prior = Float64Array.from(all, (share, day) => share - (all[day - 1] ?? 0));
  const alike = (counts: Float64Array) => counts.reduce((sum, n, day) => sum + n * Math.log(prior[day] ?? 1), 0);
  let best: ReturnLags = { all, by: [], groups: {} };
  let most = leastGain;
  for (const by of partings) {
    const names = lagGroups(table, by);
    const members = new Map<string, number[]>();
    for (const row of rows) {
      const own = members.get(names[row] ?? "");
      if (own) own.push(row);
      else members.set(names[row] ?? "", [row]);
    }
    const large = [...members]
      .filter(([, own]) => own.length >= fewestOfGroup)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, own]) => [name, counted(lagsOf(own), windowDays)] as const);
    if (large.length < 2) continue;
    const pairs = large.map(([, counts]) => [...counts.entries()].filter(([, n]) => n > 0));
    const weight = fitDirichlet(pairs, prior.length).concentration;
    const gain = large.reduce((sum, [, counts]) => sum + evidence(counts, prior, weight) - alike(counts), 0);
    if (gain <= most) continue;
    most = gain;
    const shares = large.map(
      ([name, counts]) => [name, summed(counts.map((n, day) => n + weight * (prior[day] ?? 0)))] as const,
    );
    best = { all, by, groups: Object.fromEntries(shares) };
  }
  return best;
}

/** The lags that hold for each line. */
export function lagsOfLines(table: ColumnTable, { all, by, groups }: ReturnLags): readonly LagShares[] {
  if (by.length === 0) return new Array<LagShares>(table.rows).fill(all);
  return lagGroups(table, by).map((name) => (Object.hasOwn(groups, name) ? (groups[name] ?? all) : all));
}

/** P(comes back | hasn't after `age` days), given P(comes back) at the purchase: p (1 − F) / (1 − p F). */
export function givenAge(p: number, age: number, shares: LagShares): number {
  if (shares.length === 0) return p;
  const gone = shares[Math.min(shares.length - 1, Math.max(0, Math.floor(age)))] ?? 0;
  return (p * (1 - gone)) / Math.max(1e-12, 1 - p * gone);
}
