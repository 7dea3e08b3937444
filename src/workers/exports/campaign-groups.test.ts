import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeSmallSnapshot, type SmallSnapshot } from "../../../test/support/small-snapshot.ts";
import { globalHoldoutSalt } from "../../shared/domain/campaign.ts";
import { requireArtifact, verifiedPath } from "../engine/artifact-store.ts";
import { parquet } from "../engine/sql.ts";
import { numberOf } from "../query/estimate.ts";
import { type OpenSnapshot, openSnapshot } from "../query/session-pool.ts";
import { type CampaignInput, drawGroups, keepGroups, placeSql } from "./campaign-groups.ts";
import { planCampaign } from "./campaign-plan.ts";
import { requireTemplate } from "./list.ts";
import { chooseRecipients } from "./recipients.ts";
import { writeExport } from "./write-export.ts";

let small: SmallSnapshot;
let snapshot: OpenSnapshot;
beforeAll(async () => {
  small = await makeSmallSnapshot({
    replace: {
      message_events: `SELECT customer_id, 'email' AS channel, 'c1' AS campaign_id, 'sent' AS event_type,
        TIMESTAMP '2026-06-20 10:00:00' - INTERVAL (n) DAY AS occurred_at, false AS is_machine_open FROM base, range(3) t(n) WHERE i % 10 = 1`,
    },
  });
  snapshot = await openSnapshot(small.handle, { memoryLimit: 400e6, threads: 1, scratch: small.folder });
});
afterAll(() => {
  snapshot.close();
  small.close();
});

const input = (more: Partial<CampaignInput["plan"]> = {}, rest: Partial<CampaignInput> = {}): CampaignInput => ({
  definition: { sql: "order_count >= 1" },
  segments: {},
  plan: {
    variants: [
      { variant: "a", share: 0.5 },
      { variant: "b", share: 0.5 },
    ],
    holdout: 0.2,
    goal: "revenue",
    days: 14,
    template: "csv",
    fields: [],
    cap: null,
    ...more,
  },
  salt: "campaign:spring:7",
  global_holdout: 0,
  earlier: [],
  ...rest,
});

const drawn = (given: CampaignInput) =>
  snapshot.use(undefined, async (session) => {
    const found = await drawGroups(snapshot, session, given);
    const rows = await session.rows("SELECT customer_id, variant, is_control FROM drawn ORDER BY customer_id");
    return { ...found, of: new Map(rows.map((row) => [String(row.customer_id), String(row.variant)])) };
  });

