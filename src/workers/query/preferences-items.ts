import { addDays } from "../../shared/base/time.ts";
import type { Session } from "../engine/duckdb.ts";
import { literal } from "../engine/sql.ts";
import { numberOf, numberOrNull, textOrNull } from "./estimate.ts";
import type { BundleRule, Preferences, Told } from "./preferences-shape.ts";
import type { OpenSnapshot } from "./session-pool.ts";

const mostRules = 100;
const mostItems = 50;

/** Names of products, as a relation `(product_id, name)`. */
export function namesSql(snapshot: OpenSnapshot): string {
  return snapshot.columnsOf("products").has("name")
    ? "(SELECT product_id, min(name) AS name FROM products GROUP BY product_id)"
    : "(SELECT CAST(NULL AS VARCHAR) AS product_id, CAST(NULL AS VARCHAR) AS name WHERE false)";
}

/** Rules of products bought together, those confirmed by held-out baskets first, then those that sell most beyond chance. */
export async function readBundles(snapshot: OpenSnapshot, session: Session): Promise<Told<BundleRule>> {
  if (!snapshot.has("scores_bundles")) return { scored: 0, rows: [], reason: "not_modelled" };
  const scored = numberOf(await session.value("SELECT count(*) FILTER (is_confirmed) FROM scores_bundles"));
  const rows = await session.rows(
    `WITH named AS ${namesSql(snapshot)}
     SELECT b.*, x.name AS antecedent_name, y.name AS also_name, z.name AS consequent_name FROM scores_bundles b
     LEFT JOIN named x ON x.product_id = b.antecedent LEFT JOIN named y ON y.product_id = b.antecedent_also LEFT JOIN named z ON z.product_id = b.consequent
     ORDER BY is_confirmed DESC, leverage DESC, antecedent, antecedent_also, consequent LIMIT ${mostRules}`,
  );
  return {
    scored,
    reason: rows.length > 0 ? null : "no_bundles",
    rows: rows.map((row) => ({
      when: [
        { product_id: String(row.antecedent), name: textOrNull(row.antecedent_name) },
        ...(row.antecedent_also === null
          ? []
          : [{ product_id: String(row.antecedent_also), name: textOrNull(row.also_name) }]),
      ],
      also: { product_id: String(row.consequent), name: textOrNull(row.consequent_name) },
      n_baskets: numberOf(row.n_baskets),
      confidence: {
        value: numberOf(row.confidence),
        low: numberOrNull(row.confidence_low),
        high: numberOrNull(row.confidence_high),
      },
      lift: numberOf(row.lift),
      leverage: numberOf(row.leverage),
      held_out_confidence: numberOf(row.held_out_confidence),
      held_out_lift: numberOf(row.held_out_lift),
      is_confirmed: row.is_confirmed === true,
    })),
  };
}

/** Items with a rhythm, those first that most customers are due: the usual interval, and how many are due within a week and a month. */
export async function readRhythms(snapshot: OpenSnapshot, session: Session): Promise<Preferences["rhythms"]> {
  const until = addDays(snapshot.handle.as_of, 30);
  if (!snapshot.has("scores_replenishment") || !snapshot.profileColumns.has("replenish_on"))
    return { scored: 0, due_30: { customers: 0, until }, rows: [], reason: "not_modelled" };
  const soon = await session.value(`SELECT count(*) FROM profiles WHERE replenish_on <= DATE ${literal(until)}`);
  const by = (days: number) => literal(addDays(snapshot.handle.as_of, days));
  const scored = numberOf(
    await session.value("SELECT count(DISTINCT customer_id) FROM scores_replenishment WHERE replenish_on IS NOT NULL"),
  );
  const rows = await session.rows(
    `WITH named AS ${namesSql(snapshot)}
     SELECT s.level, s.item, any_value(n.name) AS name, min(s.category) AS category, count(replenish_on) AS customers, median(interval_days) AS days,
            count(*) FILTER (replenish_on <= DATE ${by(7)}) AS due_7, count(*) FILTER (replenish_on <= DATE ${by(30)}) AS due_30, count(*) FILTER (reason = 'stopped') AS stopped
     FROM scores_replenishment s LEFT JOIN named n ON s.level = 'product' AND n.product_id = s.item
     GROUP BY s.level, s.item ORDER BY s.level DESC, due_30 DESC, customers DESC, s.item LIMIT ${mostItems}`,
  );
  return {
    scored,
    due_30: { customers: numberOf(soon), until },
    reason: rows.length > 0 ? null : "no_rhythm_found",
    rows: rows.map((row) => ({
      level: row.level === "product" ? "product" : "category",
      item: String(row.item),
      name: textOrNull(row.name),
      category: textOrNull(row.category),
      customers: numberOf(row.customers),
      interval_days: numberOf(row.days),
      due_7: numberOf(row.due_7),
      due_30: numberOf(row.due_30),
      stopped: numberOf(row.stopped),
    })),
  };
}
