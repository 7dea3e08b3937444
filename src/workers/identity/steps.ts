import type { Column } from "../../shared/domain/column.ts";
import { lakeStepOf } from "../../shared/domain/lake.ts";
import { literal } from "../engine/sql.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";
import { clusterRecords, type LikelyPairs, recordNames } from "./clusters.ts";
import { assignIds } from "./customer-ids.ts";
import { overridesOf } from "./overrides.ts";
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
    const size = Number(await session.value("SELECT count(*) FROM records"));
    const rows =
      await session.table(`SELECT DISTINCT r.record, n.email, n.phone, n.loyalty_id, n.name FROM named n JOIN records r USING (key_space, source_record_id)
      WHERE n.email IS NOT NULL OR n.phone IS NOT NULL OR n.loyalty_id IS NOT NULL OR n.name IS NOT NULL`);
    const texts = (name: string) => rows.columns[name] as (string | null)[];
    const people = {
      record: Array.from(rows.columns["record"] as Float64Array),
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
          record: Float64Array.from({ length: size }, (_, at) => at),
          leader: Float64Array.from(found.leader),
          rule: [...found.rule],
          probability: found.probability,
        },
      },
      [
        { name: "record", type: "INTEGER" },
        { name: "leader", type: "INTEGER" },
        text("rule"),
        { name: "probability", type: "DOUBLE" },
      ],
    );
    await context.output.query(
      "clusters",
      "SELECT r.key_space, r.source_record_id, l.leader, l.rule, l.probability FROM records r JOIN linked l USING (record) ORDER BY r.key_space, r.source_record_id",
    );
    await context.output.query(
      "sources",
      "SELECT DISTINCT key_space, source, source_record_id FROM named ORDER BY key_space, source, source_record_id",
    );
    await context.output.query(
      "order_records",
      "SELECT DISTINCT key_space, order_id, source_record_id FROM named WHERE order_id IS NOT NULL ORDER BY key_space, order_id, source_record_id",
    );
    const quality = measureClusters(found, recordNames(people, size));
    await context.output.json("quality", {
      ...quality,
      sizes: quality.sizes.map((one) => ({ ...one })),
      refused: found.refused,
      over_large: found.overLarge,
    });
  },
});

/** What has to be the very same beside the names: namesakes are many. */
const tellingApart = ["birth_date", "address_line", "phone", "email", "loyalty_id"];

/** Pairs that are likely enough and share more than a name, the surest first, by number of record. */
async function likelyPairs(context: StepContext): Promise<LikelyPairs> {
  const table =
    await context.session.table(`SELECT a.record AS a, b.record AS b, p.probability FROM ${context.relation("pairs")} p
    JOIN records a ON a.key_space = p.key_space AND a.source_record_id = p.source_record_id
    JOIN records b ON b.key_space = p.other_key_space AND b.source_record_id = p.other_source_record_id
    WHERE p.probability >= ${Number(context.params["likely"])}
      AND (${tellingApart.map((name) => `p.levels[${literal(name)}] = 'the same'`).join(" OR ")}) ORDER BY p.probability DESC, a.record, b.record`);
  const numbers = (name: string) => table.columns[name] as Float64Array;
  return { a: numbers("a"), b: numbers("b"), probability: numbers("probability") };
}

/** Stable ids: clusters named after who their records were before. */
export const customerIds = defineStep({
  name: "customer_ids",
  version: 1,
  title: "Name customers",
  stage: "identity",
  scope: "brand",
  timing: "none",
  inputs: {
    clusters: { step: "clusters", output: "clusters" },
    sources: { step: "clusters", output: "sources" },
    order_records: { step: "clusters", output: "order_records" },
  },
  params: {},
  outputs: [
    {
      name: "records",
      kind: "parquet",
      columns: [
        text("key_space"),
        text("source"),
        text("source_record_id"),
        text("customer_id"),
        text("rule"),
        { name: "probability", type: "DOUBLE" },
      ],
    },
    { name: "order_customers", kind: "parquet", columns: [text("key_space"), text("order_id"), text("customer_id")] },
    { name: "totals", kind: "json" },
  ],
  run: async (context) => {
    const { session } = context;
    const table = await session.table(
      `SELECT key_space, source_record_id, leader FROM ${context.relation("clusters")} ORDER BY key_space, source_record_id`,
    );
    const keySpace = table.columns["key_space"] as (string | null)[];
    const recordId = table.columns["source_record_id"] as (string | null)[];
    const leader = table.columns["leader"] as Float64Array;
    const members = new Map<number, number[]>();
    for (let at = 0; at < table.rows; at++) {
      const known = members.get(leader[at] ?? -1);
      if (known) known.push(at);
      else members.set(leader[at] ?? -1, [at]);
    }
    const before = await previousIds(context);
    const records = keySpace.map((space, at) => ({ keySpace: space ?? "", recordId: recordId[at] ?? "" }));
    const assigned = assignIds(members, records, (at) => before.get(`${keySpace[at]}\u001f${recordId[at]}`));
    const ids = Array.from(leader, (at) => assigned.ids.get(at) ?? null);
    await session.load(
      "named",
      { rows: table.rows, columns: { key_space: keySpace, source_record_id: recordId, customer_id: ids } },
      [text("key_space"), text("source_record_id"), text("customer_id")],
    );
    await context.output.query(
      "records",
      `SELECT s.key_space, s.source, s.source_record_id, n.customer_id, c.rule, c.probability FROM ${context.relation("sources")} s
       JOIN named n USING (key_space, source_record_id) JOIN ${context.relation("clusters")} c USING (key_space, source_record_id) ORDER BY s.key_space, s.source, s.source_record_id`,
    );
    await context.output.query(
      "order_customers",
      `SELECT o.key_space, o.order_id, min(n.customer_id) AS customer_id FROM ${context.relation("order_records")} o JOIN named n USING (key_space, source_record_id)
       GROUP BY o.key_space, o.order_id ORDER BY o.key_space, o.order_id`,
    );
    await context.output.json("totals", {
      customers: assigned.ids.size,
      records: table.rows,
      joins: assigned.joins.map((one) => ({ ...one })),
      splits: assigned.splits.map((one) => ({ ...one })),
    });
  },
});

async function previousIds(context: StepContext): Promise<Map<string, string>> {
  const before = new Map<string, string>();
  if (context.files("previous").length === 0) return before;
  const table = await context.session.table(
    `SELECT DISTINCT key_space, source_record_id, customer_id FROM ${context.relation("previous")} ORDER BY ALL`,
  );
  const column = (name: string) => table.columns[name] as (string | null)[];
  for (let at = 0; at < table.rows; at++)
    before.set(`${column("key_space")[at]}\u001f${column("source_record_id")[at]}`, column("customer_id")[at] ?? "");
  return before;
}
