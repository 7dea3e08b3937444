import type { Client } from "../../src/shared/api/client.ts";
import type { AssayContract } from "../../src/shared/api/contract.ts";
import { emptyMeaning } from "../../src/shared/domain/empty-values.ts";

const atOnce = 60;

/** Columns of the current snapshot's tables with cells that nothing explains: empty without a reason, not a number, infinite, a share
 *  beyond 0 and 1, limits that cross, a day before 1990. */
export async function untoldCells(client: Client<AssayContract>, brand: string): Promise<string[]> {
  const { tables } = await client.call("sql.tables", { brand });
  const checks = tables.flatMap(({ table, columns }) => {
    const names = new Set(columns.map(({ name }) => name));
    return columns.flatMap(({ name, type }) =>
      conditionsOf(table, name, type, names).map(
        ([what, condition]) =>
          `SELECT '${table}.${name}: ${what}' AS untold, count(*) AS n FROM ${table} WHERE ${condition}`,
      ),
    );
  });
  const found: string[] = [];
  for (let from = 0; from < checks.length; from += atOnce) {
    const sql = `SELECT * FROM (${checks.slice(from, from + atOnce).join(" UNION ALL ")}) WHERE n > 0 ORDER BY untold`;
    const { rows } = await client.call("sql.query", { brand, sql });
    found.push(...rows.map(({ untold, n }) => `${untold} (${n})`));
  }
  return found;
}

/** What may not be of a column's cells, each with its words. */
function conditionsOf(table: string, name: string, type: string, names: ReadonlySet<string>): [string, string][] {
  const column = `"${name}"`;
  const [low, high] = [`"${name}_low"`, `"${name}_high"`];
  return [
    ["empty without a reason", untoldSql(table, name, names)],
    ...(["DOUBLE", "FLOAT"].includes(type)
      ? [["no finite number", `NOT isfinite(${column})`] as [string, string]]
      : []),
    ...(/^probability_|_rate$|_share$|^return_risk$|percentile$/.test(name) && type === "DOUBLE" && !/^sum_/.test(name)
      ? [["beyond 0 and 1", `${column} NOT BETWEEN 0 AND 1`] as [string, string]]
      : []),
    ...(names.has(`${name}_low`) && names.has(`${name}_high`)
      ? [["limits that cross", `${low} > ${high}`] as [string, string]]
      : []),
    ...(/_share$|_rate$|affinity$/.test(name) && names.has(`${name}_low`)
      ? [["outside its limits", `${column} NOT BETWEEN ${low} AND ${high}`] as [string, string]]
      : []),
    ...(/^(DATE|TIMESTAMP)/.test(type) ? [["before 1990", `${column} < DATE '1990-01-01'`] as [string, string]] : []),
    ...(/^n_|_count$/.test(name) && /INT/.test(type)
      ? [["less than nothing", `${column} < 0`] as [string, string]]
      : []),
  ];
}

function untoldSql(table: string, name: string, names: ReadonlySet<string>): string {
  const column = `"${name}"`;
  if (emptyMeaning(table, name) === undefined) return `${column} IS NULL`;
  if (table === "profiles") return `${column} IS NULL AND reasons['${name}'] IS NULL`;
  if (!/^(scores|chosen)_/.test(table) || name === "reason") return "false";
  return names.has("reason") ? `${column} IS NULL AND reason IS NULL` : `${column} IS NULL`;
}
