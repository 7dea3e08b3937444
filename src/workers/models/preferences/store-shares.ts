import { fitDirichlet } from "../../numeric/shrinkage.ts";
import { fitReader } from "../fit-reader.ts";
import type { Chooser } from "./shares.ts";

export interface FittedStores {
  readonly choices: readonly string[];
  readonly shares: readonly number[];
  readonly concentration: number;
  /** Kilometres over which the pull of a store falls to 1/e; null: distance tells nothing, or places aren't known. */
  readonly reach_km: number | null;
  readonly latitudes: readonly (number | null)[];
  readonly longitudes: readonly (number | null)[];
}

export const readStoreFit = fitReader<FittedStores>("store_affinity", {
  choices: "list",
  shares: "list",
  concentration: "number",
  reach_km: "number?",
  latitudes: "list",
  longitudes: "list",
});

const earthKm = 6_371;
const reaches = [null, 3, 6, 12, 25, 50, 100, 200] as const;
const weights = [0.5, 1, 2, 4] as const;
const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** Great-circle distance in kilometres (haversine). */
export function distanceKm(a: readonly [number, number], b: readonly [number, number]): number {
  const [dLatitude, dLongitude] = [radians(b[0] - a[0]) / 2, radians(b[1] - a[1]) / 2];
  const h = Math.sin(dLatitude) ** 2 + Math.cos(radians(a[0])) * Math.cos(radians(b[0])) * Math.sin(dLongitude) ** 2;
  return 2 * earthKm * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** How far each store pulls whoever shops in another: row by row exp(−distance / reach) · share, each row summing to 1. */
function pullOf({
  shares,
  reach_km,
  latitudes,
  longitudes,
}: Omit<FittedStores, "choices" | "concentration">): Float64Array[] {
  const place = (at: number): [number, number] | undefined => {
    const [latitude, longitude] = [latitudes[at], longitudes[at]];
    return latitude == null || longitude == null ? undefined : [latitude, longitude];
  };
  return shares.map((_, from) => {
    const here = place(from);
    const row = Float64Array.from(shares, (share, to) => {
      const there = place(to);
      return here && there && reach_km !== null ? share * Math.exp(-distanceKm(here, there) / reach_km) : share;
    });
    const sum = row.reduce((all, value) => all + value, 0);
    return row.map((value) => value / Math.max(1e-300, sum));
  });
}

/** Posterior weights of every store for one history, with their total: orders, and the pull of the stores that were used. */
export function createStoreWeights(fitted: FittedStores) {
  const pull = pullOf(fitted);
  return (counts: Chooser["counts"]): { weights: Float64Array; total: number } => {
    const n = counts.reduce((sum, [, count]) => sum + count, 0);
    const own = new Float64Array(fitted.shares.length);
    for (const [store, count] of counts) {
      own[store] = (own[store] ?? 0) + count;
      const row = pull[store];
      for (let to = 0; to < own.length; to++)
        own[to] = (own[to] ?? 0) + ((fitted.concentration * count) / n) * (row?.[to] ?? 0);
    }
    if (n === 0) for (let to = 0; to < own.length; to++) own[to] = fitted.concentration * (fitted.shares[to] ?? 0);
    return { weights: own, total: n + fitted.concentration };
  };
}

/** Chooses reach and weight of the population by foretelling each order's store from the customer's others. */
export function fitStores(
  choosers: readonly Chooser[],
  choices: readonly string[],
  places: ReadonlyMap<string, readonly [number, number]>,
): FittedStores {
  const { shares, concentration } = fitDirichlet(
    choosers.map(({ counts }) => counts),
    choices.length,
  );
  const at = (side: 0 | 1) => choices.map((store) => places.get(store)?.[side] ?? null);
  const base = { choices, shares, latitudes: at(0), longitudes: at(1) };
  const alike = new Map<string, { counts: Chooser["counts"]; n: number }>();
  for (const { counts } of choosers) {
    const key = counts.map((pair) => pair.join(":")).join(" ");
    const known = alike.get(key);
    if (known) known.n++;
    else alike.set(key, { counts, n: 1 });
  }
  const groups = [...alike].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
  const isPlaced = base.latitudes.filter((one) => one !== null).length > 1;
  let best: { fitted: FittedStores; loss: number } | undefined;
  for (const reach_km of isPlaced ? reaches : [null])
    for (const weight of weights) {
      const fitted = { ...base, concentration: concentration * weight, reach_km };
      const loss = leaveOneOut(groups, fitted);
      if (!best || loss < best.loss - 1e-9) best = { fitted, loss };
    }
  return best?.fitted ?? { ...base, concentration, reach_km: null };
}

function leaveOneOut(groups: readonly { counts: Chooser["counts"]; n: number }[], fitted: FittedStores): number {
  const weigh = createStoreWeights(fitted);
  let [loss, orders] = [0, 0];
  for (const { counts, n } of groups) {
    if (counts.reduce((sum, [, count]) => sum + count, 0) < 2) continue;
    for (const [store, count] of counts) {
      const others = counts.flatMap(([one, k]): [number, number][] =>
        one !== store ? [[one, k]] : k > 1 ? [[one, k - 1]] : [],
      );
      const { weights: own, total } = weigh(others);
      loss -= n * count * Math.log(Math.max(1e-6, (own[store] ?? 0) / total));
      orders += n * count;
    }
  }
  return orders > 0 ? loss / orders : 0;
}
