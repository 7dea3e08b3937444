import type { Json } from "../../shared/base/canonical-json.ts";
import { toEpochDay } from "../../shared/base/time.ts";
import { medianWaitOf } from "../models/lifecycle/next-purchase.ts";
import { purchaseFamilies } from "../models/lifecycle/purchase-family.ts";
import { harmonicsOf } from "../models/lifecycle/seasonal-clock.ts";
import { expectedPurchases, probabilityAlive, probabilityOfNone } from "../numeric/buy-till-you-die.ts";
import { paretoAlive, paretoMoments, paretoNone } from "../numeric/pareto-nbd.ts";
import { createClock } from "../numeric/season.ts";
import { numberOrNull } from "./estimate.ts";
import type { SnapshotHandle } from "./snapshot.ts";

/** A buyer's past as the purchase model sees it, in days. */
export interface History {
  readonly x: number;
  readonly recency: number;
  readonly tAge: number;
}

/** The snapshot's own fit of its chosen purchase model as functions of a history on the snapshot's day, in days and in season as they
 *  are, for what screens ask beyond the scores. */
export interface PurchaseModel {
  readonly name: string;
  /** Whether published counts are the model's own times what other models and earlier cuts told. */
  readonly isCorrected: boolean;
  readonly probabilityAlive: (history: History) => number;
  readonly expectedPurchases: (history: History, days: number) => number;
  /** The same within the first so many days of a horizon, were its season the same all along. */
  readonly expectedEvenly: (history: History, days: number, horizon: number) => number;
  /** Chance of at least one purchase within so many days. */
  readonly probabilityPurchase: (history: History, days: number) => number;
  /** Days until half of all customers with this history, if still customers, have bought again. */
  readonly medianWait: (history: History) => number;
}

type Answers = Omit<PurchaseModel, "name" | "isCorrected" | "medianWait">;
type OwnAnswers = Omit<Answers, "expectedEvenly">;
type Params = Readonly<Record<string, number>>;

function paramsOf(handle: SnapshotHandle, model: string): Params | null {
  const fitted: Json | undefined = handle.fits?.[model];
  if (typeof fitted !== "object" || fitted === null || !("params" in fitted)) return null;
  const found = Object.entries((fitted.params ?? {}) as Readonly<Record<string, Json>>).map(
    ([name, value]) => [name, numberOrNull(value) ?? 0] as const,
  );
  return found.length > 0 && found.every(([, value]) => value > 0) ? Object.fromEntries(found) : null;
}

function answersOf(model: string, params: Params): OwnAnswers | null {
  if (model === "mbg_nbd" || model === "bg_nbd") {
    const own = params as unknown as Parameters<typeof expectedPurchases>[1];
    return {
      probabilityAlive: ({ x, recency, tAge }) => probabilityAlive(model, own, x, recency, tAge),
      expectedPurchases: (history, days) => expectedPurchases(model, own, history, days),
      probabilityPurchase: (history, days) => 1 - probabilityOfNone(model, own, history, days),
    };
  }
  if (model === "pareto_nbd") {
    const own = params as unknown as Parameters<typeof paretoAlive>[0];
    return {
      probabilityAlive: (history) => paretoAlive(own, history),
      expectedPurchases: (history, days) => paretoAlive(own, history) * paretoMoments(own, history, days)[0],
      probabilityPurchase: (history, days) => 1 - paretoNone(own, history, paretoAlive(own, history), days),
    };
  }
  const family = purchaseFamilies.get(model)?.at(params);
  if (!family) return null;
  return {
    probabilityAlive: (history) => family.forecast(history, 1, 1).alive,
    expectedPurchases: (history, days) => family.forecast(history, days, days).mean,
    probabilityPurchase: (history, days) => family.forecast(history, days, days).buysSoon,
  };
}

/** Answers of a model whose time runs on the shop's seasonal clock, on a day (days since 1970). */
function inSeason(answers: OwnAnswers, fitted: Json, today: number): Answers {
  const harmonics = harmonicsOf(fitted);
  const clock = harmonics.length > 0 ? createClock(harmonics) : (day: number) => day;
  const now = clock(today);
  const own = ({ x, recency, tAge }: History): History => {
    const since = clock(today - tAge);
    return { x, recency: recency > 0 ? clock(today - tAge + recency) - since : 0, tAge: now - since };
  };
  const ahead = (days: number) => clock(today + days) - now;
  return {
    probabilityAlive: (history) => answers.probabilityAlive(own(history)),
    expectedPurchases: (history, days) => answers.expectedPurchases(own(history), ahead(days)),
    expectedEvenly: (history, days, horizon) =>
      answers.expectedPurchases(own(history), (ahead(horizon) * days) / horizon),
    probabilityPurchase: (history, days) => answers.probabilityPurchase(own(history), ahead(days)),
  };
}

/** The chosen model, or the weighted mean of those that were combined; null where the snapshot carries no fit of them. */
export function purchaseModelOf(handle: SnapshotHandle): PurchaseModel | null {
  const choice = handle.choices?.purchases;
  const today = toEpochDay(handle.as_of);
  const members = Object.entries(choice?.weights ?? { mbg_nbd: 1 }).flatMap(([name, weight]) => {
    const params = paramsOf(handle, name);
    const answers = params ? answersOf(name, params) : null;
    return answers ? [{ weight, answers: inSeason(answers, handle.fits?.[name] ?? null, today) }] : [];
  });
  const medianWait = medianWaitOf(handle.fits?.["next_purchase"] ?? null, today);
  const total = members.reduce((sum, { weight }) => sum + weight, 0);
  if (!(total > 0)) return null;
  const mean = (of: (answers: Answers) => number) =>
    members.reduce((sum, { weight, answers }) => sum + weight * of(answers), 0) / total;
  return {
    name: choice?.chosen ?? "mbg_nbd",
    isCorrected: Boolean(choice?.refined || choice?.level || choice?.one_time_slope),
    probabilityAlive: (history) => mean((answers) => answers.probabilityAlive(history)),
    expectedPurchases: (history, days) => mean((answers) => answers.expectedPurchases(history, days)),
    expectedEvenly: (history, days, horizon) => mean((answers) => answers.expectedEvenly(history, days, horizon)),
    probabilityPurchase: (history, days) => mean((answers) => answers.probabilityPurchase(history, days)),
    medianWait: medianWait ?? (() => Number.NaN),
  };
}

/** Whether what the model says of a history is what the snapshot's score says. */
export function agrees(computed: number, stored: number | null): boolean {
  return stored !== null && Math.abs(computed - stored) <= 1e-4 + 0.01 * Math.abs(stored);
}
