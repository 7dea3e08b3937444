import type { MappingJson } from "../../../shared/api/contract/sources.ts";

/** A column's rule in words: "Total, decimal ," for {column, decimal}. */
export function ruleText(rule: unknown): string {
  if (typeof rule === "string") return rule;
  if (typeof rule !== "object" || rule === null) return "";
  const { column, value, coalesce, concat, columns, map, format, decimal, plus, less } = rule as Record<
    string,
    unknown
  >;
  if (value !== undefined) return `“${String(value)}”`;
  if (Array.isArray(coalesce)) return coalesce.map(ruleText).join(" or ");
  if (Array.isArray(concat)) return concat.map(ruleText).join(" and ");
  if (Array.isArray(columns)) return columns.map(ruleText).join(", ");
  if (map !== undefined) return `${String(column ?? map)}, translated`;
  const signed = [
    ...(Array.isArray(plus) ? plus.map((name) => ` + ${String(name)}`) : []),
    ...(Array.isArray(less) ? less.map((name) => ` − ${String(name)}`) : []),
  ].join("");
  return `${String(column ?? "")}${signed}${format ? `, ${String(format)}` : ""}${decimal ? `, decimal ${String(decimal)}` : ""}`;
}

/** The file's column that a rule takes, where it takes just one. */
export function columnOf(rule: unknown): string | null {
  if (typeof rule === "string") return rule;
  if (typeof rule !== "object" || rule === null || !("column" in rule)) return null;
  return typeof rule.column === "string" ? rule.column : null;
}

const bare = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

/** The column whose name is that of a target but for case and signs: "Order ID" for order_id; null where none is. */
export function likelyColumn(target: string, columns: readonly string[]): string | null {
  return columns.find((name) => bare(name) === bare(target)) ?? null;
}

/** The mapping with one target taken from another column, keeping how it is read; null takes the target out. */
export function withColumn(mapping: MappingJson, table: number, target: string, column: string | null): MappingJson {
  return {
    ...mapping,
    tables: mapping.tables.map((one, at) => {
      if (at !== table) return one;
      const { [target]: standing, ...rest } = one.columns;
      if (column === null) return { ...one, columns: rest };
      const keepsForm =
        typeof standing === "object" && standing !== null && !Array.isArray(standing) && "column" in standing;
      return { ...one, columns: { ...one.columns, [target]: keepsForm ? { ...standing, column } : column } };
    }),
  };
}
