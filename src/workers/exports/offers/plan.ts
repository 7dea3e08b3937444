import type { OfferTerms } from "../../../shared/domain/offer.ts";
import type { Session } from "../../engine/duckdb.ts";
import { literal } from "../../engine/sql.ts";
import { type Chosen, chooseOptions } from "../../numeric/offer-knapsack.ts";
import { textOrNull } from "../../query/estimate.ts";
import type { OpenSnapshot } from "../../query/session-pool.ts";
import { type CampaignInput, choiceOf } from "../campaign-groups.ts";
import { requireTemplate } from "../list.ts";
import { chooseRecipients } from "../recipients.ts";
import { drawsOf, type Limited, limited, type Totals, totalOf } from "./estimate.ts";
import { type OfferInputs, readInputs } from "./inputs.ts";
import { type Response, readResponse } from "./response.ts";
import { type Answer, answerOf, type Draw, marginIn, type OfferOptions, valueUnder, weighOffers } from "./values.ts";

export interface OfferInput extends CampaignInput {
  readonly terms: OfferTerms;
  /** How many rows are told. */
  readonly rows: number;
}

/** Everything that a plan was made of. */
export interface WorkedOut {
  readonly inputs: OfferInputs;
  readonly response: Response;
  readonly options: OfferOptions;
  readonly chosen: Chosen;
  readonly answer: Answer;
  readonly mean: Draw;
  readonly draws: readonly Draw[];
  readonly totals: Totals;
  readonly leftOut: readonly { reason: string; count: number }[];
  readonly audience: number;
}

interface Reached {
  readonly inputs: OfferInputs;
  readonly leftOut: readonly { reason: string; count: number }[];
  readonly audience: number;
}

/** What is read of an audience; the last one is remembered, since a budget is moved to and fro over the same people. */
async function reach(snapshot: OpenSnapshot, session: Session, input: OfferInput): Promise<Reached> {
  const { definition, segments, plan, global_holdout, earlier, terms } = input;
  const key = JSON.stringify([definition, segments, plan.template, plan.cap, global_holdout, earlier, terms.days]);
  const last = snapshot.memo.get("offers.reached") as { key: string; reached: Reached } | undefined;
  if (last?.key === key) return last.reached;
  const template = requireTemplate(plan.template);
  const recipients = await chooseRecipients(snapshot, session, input, template, choiceOf(snapshot, input));
  const inputs = await readInputs(snapshot, session, terms.days);
  const reached = {
    inputs,
    leftOut: [
      ...recipients.leftOut,
      ...(inputs.unscored > 0 ? [{ reason: "not_scored", count: inputs.unscored }] : []),
    ],
    audience: recipients.rows + recipients.leftOut.reduce((sum, { count }) => sum + count, 0),
  };
  snapshot.memo.set("offers.reached", { key, reached });
  return reached;
}

async function answerIn(snapshot: OpenSnapshot, session: Session): Promise<Response> {
  const known = snapshot.memo.get("offers.response") as Response | undefined;
  const response = known ?? (await readResponse(snapshot, session));
  snapshot.memo.set("offers.response", response);
  return response;
}

/** Whom to offer what: the choice of the greatest expected margin within the terms. */
export async function workOut(snapshot: OpenSnapshot, session: Session, input: OfferInput): Promise<WorkedOut> {
  const { terms } = input;
  const { inputs, leftOut, audience } = await reach(snapshot, session, input);
  const response = await answerIn(snapshot, session);
  const answer = answerOf(inputs, response, terms.days);
  const options = weighOffers(inputs, terms, response, answer);
  const chosen = chooseOptions(options, { budget: terms.budget_minor, contacts: terms.contacts });
  const mean = { level: response.level.value, slope: response.slope.value };
  const draws = drawsOf(response);
  const totals = totalOf({ options, terms, answer, mean, draws }, taken(chosen.option));
  return { inputs, response, options, chosen, answer, mean, draws, totals, leftOut, audience };
}

const taken = (option: Int32Array) => Array.from(option).filter((at) => at >= 0);
const rounded = ({ value, low, high }: Limited) => ({
  value: Math.round(value),
  low: Math.round(low),
  high: Math.round(high),
});

