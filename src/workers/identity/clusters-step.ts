import type { Column } from "../../shared/domain/column.ts";
import { lakeStepOf } from "../../shared/domain/lake.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";
import { clusterRecords, type LikelyPairs, recordNames, ruleProbability } from "./clusters.ts";
import { findLinkable } from "./linkable.ts";
import { loadOverridden, overridesOf } from "./overrides.ts";
import { measureClusters } from "./quality.ts";
import { recordsSql } from "./records.ts";

const text = (name: string, pii?: true): Column => ({ name, type: "VARCHAR", ...(pii ? { pii } : {}) });
const lakeInput = (output: string) => ({ step: lakeStepOf(output), output });

/** Which records are one customer: pure in what was delivered, without any memory. */
export const clusters = defineStep({
  name: "clusters",
  version: 3,
  title: "Join records of one person",
  stage: "identity",
  scope: "brand",
  timing: "none",
  inputs: {
    customers: lakeInput("customers_contact"),
    orders: lakeInput("orders_contact"),
    pairs: { step: "record_pairs", output: "pairs" },
  },
  params: {
    likely: {
      kind: "number",
      default: 0.95,
      min: 0.5,
      max: 1,
      label: "Joined from this probability on",
      help: "Records that share no card, address or number are joined where all that is known of them makes one person so likely.",
    },
    max_sharing: {
      kind: "number",
      default: 6,
      min: 2,
      max: 1000,
      integer: true,
      label: "Most records that share a value",
      help: "An address or number on more records than this, under different names, joins none of them.",
    },
    max_cluster: {
      kind: "number",
      default: 60,
      min: 5,
      max: 10_000,
      integer: true,
      label: "Largest cluster",
      help: "Larger ones are joined by loyalty card only.",
    },
  },
  outputs: [
    {
      name: "clusters",
      kind: "parquet",
      columns: [
        text("key_space"),
        text("source_record_id"),
        { name: "leader", type: "INTEGER" },
        text("rule"),
        { name: "probability", type: "DOUBLE" },
      ],
    },
    { name: "sources", kind: "parquet", columns: [text("key_space"), text("source"), text("source_record_id")] },
    {
      name: "order_records",
      kind: "parquet",
      columns: [text("key_space"), text("order_id"), text("source_record_id")],
    },
    { name: "quality", kind: "json" },
  ],
  run: async (context) => {
    const { session } = context;
    await session.run(`CREATE TEMP TABLE named AS ${recordsSql(context)}`);
    await session.run(`CREATE TEMP TABLE records AS SELECT key_space, source_record_id, CAST(row_number() OVER (ORDER BY key_space, source_record_id) - 1 AS INTEGER) AS record
      FROM (SELECT DISTINCT key_space, source_record_id FROM named)`);
    await loadOverridden(context);
    const { size, alone } = await findLinkable(context);
    const rows = await session.table(
      "SELECT l.number, k.email, k.phone, k.loyalty_id, k.name FROM keys k JOIN linkable l USING (record)",
    );
    const texts = (name: string) => rows.columns[name] as (string | null)[];
    const people = {
      record: Array.from(rows.columns["number"] as Float64Array),
      email: texts("email"),
      phone: texts("phone"),
      loyalty: texts("loyalty_id"),
      name: texts("name"),
    };
    const found = clusterRecords(people, size, {
      maxSharing: Number(context.params["max_sharing"]),
      maxCluster: Number(context.params["max_cluster"]),
      likely: await likelyPairs(context),
      overrides: await overridesOf(context),
    });
    await session.load(
      "linked",
      {
        rows: size,
        columns: {
          number: Float64Array.from(found.leader.keys()),
          leader: Float64Array.from(found.leader),
          rule: [...found.rule],
          probability: found.probability,
        },
      },
      [
        { name: "number", type: "INTEGER" },
        { name: "leader", type: "INTEGER" },
        text("rule"),
        { name: "probability", type: "DOUBLE" },
      ],
    );
    await context.output.query(
      "clusters",
      `WITH led AS (SELECT own.record, first.record AS leader, l.rule, l.probability FROM linked l
         JOIN linkable own ON own.number = l.number JOIN linkable first ON first.number = l.leader)
       SELECT r.key_space, r.source_record_id, coalesce(l.leader, r.record) AS leader, coalesce(l.rule, 'source_id') AS rule,
              coalesce(l.probability, ${ruleProbability.source_id}) AS probability
       FROM records r LEFT JOIN led l USING (record) ORDER BY r.key_space, r.source_record_id`,
    );
    await context.output.query(
      "sources",
      "SELECT DISTINCT key_space, source, source_record_id FROM named ORDER BY key_space, source, source_record_id",
    );
    await context.output.query(
      "order_records",
      "SELECT DISTINCT key_space, order_id, source_record_id FROM named WHERE order_id IS NOT NULL ORDER BY key_space, order_id, source_record_id",
    );
    const quality = measureClusters(found, recordNames(people, size), alone);
    await context.output.json("quality", {
      ...quality,
      sizes: quality.sizes.map((one) => ({ ...one })),
      refused: found.refused,
      over_large: found.overLarge,
    });
  },
});

/** Pairs that are likely enough and share more than a name, the surest first, by number among what can be linked. */
async function likelyPairs(context: StepContext): Promise<LikelyPairs> {
  const table =
    await context.session.table(`SELECT one.number AS a, other.number AS b, p.probability FROM likely p JOIN linkable one ON one.record = p.a JOIN linkable other ON other.record = p.b
    ORDER BY p.probability DESC, one.number, other.number`);
  const numbers = (name: string) => table.columns[name] as Float64Array;
  return { a: numbers("a"), b: numbers("b"), probability: numbers("probability") };
}