describe("groups of a campaign", () => {
  test("are the reachable, each on the same side whenever they are drawn", async () => {
    const [once, again] = [await drawn(input()), await drawn(input())];
    expect(again.of).toEqual(once.of);
    const listed = await snapshot.use(undefined, (session) =>
      chooseRecipients(snapshot, session, input(), requireTemplate("csv")),
    );
    expect(once.of.size).toBe(listed.rows);
    expect(once.arms.reduce((sum, { customers }) => sum + customers, 0)).toBe(listed.rows);
    expect(once.left_out).toEqual(listed.leftOut);
    const another = await drawn(input({}, { salt: "campaign:autumn:9" }));
    expect([...another.of].filter(([id, variant]) => once.of.get(id) === variant).length).toBeLessThan(
      once.of.size * 0.6,
    );
  });

  test("keep whoever a smaller holdout kept out", async () => {
    const [few, many] = [await drawn(input({ holdout: 0.1 })), await drawn(input({ holdout: 0.4 }))];
    for (const [id, variant] of few.of) if (variant === "control") expect(many.of.get(id)).toBe("control");
    const none = await drawn(input({ holdout: 0 }));
    expect(none.arms.map(({ variant }) => variant)).toEqual(["a", "b"]);
  });

  test("come near to what was planned, as places spread evenly", async () => {
    const shares = await small.session.rows(
      `SELECT avg(CAST(${placeSql("x")} < 0.3 AS INTEGER)) AS share, min(${placeSql("x")}) AS low, max(${placeSql("x")}) AS high
       FROM (SELECT CAST(i AS VARCHAR) AS customer_id FROM range(20000) t(i))`,
    );
    expect(Math.abs(numberOf(shares[0]?.share) - 0.3)).toBeLessThan(0.01);
    expect(numberOf(shares[0]?.low)).toBeGreaterThanOrEqual(0);
    expect(numberOf(shares[0]?.high)).toBeLessThan(1);
  });

  test("leave out the brand's standing holdout, and whoever had enough messages", async () => {
    const found = await drawn(input({ cap: { messages: 3, days: 30 } }, { global_holdout: 0.25 }));
    const reasons = new Map(found.left_out.map(({ reason, count }) => [reason, count]));
    expect(reasons.get("global_holdout")).toBeGreaterThan(10);
    expect(reasons.get("contacted_enough")).toBeGreaterThan(3);
    const standing = await small.session.rows(
      `SELECT customer_id FROM base WHERE ${placeSql(globalHoldoutSalt)} < 0.25 OR i % 10 = 1`,
    );
    for (const { customer_id } of standing) expect(found.of.has(String(customer_id))).toBe(false);
    const loose = await drawn(input({ cap: { messages: 4, days: 30 } }));
    expect(loose.left_out.some(({ reason }) => reason === "contacted_enough")).toBe(false);
  });

  test("count what campaigns before sent against the cap, not whom they kept out", async () => {
    const path = join(small.folder, "earlier.parquet");
    await small.session.toParquet(
      "SELECT customer_id, CASE WHEN i % 2 = 0 THEN 'a' ELSE 'control' END AS variant, i % 2 = 1 AS is_control FROM base",
      path,
    );
    const earlier = [{ files: [path], starts_on: "2026-06-25" }];
    const found = await drawn(input({ cap: { messages: 1, days: 7 } }, { earlier }));
    const odd = await small.session.rows("SELECT customer_id FROM base WHERE i % 2 = 1");
    const ids = new Set(odd.map(({ customer_id }) => String(customer_id)));
    expect([...found.of.keys()].every((id) => ids.has(id))).toBe(true);
    expect(found.of.size).toBeGreaterThan(20);
  });

  test("say before anything goes out what effect they could tell", async () => {
    const found = await planCampaign(snapshot, input());
    expect(found.contacted + found.kept_out).toBe(found.arms.reduce((sum, { customers }) => sum + customers, 0));
    expect(found.base_rate).toBeGreaterThan(0);
    expect(found.base_rate).toBeLessThan(0.5);
    const rises = found.choices.map(({ detectable }) => detectable.purchase_rate ?? 1);
    expect(rises[0]).toBeGreaterThan(rises.at(-1) ?? 0); // half kept out tells more than a twentieth
    expect(found.detectable.revenue_minor).toBeGreaterThan(0);
    const none = await planCampaign(snapshot, input({ holdout: 0 }));
    expect(none.detectable).toEqual({
      purchase_rate: null,
      purchase_rate_relative: null,
      revenue_minor: null,
      revenue_relative: null,
    });
  });

  test("are kept once, and each list holds its own group less who was suppressed since", async () => {
    const brandDir = join(small.folder, "brand");
    mkdirSync(brandDir, { recursive: true });
    const place = { brandDir, scratch: small.folder, key: "ab".repeat(32), signal: new AbortController().signal };
    const kept = await keepGroups(snapshot, input(), place);
    await keepGroups(snapshot, input(), place);
    const file = requireArtifact(brandDir, place.key).files[0];
    const groups = parquet(file ? [verifiedPath(brandDir, file)] : []);
    const path = join(small.folder, "lists", "a.csv");
    const written = await writeExport(
      snapshot,
      {
        ...input(),
        segment: null,
        sentence: "Buyers.",
        path,
        version: "0",
        written_at: "2026-07-01T08:00:00Z",
        campaign: { campaign: "spring", variant: "a", assignments: place.key },
      },
      undefined,
      undefined,
      async () => ({ members: `customer_id IN (SELECT customer_id FROM ${groups} WHERE variant = 'a')` }),
    );
    expect(written.rows).toBe(kept.arms.find(({ variant }) => variant === "a")?.customers);
    expect(existsSync(path)).toBe(true);
    expect(JSON.parse(readFileSync(`${path}.manifest.json`, "utf8")).campaign).toEqual({
      campaign: "spring",
      variant: "a",
      assignments: place.key,
    });
  });
});
