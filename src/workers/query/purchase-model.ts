import type { Json } from "../../shared/base/canonical-json.ts";
import {
  type BtydParams,
  expectedPurchases,
  probabilityAlive,
  purchaseDistribution,
} from "../numeric/buy-till-you-die.ts";
import { numberOrNull } from "./estimate.ts";
import type { SnapshotHandle } from "./snapshot.ts";

/** A buyer's past as the purchase model sees it, in days. */
export interface History {
  readonly x: number;
  readonly recency: number;
  readonly tAge: number;
}

/** The snapshot's own fit of MBG/NBD as functions of a history, for what screens ask beyond the scores. */
export interface PurchaseModel {
  readonly probabilityAlive: (history: History) => number;
  readonly expectedPurchases: (history: History, days: number) => number;
  /** Chance of at least one purchase within so many days. */
  readonly probabilityPurchase: (history: History, days: number) => number;
  /** Days until half of all customers with this history, if still customers, have bought again. */
  readonly medianWait: (history: History) => number;
}

function paramsOf(fitted: Json | undefined): BtydParams | null {
  if (typeof fitted !== "object" || fitted === null || !("params" in fitted)) return null;
  const params = fitted.params as Readonly<Record<string, Json>>;
  const [r, alpha, a, b] = ["r", "alpha", "a", "b"].map((name) => numberOrNull(params?.[name]) ?? 0);
  return r && alpha && a && b && Math.min(r, alpha, a, b) > 0 ? { r, alpha, a, b } : null;
}

/** Null where the snapshot carries no fit. */
export function purchaseModelOf(handle: SnapshotHandle): PurchaseModel | null {
  const params = paramsOf(handle.fits?.mbg_nbd);
  if (!params) return null;
  return {
    probabilityAlive: ({ x, recency, tAge }) => probabilityAlive("mbg_nbd", params, x, recency, tAge),
    expectedPurchases: (history, days) => expectedPurchases("mbg_nbd", params, history, days),
    probabilityPurchase: (history, days) => 1 - (purchaseDistribution("mbg_nbd", params, history, days, 1e-6)[0] ?? 1),
    medianWait: ({ x, tAge }) => (params.alpha + tAge) * (2 ** (1 / (params.r + x)) - 1),
  };
}

/** Whether what the model says of a history is what the snapshot's score says. */
export function agrees(computed: number, stored: number | null): boolean {
  return stored !== null && Math.abs(computed - stored) <= 1e-4 + 0.01 * Math.abs(stored);
}