/** The plan as it is told: what it comes to beside simpler ways to spend as much, and its first rows. */
export async function planOffers(snapshot: OpenSnapshot, input: OfferInput, signal?: AbortSignal) {
  return snapshot.use(signal, async (session) => {
    const found = await workOut(snapshot, session, input);
    const { inputs, response, chosen, totals, audience, leftOut, options } = found;
    const { terms } = input;
    return {
      as_of: snapshot.handle.as_of,
      snapshot_id: snapshot.handle.snapshot_id,
      audience,
      left_out: [...leftOut],
      considered: inputs.people.ids.length,
      basis: response.basis,
      response: responseDocument(response),
      margin: { known_share: inputs.costedShare, assumed: inputs.costedShare < 0.995 ? terms.margin_share : null },
      contacts: totals.contacts,
      spend_minor: Math.round(totals.cost),
      expected: rounded(limited(totals)),
      given_away_minor: Math.round(totals.givenAway),
      extra_purchases: totals.purchases,
      extra_revenue_minor: Math.round(totals.revenue),
      bound_minor: Math.round(chosen.bound),
      without_minor: Math.round(baseMargin(inputs, terms)),
      ...besides(found, terms),
      answers: terms.depths.map((depth) => ({ depth, added_chance: meanAnswer(found, depth) })),
      groups: groupsOf(found, terms),
      curve: curveOf(options),
      categories: inputs.categories.map(({ category, margin }) => ({
        category,
        margin: Number.isFinite(margin) ? margin : null,
      })),
      rows: await rowsOf(session, snapshot, found, input),
    };
  });
}

function responseDocument(response: Response) {
  const { campaigns, association, testedDepth, redemption } = response;
  const limits = ({ value, error }: { value: number; error: number }) => ({
    value,
    low: value - 1.2815515655446004 * error,
    high: value + 1.2815515655446004 * error,
  });
  return {
    tested_depth: testedDepth,
    redemption: response.basis === "experiment" ? redemption : null,
    level: limits(response.level),
    slope: limits(response.slope),
    campaigns: campaigns.map(({ campaign, n, effect }) => ({ campaign, n, ...limits(effect) })),
    association: association && { ...limits(association), weeks: association.weeks },
  };
}

/** Chance to buy that a cut of everything adds, of all who may be reached. */
export function meanAnswer(
  { inputs, answer, mean }: Pick<WorkedOut, "inputs" | "answer" | "mean">,
  depth: number,
): number {
  const n = inputs.people.ids.length;
  return n === 0 ? 0 : inputs.people.ids.reduce((sum, _, at) => sum + answer(at, depth, mean), 0) / n;
}

/** What these people bring within the days without any offer. */
function baseMargin(inputs: OfferInputs, terms: OfferTerms): number {
  const { people } = inputs;
  return people.ids.reduce(
    (sum, _, at) =>
      sum +
      (people.purchases[at] ?? 0) *
        (people.basket[at] ?? 0) *
        (1 - (people.returned[at] ?? 0)) *
        marginIn(inputs, terms, -1, at),
    0,
  );
}

/** The same cut of the whole basket for everybody, at the depth of the terms that is best for it, and for as many people drawn at random
 *  as cost what the plan does. */
function besides({ inputs, response, answer, mean, draws, totals }: WorkedOut, terms: OfferTerms) {
  const everything: OfferTerms = { ...terms, scope: "everything" };
  const tried = terms.depths.map((depth) => {
    const options = weighOffers(inputs, everything, response, answer, [depth]);
    const value = options.values.reduce((sum, one) => sum + one, 0);
    return { depth, options, value };
  });
  const best = tried.reduce<(typeof tried)[number] | undefined>((a, b) => (a && a.value >= b.value ? a : b), undefined);
  if (!best) return { everybody: null, at_random: null, gain: null };
  const all = { options: best.options, terms: everything, answer, mean, draws };
  const everybody = totalOf(all, best.options.values.keys());
  const weight = everybody.cost > 0 ? Math.min(1, totals.cost / everybody.cost) : 0;
  const atRandom = totalOf(all, best.options.values.keys(), weight);
  const document = (one: Totals) => ({
    depth: best.depth,
    contacts: one.contacts,
    spend_minor: Math.round(one.cost),
    given_away_minor: Math.round(one.givenAway),
    expected: rounded(limited(one)),
  });
  return {
    everybody: document(everybody),
    at_random: document(atRandom),
    gain: rounded(limited(totals, atRandom)),
  };
}

function groupsOf({ inputs, options, chosen, response }: WorkedOut, terms: OfferTerms) {
  const byOffer = Map.groupBy(taken(chosen.option), (at) => `${options.category[at]} ${options.depth[at]}`);
  return [...byOffer.values()]
    .map((own) => {
      const [first = 0] = own;
      const sum = (column: Float64Array) => own.reduce((total, at) => total + (column[at] ?? 0), 0);
      const depth = options.depth[first] ?? 0;
      return {
        category: categoryName(inputs, options.category[first] ?? -1),
        depth,
        customers: own.length,
        spend_minor: Math.round(sum(options.costs)),
        given_away_minor: Math.round(sum(options.givenAway)),
        expected_minor: Math.round(sum(options.values)),
        is_tested: isTested(response, depth, terms),
      };
    })
    .sort((a, b) => b.expected_minor - a.expected_minor || a.depth - b.depth);
}

