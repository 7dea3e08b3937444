import { resolve } from "node:path";
import type {
  ExplainedPair,
  Identity,
  IdentityEffect,
  IdentityOverride,
  IdentitySide,
} from "../../shared/api/contract/identity.ts";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import type { BrandState } from "../../shared/domain/brand-state.ts";
import type { OverrideBody, RecordName } from "../../shared/domain/identity-overrides.ts";
import { sha256 } from "../plan/key.ts";
import { type ApiContext, type FoundSnapshot, findSnapshot, requireEditable, settingsOf } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";
import { askSnapshot } from "./query.ts";
import { segmentRules } from "./segments.ts";

const defaultThreshold = 0.9;
const mostHistory = 12;

interface Two {
  readonly brand: string;
  readonly a: string;
  readonly b: string;
}

async function explain(ctx: ApiContext, found: FoundSnapshot, two: { a: string; b: string }, signal: AbortSignal) {
  return (await askSnapshot(ctx, found, "identity.explain", two, signal)) as ExplainedPair;
}

const names = (records: readonly RecordName[]): RecordName[] =>
  records.map(({ key_space, source_record_id }) => ({ key_space, source_record_id }));

/** What an override is called: the same said twice is said once. */
function overrideName(state: BrandState, body: Omit<OverrideBody, "override">): string {
  const undone = state.overrides.filter((one) => one.undone).length;
  return sha256(canonicalJson([body.kind, body.records, body.rest, undone] as never)).slice(0, 12);
}

function documentOf(found: FoundSnapshot | null, one: BrandState["overrides"][number]): IdentityOverride {
  const { override, kind, at, note, customers, records, undone } = one;
  const is_applied = found !== null && !undone && at <= found.snapshot.published_at;
  return { override, kind, at, note, customers: [...customers], records: names(records), undone, is_applied };
}

async function say(ctx: ApiContext, brand: string, body: Omit<OverrideBody, "override">): Promise<IdentityOverride> {
  const { brands } = requireEditable(ctx);
  const state = await brands.refresh(brand);
  const override = overrideName(state, body);
  await brands.append(brand, "identity_overridden", { override, ...body }, `override:${override}`);
  ctx.tell("snapshots");
  const after = await brands.refresh(brand);
  const said = after.overrides.find((one) => one.override === override);
  if (!said) throw new AssayError("internal", "The override isn't in the log.", "Try again.");
  return documentOf(null, said);
}

/** The two customers behind a join, or an error where they are one already. */
async function twoOf(ctx: ApiContext, { brand, a, b }: Two, signal: AbortSignal) {
  const found = await findSnapshot(ctx, brand);
  const { sides, is_joined } = await explain(ctx, found, { a, b }, signal);
  const [one, other] = sides;
  if (is_joined || !one || !other)
    throw new AssayError("conflict", "The two are one customer already.", "See `assay identity explain`.");
  return { found, one, other };
}

/** A customer's records, those that are to be taken out and the rest. */
async function partsOf(
  ctx: ApiContext,
  brand: string,
  customer: string,
  out: readonly RecordName[],
  signal: AbortSignal,
) {
  const found = await findSnapshot(ctx, brand);
  const { sides } = await explain(ctx, found, { a: customer, b: customer }, signal);
  const side = sides[0];
  const isOut = ({ key_space, source_record_id }: RecordName) =>
    out.some((one) => one.key_space === key_space && one.source_record_id === source_record_id);
  const records = side?.records ?? [];
  const missing = out.filter((one) => !records.some((known) => isSame(one, known)));
  if (!side || missing.length > 0) {
    const known = records.map(({ source_record_id }) => source_record_id).join(", ");
    const which = missing.map(({ source_record_id }) => source_record_id).join(", ");
    throw new AssayError("not_found", `${customer} has no record ${which}.`, `Its records: ${known}.`);
  }
  const rest = records.filter((one) => !isOut(one));
  if (rest.length === 0)
    throw new AssayError("bad_input", "Nothing would be left of the customer.", "Leave at least one record.");
  return { found, side, records: records.filter(isOut), rest };
}

