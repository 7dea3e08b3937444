import { AssayError } from "../base/errors.ts";
import { lakeTable, lakeTableNames } from "./lake.ts";

/** How a target column is filled. */
export type ColumnRule =
  | string
  | {
      readonly column: string;
      readonly format?: string;
      readonly decimal?: "." | ",";
      readonly currency?: string;
      readonly unit?: "share" | "percent";
      /** Below 0 whatever is written: what was given back. */
      readonly sign?: "negative";
      readonly time_zone?: string;
      /** The day that a count of days begins after: 1 is the next. */
      readonly since?: string;
      readonly nothing?: readonly string[];
      readonly plus?: readonly string[];
      readonly less?: readonly string[];
    }
  | { readonly value: string | number | boolean }
  | { readonly coalesce: readonly string[]; readonly time_zone?: string }
  | { readonly concat: readonly string[]; readonly separator?: string }
  | { readonly split: string; readonly by: string; readonly part: number }
  | { readonly map: string; readonly values: Readonly<Record<string, string>>; readonly otherwise?: string }
  | { readonly columns: readonly string[] };

export interface TableMapping {
  readonly table: string;
  /** Rows are the elements of this list inside of the file's rows. */
  readonly each?: string;
  /** `Column = 'x'`, `Column != 'x'`, `Column in ('x', 'y')`, `Column not in (…)`, `Column is null`, `Column is not null`, joined by `and`. */
  readonly where?: string;
  /** Only files whose name matches (`*` for any text). */
  readonly file?: string;
  readonly columns: Readonly<Record<string, ColumnRule>>;
}

export interface Mapping {
  readonly layout: string;
  readonly key_space?: string;
  readonly tables: readonly TableMapping[];
}

const forms = ["column", "value", "coalesce", "concat", "split", "map", "columns"];

/** Checks a mapping that a person may have written; what is wrong is named by table and column. */
export function parseMapping(value: unknown): Mapping {
  if (typeof value !== "object" || value === null) throw wrong("it is no object");
  const { layout, tables, key_space } = value as Record<string, unknown>;
  if (typeof layout !== "string" || layout === "") throw wrong("it has no layout");
  if (!Array.isArray(tables)) throw wrong("it has no list `tables`");
  if (key_space !== undefined && typeof key_space !== "string") throw wrong("key_space is no text");
  return { layout, ...(key_space === undefined ? {} : { key_space }), tables: tables.map(parseTable) };
}

function parseTable(value: unknown): TableMapping {
  const { table, each, where, file, columns } = (value ?? {}) as Record<string, unknown>;
  if (typeof table !== "string") throw wrong("an entry of `tables` has no table");
  const known = lakeTable(table);
  if (!known) throw wrong(`there is no table ${table}; there are ${lakeTableNames.join(", ")}`);
  if (typeof columns !== "object" || columns === null) throw wrong(`${table} has no columns`);
  const entries = Object.entries(columns as Record<string, unknown>);
  for (const [name, rule] of entries) {
    if (!known.columns.some((column) => column.name === name))
      throw wrong(`${table} has no column ${name}; it has ${known.columns.map((column) => column.name).join(", ")}`);
    const isRule =
      typeof rule === "string" || (typeof rule === "object" && rule !== null && forms.some((form) => form in rule));
    if (!isRule) throw wrong(`${table}.${name} is neither a column nor one of ${forms.join(", ")}`);
    checkRule(`${table}.${name}`, rule);
  }
  if (each !== undefined && typeof each !== "string") throw wrong(`each of ${table} is no text`);
  if (where !== undefined && typeof where !== "string") throw wrong(`where of ${table} is no text`);
  if (file !== undefined && typeof file !== "string") throw wrong(`file of ${table} is no text`);
  return {
    table,
    ...(each === undefined ? {} : { each }),
    ...(where === undefined ? {} : { where }),
    ...(file === undefined ? {} : { file }),
    columns: Object.fromEntries(entries) as TableMapping["columns"],
  };
}

const parts: Readonly<Record<string, readonly string[]>> = {
  column: ["format", "decimal", "currency", "unit", "sign", "time_zone", "since", "nothing", "plus", "less"],
  value: [],
  coalesce: ["time_zone"],
  concat: ["separator"],
  split: ["by", "part"],
  map: ["values", "otherwise"],
  columns: [],
};

/** What a rule says beyond its form has to mean something, or what was asked for wouldn't happen. */
function checkRule(where: string, rule: unknown): void {
  if (typeof rule !== "object" || rule === null) return;
  const form = forms.find((one) => one in rule) ?? "column";
  const allowed = [form, ...(parts[form] ?? [])];
  const odd = Object.keys(rule).find((key) => !allowed.includes(key));
  if (odd !== undefined)
    throw wrong(`${where} has “${odd}”; beside ${form} there can be ${allowed.slice(1).join(", ") || "nothing"}`);
  const { decimal, unit, sign, since } = rule as Record<string, unknown>;
  if (since !== undefined && !(typeof since === "string" && /^\d{4}-\d{2}-\d{2}$/.test(since)))
    throw wrong(`since of ${where} is no date like 2026-05-13`);
  if (decimal !== undefined && decimal !== "." && decimal !== ",")
    throw wrong(`decimal of ${where} is neither “.” nor “,”`);
  if (unit !== undefined && unit !== "share" && unit !== "percent")
    throw wrong(`unit of ${where} is neither “share” nor “percent”`);
  if (sign !== undefined && sign !== "negative") throw wrong(`sign of ${where} is not “negative”`);
}

function wrong(why: string): AssayError {
  return new AssayError(
    "bad_input",
    `The mapping can't be used: ${why}.`,
    "Write it as `assay source add` writes it; `assay source detect` proposes one.",
  );
}

export function columnsOfRule(rule: ColumnRule): readonly string[] {
  if (typeof rule === "string") return [rule];
  if ("column" in rule) return [rule.column, ...(rule.plus ?? []), ...(rule.less ?? [])];
  if ("columns" in rule) return rule.columns;
  if ("coalesce" in rule) return rule.coalesce;
  if ("concat" in rule) return rule.concat;
  if ("split" in rule) return [rule.split];
  return "map" in rule ? [rule.map] : [];
}

export function matchesFile(pattern: string | undefined, name: string): boolean {
  if (pattern === undefined) return true;
  const base = name.split(/[\\/]/).at(-1) ?? name;
  const escaped = pattern.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${escaped.join(".*")}$`, "i").test(base);
}
