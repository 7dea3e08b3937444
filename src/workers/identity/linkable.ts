import { literal } from "../engine/sql.ts";
import type { StepContext } from "../engine/step-context.ts";

/** What has to be the very same beside the names: namesakes are many. */
const tellingApart = ["birth_date", "address_line", "phone", "email", "loyalty_id"];

export interface Linkable {
  /** How many records something could join to another. */
  readonly size: number;
  /** How many records nothing could join to any other. */
  readonly alone: number;
}

/** Finds the records that something could join to others: a value that another record has too, a pair that everything known makes
 *  likely, what a person said. The rest, most of a large brand, are customers by themselves and never leave DuckDB.
 *
 *  Reads the tables `named`, `records` and `overridden`. Makes `keys`, the different rows of what a record can be joined by; `likely`,
 *  pairs by number of record; and `linkable`, the records found, in the order of `record`, numbered anew from 0 by `number`. */
export async function findLinkable(context: StepContext): Promise<Linkable> {
  const { session } = context;
  await session.run(`CREATE TEMP TABLE keys AS SELECT DISTINCT r.record, n.email, n.phone, n.loyalty_id, n.name
    FROM named n JOIN records r USING (key_space, source_record_id)
    WHERE n.email IS NOT NULL OR n.phone IS NOT NULL OR n.loyalty_id IS NOT NULL OR n.name IS NOT NULL`);
  await session.run(`CREATE TEMP TABLE likely AS SELECT a.record AS a, b.record AS b, p.probability FROM ${context.relation("pairs")} p
    JOIN records a ON a.key_space = p.key_space AND a.source_record_id = p.source_record_id
    JOIN records b ON b.key_space = p.other_key_space AND b.source_record_id = p.other_source_record_id
    WHERE p.probability >= ${Number(context.params["likely"])}
      AND (${tellingApart.map((name) => `p.levels[${literal(name)}] = 'the same'`).join(" OR ")})`);
  const sharing = (column: string) => `SELECT record FROM keys WHERE ${column} IN (
    SELECT ${column} FROM keys WHERE ${column} IS NOT NULL GROUP BY ${column} HAVING min(record) <> max(record))`;
  await session.run(`CREATE TEMP TABLE linkable AS
    SELECT record, key_space, source_record_id, CAST(row_number() OVER (ORDER BY record) - 1 AS INTEGER) AS number
    FROM (${["email", "phone", "loyalty_id"].map(sharing).join(" UNION ")}
      UNION SELECT a FROM likely UNION SELECT b FROM likely
      UNION SELECT record FROM records JOIN overridden USING (key_space, source_record_id)) JOIN records USING (record)`);
  const size = Number(await session.value("SELECT count(*) FROM linkable"));
  return { size, alone: Number(await session.value("SELECT count(*) FROM records")) - size };
}
