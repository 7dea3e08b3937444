import { AssayError } from "../base/errors.ts";
import { toEpochDay } from "../base/time.ts";

export const fieldOperators = [
  "=",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "between",
  "in",
  "notIn",
  "null",
  "notNull",
  "contains",
  "beginsWith",
  "endsWith",
] as const;
export type FieldOperator = (typeof fieldOperators)[number];
export const countOperators = ["=", "!=", "<", "<=", ">", ">=", "between"] as const;
export type CountOperator = (typeof countOperators)[number];
export const behaviourEvents = ["order", "return"] as const;
/** Columns of an order line or a return that a behaviour may ask for. */
export const behaviourFields = ["category", "product_id", "channel", "discount_depth"] as const;
/** count: orders (or returns) with a fitting line; sum: their money in minor units; quantity: how many pieces. */
export const behaviourAggregates = ["count", "sum", "quantity"] as const;

export type Scalar = string | number | boolean;
export type RuleValue = Scalar | readonly Scalar[] | null;
export interface FieldRule {
  readonly kind: "field";
  readonly field: string;
  readonly operator: FieldOperator;
  readonly value: RuleValue;
}
export interface BehaviourCondition {
  readonly field: (typeof behaviourFields)[number];
  readonly operator: FieldOperator;
  readonly value: RuleValue;
}
export type Window = { readonly days: number } | { readonly from: string | null; readonly to: string | null } | null;
export interface BehaviourRule {
  readonly kind: "behaviour";
  readonly event: (typeof behaviourEvents)[number];
  readonly where: readonly BehaviourCondition[];
  readonly aggregate: (typeof behaviourAggregates)[number];
  readonly operator: CountOperator;
  readonly value: readonly number[];
  readonly window: Window;
}
export interface MembershipRule {
  readonly kind: "segment";
  readonly segment: string;
  readonly isIn: boolean;
  /** Not its members, but that share of all others who behave most like them; null: its members. */
  readonly alike: number | null;
}
export interface GroupNode {
  readonly kind: "group";
  readonly combinator: "and" | "or";
  readonly not: boolean;
  readonly rules: readonly SegmentNode[];
}
export type SegmentNode = GroupNode | FieldRule | BehaviourRule | MembershipRule;

export const maximumDepth = 8;
export const maximumRules = 200;
export const maximumValues = 1000;
export const maximumText = 500;
const leastAlike = 0.001;
const mostAlike = 0.5;

type Plain = Readonly<Record<string, unknown>>;
const isPlain = (value: unknown): value is Plain =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function refuse(path: string, what: string, hint: string): AssayError {
  return new AssayError("bad_input", `Rule ${path || "at the top"}: ${what}`, hint, { path });
}

function oneOf<T extends string>(allowed: readonly T[], value: unknown, path: string, what: string): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined)
    throw refuse(path, `“${String(value).slice(0, 40)}” is no ${what}.`, `Use one of: ${allowed.join(", ")}.`);
  return found;
}

/** Reads a rule tree of any origin into its checked form. Paths count from 0 by level, as in "0.1".
 *  Throws bad_input that names the path where it isn't one, is deeper than 8 groups or larger than 200 rules. */
export function readSegment(value: unknown): GroupNode {
  const counted = { rules: 0 };
  const root = readNode(value, "", 1, counted);
  return root.kind === "group" ? root : { kind: "group", combinator: "and", not: false, rules: [root] };
}

function readNode(value: unknown, path: string, depth: number, counted: { rules: number }): SegmentNode {
  if (!isPlain(value)) throw refuse(path, "it is neither a group nor a rule.", "A rule is {field, operator, value}.");
  if ("rules" in value || "combinator" in value) return readGroup(value, path, depth, counted);
  counted.rules += 1;
  if (counted.rules > maximumRules)
    throw refuse(path, `there are more than ${maximumRules} rules.`, "Split the segment.");
  if (isPlain(value.behaviour)) return readBehaviour(value.behaviour, path);
  if (value.field === "behaviour" && isPlain(value.value)) return readBehaviour(value.value, path);
  if (typeof value.segment === "string")
    return { ...membership(value.segment, true), alike: readShare(value.alike, path) };
  if (value.field === "segment") {
    const operator = oneOf(["=", "!=", "in", "notIn"] as const, value.operator, path, "operator for a segment");
    const names = Array.isArray(value.value) ? value.value : [value.value];
    const [name] = names;
    if (names.length !== 1 || typeof name !== "string")
      throw refuse(path, "it names no segment.", "Give one segment's name.");
    return membership(name, operator === "=" || operator === "in");
  }
  return readField(value, path);
}

const membership = (segment: string, isIn: boolean): MembershipRule => ({
  kind: "segment",
  segment,
  isIn,
  alike: null,
});

function readShare(value: unknown, path: string): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "number" || !(value >= leastAlike && value <= mostAlike))
    throw refuse(path, "the share of those alike is no number from 0.001 to 0.5.", "Write 0.1 for a tenth.");
  return value;
}

function readGroup(value: Plain, path: string, depth: number, counted: { rules: number }): GroupNode {
  if (depth > maximumDepth)
    throw refuse(path, `groups are nested more than ${maximumDepth} deep.`, "Flatten the groups.");
  const combinator = oneOf(["and", "or"] as const, value.combinator ?? "and", path, "combinator");
  const rules = value.rules;
  if (!Array.isArray(rules)) throw refuse(path, "a group has no list of rules.", "Write {combinator, rules: […]}.");
  if (rules.length > maximumRules)
    throw refuse(path, `there are more than ${maximumRules} rules.`, "Split the segment.");
  if (value.not !== undefined && typeof value.not !== "boolean") {
    throw refuse(path, "“not” is neither true nor false.", "Leave it out, or write true.");
  }
  const nodes = rules.map((rule, at) => readNode(rule, path ? `${path}.${at}` : String(at), depth + 1, counted));
  return { kind: "group", combinator, not: value.not === true, rules: nodes };
}

