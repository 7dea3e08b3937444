import type { Evaluation } from "../../../shared/domain/model.ts";
import { meanInterval } from "../../numeric/scoring.ts";
import { compare, leastCustomers } from "../evaluation.ts";
import { createListing, type FittedProducts, listed, type Past, popularOrder } from "./product-recommend.ts";

interface Case extends Past<string> {
  readonly next: readonly string[];
}

/** Recall of all that was bought, and of what was never bought before, beside popularity. */
export function productRecalls(fitted: FittedProducts, decay: number, cases: readonly Case[]): Evaluation[] {
  const listing = createListing(fitted, decay);
  const lists = new Map(cases.map((one) => [one, listing(one)]));
  const k = Math.min(listed, Math.max(1, Math.floor(fitted.products.length / 4)));
  const popular = popularOrder(fitted).map((at) => fitted.products[at] ?? "");
  const share = (list: readonly string[], wanted: ReadonlySet<string>) =>
    list.slice(0, k).filter((id) => wanted.has(id)).length / Math.min(k, wanted.size);
  const mean = (values: readonly number[]) => meanInterval(Float64Array.from(values));
  const measure = (metric: string, baseline: string, some: readonly Case[], isNew: boolean): Evaluation[] => {
    if (some.length < leastCustomers) return [];
    const [own, naive]: [number[], number[]] = [[], []];
    for (const one of some) {
      const { history, next } = one;
      const leftOut = new Set(isNew ? history : []);
      const wanted = new Set(next.filter((id) => !leftOut.has(id)));
      const told = lists.get(one);
      own.push(share((isNew ? told?.fresh : told?.whole) ?? [], wanted));
      const list: string[] = [];
      for (const id of popular) {
        if (list.length === k) break;
        if (!leftOut.has(id)) list.push(id);
      }
      naive.push(share(list, wanted));
    }
    const common = { baseline, n: some.length, better: "higher" } as const;
    const pairs = { own: Float64Array.from(own), naive: Float64Array.from(naive) };
    return [compare({ metric, own: mean(own), naive: mean(naive).value, pairs, ...common })];
  };
  const explored = cases.filter(({ history, next }) => next.some((id) => !history.includes(id)));
  return [
    ...measure(`recall_at_${k}`, "popularity of the last 90 days", cases, false),
    ...measure(`recall_at_${k}_new`, "popularity among products not bought yet", explored, true),
  ];
}
