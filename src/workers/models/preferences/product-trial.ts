import { type MethodTrial, naiveName, popularName } from "../../../shared/domain/tournament.ts";
import { meanInterval } from "../../numeric/scoring.ts";
import { leastCustomers } from "../evaluation.ts";
import { lossOf, trialOf } from "../tournament/targets.ts";
import { draw } from "./next-basket-rank.ts";
import { fitRecommender, type Known, type RecommenderParams } from "./product-fit.ts";
import { createRanker, listed, type Past, popularOrder, recommenders } from "./product-recommend.ts";

/** A customer's past at a cut, and what was bought after it, by numbers of products. */
export interface TrialCase extends Past<number> {
  readonly next: readonly number[];
}

const mostOwners = 4_000;
const mostCases = 800;
/** How far buying the same again is tried to count beside a recommender's scores. */
const againWeights = { neighbours: [1], ease: [0.1, 0.3, 1, 3], als: [0.1, 0.3, 1, 3], baskets: [1] } as const;

/** Every recommender fitted on a draw of customers by what they bought up to the cut, and held against what a draw of them bought after it:
 *  all of it, and what they had never bought. */
export function tryRecommenders(known: Known, cases: readonly TrialCase[], params: RecommenderParams): MethodTrial[] {
  const ordered = cases
    .map((one) => ({ one, text: `${one.history.join(" ")}|${one.next.join(" ")}` }))
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ one }) => one);
  const judged = draw(
    ordered.filter(({ history, next }) => history.length > 0 && next.length > 0),
    mostCases,
  );
  const explorers = judged.filter(({ history, next }) => next.some((product) => !history.includes(product)));
  if (judged.length < leastCustomers || explorers.length < leastCustomers) return [];
  const drawn = draw(ordered, mostOwners);
  const bought = {
    owners: drawn.map(({ history }) => Int32Array.from(history)),
    baskets: drawn.map(({ baskets }) => baskets.map((basket) => Int32Array.from(basket))),
  };
  const k = Math.min(listed, Math.max(1, Math.floor(known.products.length / 4)));
  const recall = (some: readonly TrialCase[], isNew: boolean, listOf: (one: TrialCase) => readonly number[]) => {
    const values = Float64Array.from(some, (one) => {
      const wanted = new Set(isNew ? one.next.filter((product) => !one.history.includes(product)) : one.next);
      const found = listOf(one).slice(0, k);
      return found.filter((product) => wanted.has(product)).length / Math.min(k, wanted.size);
    });
    const measured = meanInterval(values);
    return lossOf(`recall_at_${k}${isNew ? "_new" : ""}`, measured, 1 - measured.value);
  };
  const popular = popularOrder(known).slice(0, listed + 400);
  const others = ({ history }: TrialCase) => popular.filter((product) => !history.includes(product)).slice(0, k);
  const beside = (name: string, listOf: (one: TrialCase) => readonly number[]) =>
    trialOf(name, judged.length, [recall(judged, false, listOf), recall(explorers, true, others)]);
  const tried = recommenders.flatMap((name) => {
    params.throwIfCancelled();
    const rank = createRanker(fitRecommender(name, known, bought, params), params.decay);
    const weights = againWeights[name];
    const lists = new Map(judged.map((one) => [one, rank.lists(one, weights)]));
    const fresh = recall(explorers, true, (one) => lists.get(one)?.fresh ?? []);
    return weights.map((again_weight, at) => {
      const whole = recall(judged, false, (one) => lists.get(one)?.whole[at] ?? []);
      return trialOf(name, judged.length, [whole, fresh], { again_weight });
    });
  });
  return [...tried, beside(popularName, () => popular), beside(naiveName, oftenBought(popular, k))];
}

/** One's own products by how many baskets hold them, then the popular others. */
function oftenBought(popular: readonly number[], k: number): (one: TrialCase) => readonly number[] {
  const place = new Map(popular.map((product, at) => [product, at]));
  const placeOf = (product: number) => place.get(product) ?? popular.length;
  return ({ baskets, history }) => {
    const counts = new Map<number, number>();
    for (const basket of baskets) for (const product of basket) counts.set(product, (counts.get(product) ?? 0) + 1);
    const own = [...counts].sort(([a, n], [b, m]) => m - n || placeOf(a) - placeOf(b) || a - b);
    const mine = own.map(([product]) => product);
    return [...mine, ...popular.filter((product) => !counts.has(product) && !history.includes(product))].slice(0, k);
  };
}
