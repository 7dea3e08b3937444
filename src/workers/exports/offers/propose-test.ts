import { detectableShare } from "../../numeric/test-power.ts";
import type { OpenSnapshot } from "../../query/session-pool.ts";
import { planCampaign } from "../campaign-plan.ts";
import { meanAnswer, type OfferInput, workOut } from "./plan.ts";

const mostVariants = 3;
const holdouts = [0.1, 0.2, 0.3, 0.4, 0.5];
const mostCustomers = 50_000_000;

/** The campaign that would tell what price cuts do: the allowed depths side by side, drawn at random over the audience, and a part kept
 *  out that is as large as the effect hoped for needs; judged by who buys. */
export async function proposeTest(snapshot: OpenSnapshot, input: OfferInput, signal?: AbortSignal) {
  const expected = await snapshot.use(signal, async (session) => {
    const found = await workOut(snapshot, session, input);
    return Math.max(0, ...input.terms.depths.map((depth) => meanAnswer(found, depth)));
  });
  const depths = variantDepths(input.terms.depths);
  const variants = depths.map((depth) => ({ variant: `off-${Math.round(depth * 100)}`, share: 1 / depths.length }));
  const { days } = input.terms;
  const plan = { ...input.plan, variants, holdout: 0.5, goal: "purchases" as const, days };
  const { contacted, kept_out, base_rate } = await planCampaign(snapshot, { ...input, plan }, signal);
  const all = contacted + kept_out;
  const sizes = (holdout: number, n: number) => ({
    nTreated: Math.floor(((1 - holdout) * n) / depths.length),
    nControl: Math.floor(holdout * n),
  });
  const tells = (holdout: number, n = all) =>
    base_rate === null ? Number.NaN : detectableShare(base_rate, sizes(holdout, n));
  const told = holdouts.map((holdout) => ({ holdout, detectable: tells(holdout) }));
  const best = told.reduce((a, b) => (b.detectable < a.detectable || Number.isNaN(a.detectable) ? b : a));
  const enough = told.find(({ detectable }) => detectable <= expected);
  const { holdout, detectable } = enough ?? best;
  const { nTreated, nControl } = sizes(holdout, all);
  return {
    variants,
    holdout,
    goal: plan.goal,
    days,
    in_variant: nTreated,
    kept_out: nControl,
    base_rate,
    detectable: Number.isFinite(detectable) ? detectable : null,
    expected,
    is_enough: enough !== undefined,
    customers_needed: neededFor((n) => tells(holdout, n) <= expected, expected > 0 && base_rate !== null),
  };
}

/** Three of the depths at most: the least, the middle and the deepest. */
function variantDepths(depths: readonly number[]): number[] {
  const sorted = [...new Set(depths)].sort((a, b) => a - b);
  if (sorted.length <= mostVariants) return sorted;
  return [0, Math.floor(sorted.length / 2), sorted.length - 1].map((at) => sorted[at] ?? 0);
}

/** The smallest number of customers that does, to a hundredth; null where none does. */
function neededFor(does: (n: number) => boolean, isPossible: boolean): number | null {
  if (!isPossible) return null;
  let high = 100;
  while (high < mostCustomers && !does(high)) high *= 2;
  if (!does(high)) return null;
  let low = high / 2;
  while (high - low > 0.01 * high) {
    const middle = (low + high) / 2;
    if (does(Math.round(middle))) high = middle;
    else low = middle;
  }
  return Math.ceil(high);
}
