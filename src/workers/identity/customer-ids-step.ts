import type { Column } from "../../shared/domain/column.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";
import { assignIds, birthIdSql, birthIds, birthNameSql, type IdAssignment, leastRecord } from "./customer-ids.ts";

const text = (name: string): Column => ({ name, type: "VARCHAR" });

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
    await findUncontested(context);
    const contested = await nameContested(context);
    const customers = Number(await session.value("SELECT count(*) FROM assigned"));
    await session.run(
      "CREATE TEMP TABLE named AS SELECT key_space, source_record_id, customer_id FROM clustered JOIN assigned USING (leader)",
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
      customers,
      records: Number(await session.value("SELECT count(*) FROM clustered")),
      joins: contested.joins.map((one) => ({ ...one })),
      splits: contested.splits.map((one) => ({ ...one })),
    });
  },
});

/** Names in DuckDB what needs no thought, by far the most: a cluster whose records all had one id that no other cluster's had keeps it,
 *  and one whose records had none is born by the id of its least record. Makes `clustered`, the records by leader with the id that each
 *  had `before`; `kept`; `contested`, the leaders that are left; and `assigned` (leader, customer_id). */
async function findUncontested(context: StepContext): Promise<void> {
  const { session } = context;
  const previous =
    context.files("previous").length > 0
      ? `SELECT key_space, source_record_id, max(customer_id) AS before FROM ${context.relation("previous")} GROUP BY ALL`
      : "SELECT '' AS key_space, '' AS source_record_id, '' AS before WHERE false";
  await session.run(`CREATE TEMP TABLE clustered AS SELECT c.key_space, c.source_record_id, c.leader, p.before
    FROM ${context.relation("clusters")} c LEFT JOIN (${previous}) p USING (key_space, source_record_id)`);
  await session.run(
    "CREATE TEMP TABLE claims AS SELECT DISTINCT leader, before AS customer_id FROM clustered WHERE before IS NOT NULL",
  );
  const once = (column: string) => `${column} IN (SELECT ${column} FROM claims GROUP BY ${column} HAVING count(*) = 1)`;
  await session.run(
    `CREATE TEMP TABLE kept AS SELECT * FROM claims WHERE ${once("leader")} AND ${once("customer_id")}`,
  );
  await session.run(`CREATE TEMP TABLE born AS SELECT leader, ${birthIdSql("min(birth)")} AS customer_id
    FROM (SELECT leader, ${birthNameSql} AS birth FROM clustered ANTI JOIN claims USING (leader)) GROUP BY leader`);
  await session.run(`CREATE TEMP TABLE contested AS SELECT leader FROM claims ANTI JOIN kept USING (leader)
    UNION SELECT leader FROM born WHERE customer_id IN (SELECT customer_id FROM claims)
      OR customer_id IN (SELECT customer_id FROM born GROUP BY customer_id HAVING count(*) > 1)`);
  await session.run(
    "CREATE TEMP TABLE assigned AS SELECT * FROM kept UNION ALL SELECT * FROM born ANTI JOIN contested USING (leader)",
  );
}

/** How many customers at most a record can have given birth to that are still there. */
const mostBirths = 16;

/** Names the clusters that several ids speak for, or several clusters for one id, and adds them to `assigned`. */
async function nameContested({ session }: StepContext): Promise<Pick<IdAssignment, "joins" | "splits">> {
  const table =
    await session.table(`SELECT key_space, source_record_id, leader, before FROM clustered SEMI JOIN contested USING (leader)
    ORDER BY key_space, source_record_id`);
  const texts = (name: string) => table.columns[name] as (string | null)[];
  const [keySpace, recordId, before] = [texts("key_space"), texts("source_record_id"), texts("before")];
  const records = keySpace.map((space, at) => ({ keySpace: space ?? "", recordId: recordId[at] ?? "" }));
  const members = new Map<number, number[]>();
  for (const [at, leader] of (table.columns["leader"] as Float64Array).entries()) {
    const known = members.get(leader);
    if (known) known.push(at);
    else members.set(leader, [at]);
  }
  const births = [...members.values()].flatMap((own) => birthIds(leastRecord(own, records), mostBirths));
  await session.load("births", { rows: births.length, columns: { customer_id: births } }, [text("customer_id")]);
  const held = await session.table("SELECT customer_id FROM kept SEMI JOIN births USING (customer_id)");
  const { ids, joins, splits } = assignIds(
    members,
    records,
    (at) => before[at] ?? undefined,
    new Set(held.columns["customer_id"] as string[]),
  );
  const named = [...ids];
  await session.load(
    "settled",
    {
      rows: named.length,
      columns: { leader: Float64Array.from(named, ([leader]) => leader), customer_id: named.map(([, id]) => id) },
    },
    [{ name: "leader", type: "INTEGER" }, text("customer_id")],
  );
  await session.run("INSERT INTO assigned SELECT leader, customer_id FROM settled");
  return { joins, splits };
}
