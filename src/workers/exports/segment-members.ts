import { join } from "node:path";
import type { SegmentRefresh } from "../../shared/domain/night.ts";
import { findArtifact, publishArtifact, requireArtifact, verifiedPath } from "../engine/artifact-store.ts";
import { literal, parquet } from "../engine/sql.ts";
import type { Definition, SegmentLookup } from "../query/compile-segment.ts";
import { numberOf } from "../query/estimate.ts";
import { reachSql } from "../query/reach.ts";
import { predicateIn } from "../query/segment-in.ts";
import type { OpenSnapshot } from "../query/session-pool.ts";

export interface RefreshInput {
  /** Of the artifact that holds the members. */
  readonly key: string;
  readonly segments: readonly { readonly segment: string; readonly version: number; readonly definition: Definition }[];
  readonly rules: SegmentLookup;
  /** The refresh before, on another snapshot. */
  readonly before: { readonly key: string; readonly segments: readonly SegmentRefresh[] } | null;
}

/** Writes the table `segment_members` (segment, customer_id, segment_version, entered_on, is_new) of a snapshot and counts it.
 *  `entered_on` is the day of the snapshot since which a customer is in the segment without a break, under the same rule. */
export async function refreshMembers(
  snapshot: OpenSnapshot,
  input: RefreshInput,
  place: { readonly brandDir: string; readonly scratch: string; readonly signal: AbortSignal },
): Promise<SegmentRefresh[]> {
  const { brandDir, scratch, signal } = place;
  const earlier = input.before ? requireArtifact(brandDir, input.before.key).files[0] : undefined;
  return snapshot.use(signal, async (session) => {
    const day = `DATE ${literal(snapshot.handle.as_of)}`;
    await session.run(
      earlier
        ? `CREATE OR REPLACE TEMP TABLE members_before AS SELECT * FROM ${parquet([verifiedPath(brandDir, earlier)])}`
        : "CREATE OR REPLACE TEMP TABLE members_before (segment VARCHAR, customer_id VARCHAR, segment_version INTEGER, entered_on DATE, is_new BOOLEAN)",
    );
    await session.run(
      "CREATE OR REPLACE TEMP TABLE members_now (segment VARCHAR, customer_id VARCHAR, segment_version INTEGER, entered_on DATE, is_new BOOLEAN)",
    );
    const reach = await reachSql(snapshot, session);
    const refreshed: SegmentRefresh[] = [];
    for (const { segment, version, definition } of input.segments) {
      const predicate = await predicateIn(snapshot, session, { definition, segments: input.rules });
      const own = `segment = ${literal(segment)} AND segment_version = ${version}`;
      const isComparable = input.before?.segments.some((one) => one.segment === segment && one.version === version);
      await session.run(`INSERT INTO members_now
        SELECT ${literal(segment)}, p.customer_id, ${version}, coalesce(b.entered_on, ${day}), b.customer_id IS NULL
        FROM profiles p LEFT JOIN (SELECT customer_id, entered_on FROM members_before WHERE ${own}) b USING (customer_id)
        WHERE ${predicate}`);
      const [row = {}] = await session.rows(`SELECT count(*) AS customers, count(*) FILTER (WHERE is_new) AS entered,
          CAST(coalesce(sum(p.revenue_minor), 0) AS BIGINT) AS revenue_minor, count(*) FILTER (WHERE p.reach) AS reachable,
          (SELECT count(*) FROM members_before b WHERE ${own} AND NOT EXISTS (
            SELECT 1 FROM members_now n WHERE n.segment = ${literal(segment)} AND n.customer_id = b.customer_id)) AS gone
        FROM members_now m JOIN (SELECT *, ${reach} AS reach FROM profiles) p USING (customer_id) WHERE m.segment = ${literal(segment)}`);
      refreshed.push({
        segment,
        version,
        customers: numberOf(row.customers),
        revenue_minor: numberOf(row.revenue_minor),
        reachable: numberOf(row.reachable),
        entered: isComparable ? numberOf(row.entered) : null,
        left: isComparable ? numberOf(row.gone) : null,
      });
    }
    if (!findArtifact(brandDir, input.key)) {
      const localPath = join(scratch, "members.parquet");
      const rows = await session.toParquet("SELECT * FROM members_now ORDER BY segment, customer_id", localPath);
      publishArtifact(brandDir, {
        key: input.key,
        step: "segment_members",
        version: 1,
        params: {},
        inputs: {},
        parts: {},
        seconds: 0,
        attempt: `members-${input.key.slice(0, 12)}`,
        outputs: [{ name: "segment_members", kind: "parquet", localPath, rows }],
      });
    }
    return refreshed;
  });
}
