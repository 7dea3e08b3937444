import { AssayError } from "../../shared/base/errors.ts";
import type { Session } from "../engine/duckdb.ts";
import { literal } from "../engine/sql.ts";

type Node = { readonly [key: string]: unknown };

/** What an expression over `profiles` may call: pure functions, and aggregates inside a subquery over `profiles`. */
const functions = new Set(
  `+ - * / // % || ~~ !~~ ~~* !~~* ~~~ abs add subtract multiply divide mod round floor ceil ceiling trunc sign sqrt ln log log10 log2 exp pow
  power greatest least lower upper trim ltrim rtrim length len strlen contains starts_with ends_with prefix suffix substring substr left right
  replace regexp_matches regexp_full_match concat concat_ws like_escape ilike_escape not_like_escape not_ilike_escape
  year month day quarter week dayofweek isodow weekday dayofyear date_part datepart date_diff datediff date_sub datesub date_trunc datetrunc
  date_add make_date last_day strftime epoch to_days to_months to_years to_weeks
  list_contains list_has list_has_any list_has_all array_contains array_has array_length list_position list_extract array_extract list_value
  map_extract map_extract_value map_keys map_values element_at cardinality isnan isinf isfinite ifnull coalesce nullif
  count count_star sum avg mean min max median mode quantile quantile_cont quantile_disc stddev stddev_samp stddev_pop var_samp variance`.split(
    /\s+/,
  ),
);
const nodeKinds = new Set(["SELECT_NODE"]);

/** Checks that a text is one boolean expression over `profiles` and nothing else, by the statement's own syntax tree: no
 *  other table, no file, no second statement, no function beyond the list, and parentheses of its own only.
 *  Throws bad_input that says what is wrong, with DuckDB's words where a column isn't known. */
export async function checkExpression(session: Session, expression: string): Promise<string> {
  const text = expression.trim();
  if (text === "") throw refused("The expression is empty.", "Write a condition, as in order_count >= 2.");
  if (text.includes("\0")) throw refused("The expression holds a NUL.", "Remove it.");
  const tree = await parse(session, `SELECT 1 FROM profiles WHERE ${text}\n`);
  requireBare(tree);
  walk(tree, 0);
  const [described] = await session.describe(`SELECT (${text}\n) AS holds FROM profiles`).catch((error: unknown) => {
    throw explained(error);
  });
  if (described?.type !== "BOOLEAN") {
    throw refused(
      `The expression gives ${described?.type ?? "nothing"}, not true or false.`,
      "Compare it with something.",
    );
  }
  return `(${text}\n)`;
}

async function parse(session: Session, sql: string): Promise<Node> {
  const answer = JSON.parse(String(await session.value(`SELECT json_serialize_sql(${literal(sql)})`))) as {
    error: boolean;
    error_message?: string;
    statements?: { node: Node }[];
  };
  if (answer.error) {
    throw refused(
      `The expression can't be read: ${answer.error_message?.split("\n")[0] ?? "syntax error"}`,
      "Write one condition over the columns of profiles, as in order_count >= 2 AND lifecycle_stage = 'active'.",
    );
  }
  const [statement, second] = answer.statements ?? [];
  if (!statement || second) throw refused("The text holds more than one statement.", "Write one condition only.");
  return statement.node;
}

/** The expression must be the WHERE of our own statement, whole. */
function requireBare(node: Node): void {
  const list = node.select_list as unknown[];
  const from = node.from_table as Node;
  const extra = ["modifiers", "group_expressions", "group_sets"].some(
    (part) => (node[part] as unknown[] | undefined)?.length,
  );
  const others = ["having", "sample", "qualify"].some((part) => node[part] !== null && node[part] !== undefined);
  if (
    node.type !== "SELECT_NODE" ||
    list?.length !== 1 ||
    from?.type !== "BASE_TABLE" ||
    extra ||
    others ||
    !node.where_clause
  ) {
    throw refused("The text goes on after the condition.", "Leave out ORDER BY, GROUP BY, LIMIT, UNION and the like.");
  }
}

function walk(value: unknown, depth: number): void {
  if (depth > 200) throw refused("The expression is nested too deep.", "Simplify it.");
  if (Array.isArray(value)) {
    for (const one of value) walk(one, depth + 1);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const node = value as Node;
  checkNode(node);
  for (const [key, one] of Object.entries(node)) if (key !== "value") walk(one, depth + 1);
}

function checkNode(node: Node): void {
  if (typeof node.function_name === "string") {
    const name = node.function_name.toLowerCase();
    if (node.schema || node.catalog || !functions.has(name)) {
      throw refused(
        `The function ${name.slice(0, 60)} can't be used in a segment.`,
        "Use comparisons, text, date and list functions.",
      );
    }
  }
  if (node.class === "WINDOW") throw refused("A segment takes no window function.", "Use a subquery over profiles.");
  if ("table_name" in node && "schema_name" in node && node.type === "BASE_TABLE") {
    if (node.table_name !== "profiles" || node.schema_name || node.catalog_name) {
      throw refused(
        `A segment reads profiles only, not ${String(node.table_name).slice(0, 60)}.`,
        "Use the columns of profiles.",
      );
    }
    return;
  }
  const type = String(node.type ?? "");
  const isTable = "sample" in node && "alias" in node && !("class" in node);
  if (isTable && type !== "EMPTY") throw refused("A segment reads profiles only.", "Use the columns of profiles.");
  if (type.endsWith("_NODE") && !nodeKinds.has(type))
    throw refused("A segment takes no such query.", "Use one condition.");
  const ctes = (node.cte_map as { map?: unknown[] } | undefined)?.map;
  if (ctes && ctes.length > 0) throw refused("A segment takes no WITH.", "Use one condition.");
}

function explained(error: unknown): unknown {
  if (!(error instanceof AssayError) || error.code !== "bad_input") return error;
  const column = /Referenced column "([^"]{1,60})" not found/.exec(error.message)?.[1];
  if (column === undefined) return error;
  return refused(`profiles has no column ${column}.`, '`assay sql "DESCRIBE profiles"` lists them.');
}

function refused(message: string, hint: string): AssayError {
  return new AssayError("bad_input", message, hint);
}