function readField(value: Plain, path: string): FieldRule {
  const field = value.field;
  if (typeof field !== "string" || field === "")
    throw refuse(path, "it names no field.", "A rule is {field, operator, value}.");
  const operator = oneOf(fieldOperators, value.operator, path, "operator");
  return { kind: "field", field, operator, value: readValue(value.value, operator, path) };
}

function readValue(value: unknown, operator: FieldOperator, path: string): RuleValue {
  if (operator === "null" || operator === "notNull") return null;
  if (operator === "between" || operator === "in" || operator === "notIn") {
    const listed = typeof value === "string" ? value.split(",").map((part) => part.trim()) : value;
    if (!Array.isArray(listed)) throw refuse(path, `${operator} needs a list of values.`, "Write [first, second].");
    if (operator === "between" && listed.length !== 2)
      throw refuse(path, "between needs two values.", "Write [low, high].");
    if (listed.length === 0) throw refuse(path, `${operator} has no value.`, "Choose at least one value.");
    if (listed.length > maximumValues)
      throw refuse(path, `it lists more than ${maximumValues} values.`, "Use fewer values.");
    return listed.map((one) => readScalar(one, path));
  }
  return readScalar(value, path);
}

function readScalar(value: unknown, path: string): Scalar {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value === "boolean") return value;
  if (typeof value === "string") {
    if (value.length > maximumText)
      throw refuse(path, `its text is longer than ${maximumText} characters.`, "Shorten it.");
    if (value.includes("\0")) throw refuse(path, "its text holds a NUL.", "Remove it.");
    return value;
  }
  throw refuse(path, "it has no value.", "Give a number, a text or a day.");
}

function readBehaviour(value: Plain, path: string): BehaviourRule {
  const event = oneOf(behaviourEvents, value.event, path, "event");
  const aggregate = oneOf(behaviourAggregates, value.aggregate ?? "count", path, "aggregate");
  const operator = oneOf(countOperators, value.operator ?? ">=", path, "operator of a behaviour");
  const given = Array.isArray(value.value) ? value.value : [value.value ?? 1];
  const numbers = given.map((one) => (typeof one === "string" && one.trim() !== "" ? Number(one) : one));
  if (
    numbers.length !== (operator === "between" ? 2 : 1) ||
    !numbers.every((one) => typeof one === "number" && Number.isFinite(one))
  ) {
    throw refuse(path, "the behaviour's value is no number.", "Give a number, or two for between.");
  }
  return {
    kind: "behaviour",
    event,
    where: readConditions(value.where, path),
    aggregate,
    operator,
    value: numbers as number[],
    window: readWindow(value.window, path),
  };
}

/** `{"category": "Dresses"}`, `{"category": ["Dresses", "Coats"]}`, a list of rules, or an "and" group of them. */
function readConditions(value: unknown, path: string): BehaviourCondition[] {
  if (value === undefined || value === null) return [];
  const inside = isPlain(value) && Array.isArray(value.rules) ? value.rules : value;
  if (isPlain(value) && value.rules && (value.combinator === "or" || value.not === true)) {
    throw refuse(path, "conditions on lines can only be joined by “and”.", "Use two behaviours in an “or” group.");
  }
  const rules = Array.isArray(inside)
    ? inside
    : isPlain(inside)
      ? Object.entries(inside).map(([field, one]) => ({ field, operator: Array.isArray(one) ? "in" : "=", value: one }))
      : [];
  if (rules.length > 20) throw refuse(path, "a behaviour has more than 20 conditions.", "Use fewer.");
  return rules.map((rule: unknown) => {
    if (!isPlain(rule)) throw refuse(path, "a condition is no rule.", "Write {field, operator, value}.");
    const field = oneOf(behaviourFields, rule.field, path, "column of an order line");
    const operator = oneOf(fieldOperators, rule.operator ?? "=", path, "operator");
    return { field, operator, value: readValue(rule.value, operator, path) };
  });
}

function readWindow(value: unknown, path: string): Window {
  if (value === undefined || value === null || value === "") return null;
  const days = isPlain(value) ? value.days : value;
  if (days !== undefined) {
    const number = typeof days === "string" ? Number(days) : days;
    if (typeof number !== "number" || !Number.isInteger(number) || number < 1 || number > 36_500) {
      throw refuse(path, "the window is no number of days.", "Give 1 to 36500, as {days: 90}.");
    }
    return { days: number };
  }
  if (!isPlain(value)) throw refuse(path, "the window can't be read.", "Write {days: 90} or {from, to}.");
  const from = readDay(value.from, path);
  const to = readDay(value.to, path);
  return from === null && to === null ? null : { from, to };
}

function readDay(value: unknown, path: string): string | null {
  if (value === undefined || value === null || value === "") return null;
  if (typeof value !== "string") throw refuse(path, "the window's day is no text.", "Write it as YYYY-MM-DD.");
  toEpochDay(value);
  return value;
}

/** Names of the segments that a rule refers to. */
export function segmentsNamedIn(node: SegmentNode): string[] {
  if (node.kind === "segment") return [node.segment];
  return node.kind === "group" ? node.rules.flatMap(segmentsNamedIn) : [];
}