/** Only a cut of the whole basket as deep as the one that was tried is an effect; the rest is drawn from it. */
const isTested = ({ basis, testedDepth }: Response, depth: number, { scope }: OfferTerms) =>
  basis === "experiment" && scope === "everything" && Math.abs((testedDepth ?? 0) - depth) < 0.005;

export const categoryName = (inputs: OfferInputs, category: number) =>
  category < 0 ? null : (inputs.categories[category]?.category ?? null);

const curvePoints = 16;

/** What the best choice is worth as the budget grows, up to all that is worth it; whoever may be contacted. */
function curveOf(options: OfferOptions) {
  const all = chooseOptions(options, { budget: null, contacts: null });
  if (!(all.cost > 0)) return [];
  return Array.from({ length: curvePoints }, (_, at) => {
    const budget = (all.cost * (at + 1)) / curvePoints;
    const found = at + 1 === curvePoints ? all : chooseOptions(options, { budget, contacts: null });
    return {
      budget_minor: Math.ceil(budget),
      expected_minor: Math.round(found.value),
      contacts: found.contacts,
    };
  });
}

/** Names of products, and the product to show of the category: the first that the customer is drawn to. */
export async function productsOf(session: Session, snapshot: OpenSnapshot) {
  const columns = snapshot.columnsOf("products");
  if (!columns.has("product_id")) return new Map<string, { name: string | null; category: string | null }>();
  const name = columns.has("name") ? "min(name)" : "CAST(NULL AS VARCHAR)";
  const category = columns.has("category") ? "min(category)" : "CAST(NULL AS VARCHAR)";
  const rows = await session.rows(
    `SELECT product_id, ${name} AS name, ${category} AS category FROM products WHERE product_id IS NOT NULL GROUP BY product_id`,
  );
  return new Map(
    rows.map((row) => [String(row.product_id), { name: textOrNull(row.name), category: textOrNull(row.category) }]),
  );
}

export function productFor(
  { people }: OfferInputs,
  customer: number,
  category: string | null,
  products: ReadonlyMap<string, { name: string | null; category: string | null }>,
): string | null {
  const own = people.products[customer] ?? [];
  return own.find((id) => category === null || products.get(id)?.category === category) ?? null;
}

/** "15 % off Shoes". */
export function offerText(category: string | null, depth: number): string {
  return `${Math.round(depth * 1000) / 10} % off ${category ?? "everything"}`;
}

async function rowsOf(session: Session, snapshot: OpenSnapshot, found: WorkedOut, { rows, terms }: OfferInput) {
  const { inputs, options, chosen, answer, draws, response } = found;
  const first = taken(chosen.option)
    .sort((a, b) => (options.values[b] ?? 0) - (options.values[a] ?? 0) || a - b)
    .slice(0, rows);
  const products = first.length > 0 ? await productsOf(session, snapshot) : new Map();
  const ids = first.map((at) => inputs.people.ids[options.customer[at] ?? 0] ?? "");
  const named =
    ids.length > 0
      ? await session.rows(
          `SELECT customer_id, name FROM names_seen WHERE customer_id IN (${ids.map(literal).join(", ")})`,
        )
      : [];
  const names = new Map(named.map(({ customer_id, name }) => [String(customer_id), textOrNull(name)]));
  return first.map((at) => {
    const customer = options.customer[at] ?? 0;
    const category = categoryName(inputs, options.category[at] ?? -1);
    const product = productFor(inputs, customer, category, products);
    const values = Float64Array.from(draws, (draw) => valueUnder(options, terms, answer, at, draw)).sort();
    const depth = options.depth[at] ?? 0;
    const id = inputs.people.ids[customer] ?? "";
    return {
      customer_id: id,
      name: names.get(id) ?? null,
      offer: offerText(category, depth),
      category,
      depth,
      product_id: product,
      product: product === null ? null : (products.get(product)?.name ?? null),
      buys_anyway: -Math.expm1(-(inputs.people.purchases[customer] ?? 0)),
      added_chance: answer(customer, depth, found.mean),
      spend_minor: Math.round(options.costs[at] ?? 0),
      given_away_minor: Math.round(options.givenAway[at] ?? 0),
      expected_minor: Math.round(options.values[at] ?? 0),
      expected_minor_low: Math.round(values[Math.floor(0.1 * values.length)] ?? 0),
      expected_minor_high: Math.round(values[Math.floor(0.9 * values.length)] ?? 0),
      is_tested: isTested(response, depth, terms),
    };
  });
}