const isSame = (a: RecordName, b: RecordName) =>
  a.key_space === b.key_space && a.source_record_id === b.source_record_id;

async function segmentsWith(
  ctx: ApiContext,
  found: FoundSnapshot,
  sides: readonly IdentitySide[],
  signal: AbortSignal,
) {
  const segments = segmentRules(found.state);
  const held = new Set<string>();
  for (const { customer_id } of sides) {
    const customer = (await askSnapshot(ctx, found, "customers.show", { customer_id, segments }, signal)) as {
      segments: string[];
    };
    for (const name of customer.segments) held.add(name);
  }
  return [...held].sort();
}

async function effectOfJoin(ctx: ApiContext, two: Two, signal: AbortSignal): Promise<IdentityEffect> {
  const { found, one, other } = await twoOf(ctx, two, signal);
  return {
    currency: settingsOf(found.state).currency,
    before: [one, other],
    after: [
      {
        name: one.name ?? other.name,
        records: one.records.length + other.records.length,
        order_count: one.order_count + other.order_count,
        revenue_minor: one.revenue_minor + other.revenue_minor,
      },
    ],
    segments: await segmentsWith(ctx, found, [one, other], signal),
  };
}

interface SplitInput {
  readonly brand: string;
  readonly customer_id: string;
  readonly records: readonly RecordName[];
}

async function effectOfSplit(ctx: ApiContext, input: SplitInput, signal: AbortSignal): Promise<IdentityEffect> {
  const { found, side, records, rest } = await partsOf(ctx, input.brand, input.customer_id, input.records, signal);
  const question = { customer_id: input.customer_id, records: names(records) };
  const taken = (await askSnapshot(ctx, found, "identity.share", question, signal)) as {
    order_count: number;
    revenue_minor: number;
  };
  return {
    currency: settingsOf(found.state).currency,
    before: [side],
    after: [
      {
        name: side.name,
        records: rest.length,
        order_count: Math.max(0, side.order_count - taken.order_count),
        revenue_minor: side.revenue_minor - taken.revenue_minor,
      },
      { name: null, records: records.length, ...taken },
    ],
    segments: await segmentsWith(ctx, found, [side], signal),
  };
}

type Read = Omit<Identity, "overrides" | "labels" | "history">;

async function read(
  ctx: ApiContext,
  brand: string,
  snapshotId: string | undefined,
  signal: AbortSignal,
): Promise<Identity> {
  const found = await findSnapshot(ctx, brand, snapshotId);
  const { state, snapshot } = found;
  const made = (await askSnapshot(ctx, found, "identity.read", {}, signal)) as Read;
  const labelOf = (a: string, b: string) =>
    state.labels.find(({ customers }) => customers.includes(a) && customers.includes(b));
  const word = (label: { is_one_person: boolean } | undefined) =>
    label === undefined ? null : label.is_one_person ? ("same" as const) : ("different" as const);
  const earlier = state.snapshots
    .filter((one) => !one.is_variant && !one.withdrawn && !one.kept_back && one.as_of <= snapshot.as_of)
    .sort((x, y) => (x.as_of < y.as_of ? -1 : x.as_of > y.as_of ? 1 : x.version - y.version));
  return {
    ...made,
    pairs: made.pairs.map((pair) => ({ ...pair, label: word(labelOf(pair.customer_id, pair.other_customer_id)) })),
    overrides: state.overrides.map((one) => documentOf(found, one)).reverse(),
    labels: await agreement(ctx, found, signal),
    history: earlier.slice(-mostHistory).map(({ snapshot_id, as_of, customers, tables }) => ({
      ...{ snapshot_id, as_of, customers },
      records: tables.identity_links?.rows ?? 0,
    })),
  };
}

