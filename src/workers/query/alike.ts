import { createHash } from "node:crypto";
import type { ColumnTable } from "../../shared/domain/column.ts";
import type { Tables } from "../../shared/domain/model.ts";
import type { Session } from "../engine/duckdb.ts";
import { ident } from "../engine/sql.ts";
import { alikeColumns, alikeNames, percentileOutside } from "../models/audiences/lookalike.ts";
import { alikeMargins, fitAlike } from "../models/audiences/lookalike-fit.ts";
import { texts } from "../models/tables.ts";
import type { Estimate } from "./estimate.ts";
import type { OpenSnapshot } from "./session-pool.ts";

export interface AlikeFinding {
  segment: string;
  seeds: number;
  is_enough: boolean;
  recall_at_reach_10: Estimate | null;
}
interface AlikeTable extends Omit<AlikeFinding, "segment"> {
  readonly table: string;
}

const nothing: ColumnTable = { rows: 0, columns: {} };

/** A table of the session with everybody outside a segment by how much they behave like it: customer_id and percentile, 1 the most alike.
 *  The same trees as the lookalike model's, on the same columns, with the segment's buyers as the seed; empty where there are too few. Made
 *  once a session and rule. `predicate`: the segment as SQL over `profiles`. */
export async function alikeTable(snapshot: OpenSnapshot, session: Session, predicate: string): Promise<AlikeTable> {
  const table = `alike_${createHash("sha256").update(predicate).digest("hex").slice(0, 16)}`;
  const known = snapshot.memo.get(table) as AlikeTable | undefined;
  if (known) return known;
  const inputs = await inputsOf(snapshot, session);
  const { features } = inputs;
  const members = await session.table(`SELECT customer_id FROM profiles WHERE ${predicate} ORDER BY customer_id`);
  const inside = new Set(texts(members, "customer_id"));
  const ids = texts(features, "customer_id");
  const isSeed = Float64Array.from(ids, (id) => (inside.has(id) ? 1 : 0));
  const columns = features.rows === 0 ? [] : alikeColumns(inputs);
  const fitted = features.rows === 0 ? null : fitAlike(alikeNames, columns, isSeed, 1);
  const percentile = fitted ? percentileOutside(alikeMargins(fitted, columns), isSeed) : new Float64Array();
  const outside = Array.from(percentile.keys()).filter((row) => isSeed[row] === 0);
  const ranked: ColumnTable = {
    rows: outside.length,
    columns: {
      customer_id: outside.map((row) => ids[row] ?? null),
      percentile: Float64Array.from(outside, (row) => percentile[row] ?? Number.NaN),
    },
  };
  await session.load(table, ranked, [
    { name: "customer_id", type: "VARCHAR" },
    { name: "percentile", type: "DOUBLE" },
  ]);
  const tenth = fitted?.curve.find(({ reach }) => reach === 0.1)?.recall;
  const made: AlikeTable = {
    table,
    seeds: isSeed.reduce((sum, one) => sum + one, 0),
    is_enough: fitted !== null,
    recall_at_reach_10: tenth ? { value: tenth.value, low: tenth.low, high: tenth.high } : null,
  };
  snapshot.memo.set(table, made);
  return made;
}

async function inputsOf(snapshot: OpenSnapshot, session: Session): Promise<Tables & { features: ColumnTable }> {
  const read = async (name: string, columns: string): Promise<ColumnTable> => {
    const has = snapshot.columnsOf(name);
    const isWhole = columns === "*" ? has.size > 0 : columns.split(", ").every((column) => has.has(column));
    return isWhole ? session.table(`SELECT ${columns} FROM ${ident(name)} ORDER BY customer_id`) : nothing;
  };
  return {
    features: await read("customer_features", "*"),
    discount: await read("scores_discount_affinity", "customer_id, discount_affinity"),
    price: await read("scores_price_tier", "customer_id, price_percentile"),
    category: await read("scores_category_affinity", "customer_id, top_category_affinity"),
  };
}
