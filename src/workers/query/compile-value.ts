import { AssayError } from "../../shared/base/errors.ts";
import { toEpochDay } from "../../shared/base/time.ts";
import type { FieldOperator, RuleValue, Scalar } from "../../shared/domain/segment-rules.ts";
import { literal } from "../engine/sql.ts";

export type ValueKind = "number" | "text" | "day" | "flag" | "list" | "map";

export function valueKindOf(type: string): ValueKind {
  if (type.endsWith("[]")) return "list";
  if (type.startsWith("MAP")) return "map";
  if (type === "BOOLEAN") return "flag";
  if (type === "DATE" || type.startsWith("TIMESTAMP")) return "day";
  return /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL.*)$/.test(type) ? "number" : "text";
}

export interface Subject {
  /** How messages call it. */
  readonly name: string;
  /** SQL text of the column: built from a closed list, never from what was typed. */
  readonly sql: string;
  readonly kind: ValueKind;
}

const comparisons: Partial<Record<FieldOperator, string>> = {
  "=": "=",
  "!=": "<>",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
};

/** A condition on one column as SQL. It holds only where the value is known, as in SQL: `!=` and `notIn` leave out NULL
 *  too (`null` asks for it). Texts compare exactly; contains, beginsWith and endsWith ignore case and take no wildcards.
 *  Both ends of between belong to it, in whichever order they are given. A list `contains` an item, or is `=` to none. */
export function compileCondition(subject: Subject, operator: FieldOperator, value: RuleValue): string {
  const { sql, kind } = subject;
  if (operator === "null") return `${sql} IS NULL`;
  if (operator === "notNull") return `${sql} IS NOT NULL`;
  if (kind === "list" || kind === "map") return compileItem(subject, operator, value);
  const values = (typeof value === "object" && value !== null ? value : [value]).map((one) => literalOf(subject, one));
  const [first = "NULL", second = "NULL"] = values;
  switch (operator) {
    case "between":
      requireOrder(subject, operator);
      return `${sql} BETWEEN least(${first}, ${second}) AND greatest(${first}, ${second})`;
    case "in":
      return `${sql} IN (${values.join(", ")})`;
    case "notIn":
      return `${sql} NOT IN (${values.join(", ")})`;
    case "contains":
    case "beginsWith":
    case "endsWith":
      return compileText(subject, operator, value);
    default:
      if (operator !== "=" && operator !== "!=") requireOrder(subject, operator);
      return `${sql} ${comparisons[operator]} ${first}`;
  }
}

const textFunctions = { contains: "contains", beginsWith: "starts_with", endsWith: "ends_with" } as const;

function compileText(subject: Subject, operator: keyof typeof textFunctions, value: RuleValue): string {
  if (subject.kind !== "text") throw misfit(subject, operator, "Use it on a text.");
  return `${textFunctions[operator]}(lower(${subject.sql}), lower(${literal(String(value))}))`;
}

function compileItem({ name, sql, kind }: Subject, operator: FieldOperator, value: RuleValue): string {
  const items = (typeof value === "object" && value !== null ? value : [value]).map((one) => literal(String(one)));
  const list = kind === "map" ? `map_keys(${sql})` : `CAST(${sql} AS VARCHAR[])`;
  if (operator === "contains" || operator === "in") return `list_has_any(${list}, [${items.join(", ")}])`;
  if (operator === "notIn") return `NOT list_has_any(${list}, [${items.join(", ")}])`;
  throw misfit({ name, sql, kind }, operator, "A list takes contains, in, notIn, null and notNull.");
}

function requireOrder(subject: Subject, operator: FieldOperator): void {
  if (subject.kind === "flag") throw misfit(subject, operator, "Ask whether it is true or false.");
}

function misfit(subject: Subject, operator: string, hint: string): AssayError {
  return new AssayError("bad_input", `“${operator}” doesn't fit the field ${subject.name}.`, hint, {
    field: subject.name,
  });
}

function wrong(subject: Subject, value: unknown, hint: string): AssayError {
  const shown = String(value).slice(0, 40);
  return new AssayError("bad_input", `“${shown}” doesn't fit the field ${subject.name}.`, hint, {
    field: subject.name,
  });
}

function literalOf(subject: Subject, value: Scalar | null): string {
  if (value === null) throw wrong(subject, "nothing", "Give a value, or use null.");
  if (subject.kind === "number") {
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    if (typeof number !== "number" || !Number.isFinite(number)) throw wrong(subject, value, "Give a number.");
    return Number.isSafeInteger(number) ? String(number) : `CAST(${number} AS DOUBLE)`;
  }
  if (subject.kind === "day") {
    const day = String(value).slice(0, 10);
    toEpochDay(day);
    return `DATE ${literal(day)}`;
  }
  if (subject.kind === "flag") {
    if (value === true || value === "true" || value === 1) return "true";
    if (value === false || value === "false" || value === 0) return "false";
    throw wrong(subject, value, "Give true or false.");
  }
  return literal(String(value));
}