/** How many reviewed pairs there are, and of how many the snapshot says what the reviewer said. */
async function agreement(ctx: ApiContext, found: FoundSnapshot, signal: AbortSignal): Promise<Identity["labels"]> {
  const { labels } = found.state;
  const same = labels.filter(({ is_one_person }) => is_one_person).length;
  if (labels.length === 0) return { same: 0, different: 0, agreed: 0 };
  const question = { pairs: labels.map(({ a, b }) => ({ a, b })) };
  const { joined } = (await askSnapshot(ctx, found, "identity.joined", question, signal)) as {
    joined: (boolean | null)[];
  };
  const agreed = labels.filter(({ is_one_person }, at) => joined[at] === is_one_person).length;
  return { same, different: labels.length - same, agreed };
}

export const identityHandlers: HandlersOf<Named<"identity">> = {
  "identity.link": async ({ paths, out, threshold = defaultThreshold }, { ctx, signal }) => {
    const input = { paths: paths.map((path) => resolve(path)), out: resolve(out), threshold };
    return (await ctx.engine.call("identity.link", input, { signal })) as never;
  },
  "identity.read": ({ brand, snapshot_id }, { ctx, signal }) => read(ctx, brand, snapshot_id, signal),
  "identity.explain": async ({ brand, snapshot_id, a, b }, { ctx, signal }) =>
    explain(ctx, await findSnapshot(ctx, brand, snapshot_id), { a, b }, signal),
  "identity.preview_join": (input, { ctx, signal }) => effectOfJoin(ctx, input, signal),
  "identity.preview_split": (input, { ctx, signal }) => effectOfSplit(ctx, input, signal),
  "identity.join": async (input, { ctx, signal }) => {
    const { one, other } = await twoOf(ctx, input, signal);
    const records = [one, other].flatMap(({ records: own }) => names(own.slice(0, 1)));
    const customers = [one.customer_id, other.customer_id];
    return say(ctx, input.brand, { kind: "join", records, rest: [], customers, note: input.note ?? null });
  },
  "identity.split": async (input, { ctx, signal }) => {
    const { records, rest } = await partsOf(ctx, input.brand, input.customer_id, input.records, signal);
    const customers = [input.customer_id];
    const parts = { records: names(records), rest: names(rest) };
    return say(ctx, input.brand, { kind: "split", ...parts, customers, note: input.note ?? null });
  },
  "identity.undo": async ({ brand, override }, { ctx }) => {
    const { brands } = requireEditable(ctx);
    const state = await brands.refresh(brand);
    const said = state.overrides.filter((one) => one.override.startsWith(override) && !one.undone);
    if (said.length !== 1 || !said[0])
      throw new AssayError("not_found", `No standing override is called ${override}.`, "See `assay identity list`.");
    await brands.append(brand, "override_undone", { override: said[0].override }, `undo:${said[0].override}`);
    ctx.tell("snapshots");
    const after = await brands.refresh(brand);
    const undone = after.overrides.find((one) => one.override === said[0]?.override);
    return documentOf(null, undone ?? said[0]);
  },
  "identity.label": async ({ brand, a, b, is_one_person }, { ctx, signal }) => {
    const { brands } = requireEditable(ctx);
    const { sides, pairs } = await explain(ctx, await findSnapshot(ctx, brand), { a, b }, signal);
    const [best] = pairs;
    const first = (at: number): RecordName | undefined => names(sides[at]?.records ?? [])[0];
    const two = best ? { a: best.a, b: best.b } : { a: first(0), b: first(1) };
    if (!two.a || !two.b)
      throw new AssayError("bad_input", "These are one record.", "Name two records, or two customers.");
    const customers = sides.map(({ customer_id }) => customer_id).sort();
    const key = sha256(canonicalJson([two, is_one_person, (await brands.refresh(brand)).labels.length] as never));
    await brands.append(brand, "pair_labelled", { a: two.a, b: two.b, customers, is_one_person }, `label:${key}`);
    ctx.tell("snapshots");
    return { ok: true };
  },
};
