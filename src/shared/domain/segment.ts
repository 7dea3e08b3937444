import { minorDigits } from "../base/money.ts";
import { type FieldKind, profileField } from "./profile-fields.ts";
import {
  type BehaviourCondition,
  type BehaviourRule,
  type FieldOperator,
  type FieldRule,
  type GroupNode,
  type RuleValue,
  readSegment,
  type Scalar,
  type SegmentNode,
} from "./segment-rules.ts";

export interface SentenceOptions {
  /** Currency of money values; without it they read as minor units. */
  readonly currency?: string;
}

/** A segment's rule in plain English: "Customers whose lifecycle stage is cooling or at risk, and who bought Dresses at
 *  least twice in the last 365 days." Throws bad_input for what is no rule tree. */
export function segmentSentence(
  definition: { where?: unknown; sql?: string | undefined },
  options: SentenceOptions = {},
): string {
  if (definition.sql !== undefined && definition.sql !== "")
    return `Customers for whom ${definition.sql.trim().replaceAll(/\s+/g, " ")}.`;
  const root = readSegment(definition.where ?? { combinator: "and", rules: [] });
  if (root.rules.length === 0) return root.not || root.combinator === "or" ? "Nobody." : "All customers.";
  return `Customers ${sayGroup(root, options)}.`;
}

/** Every rule of a definition in words with the column it reads, by path (as in `segments.count`); an SQL expression is rule "0". */
export function ruleSentences(
  definition: { where?: unknown; sql?: string | undefined },
  options: SentenceOptions = {},
): Map<string, { sentence: string; field: string | null }> {
  const said = new Map<string, { sentence: string; field: string | null }>();
  if (definition.sql !== undefined && definition.sql !== "")
    return said.set("0", { sentence: `for whom ${definition.sql.trim().replaceAll(/\s+/g, " ")}`, field: null });
  const note = (group: GroupNode, path: string): void => {
    for (const [at, node] of group.rules.entries()) {
      const own = path === "" ? String(at) : `${path}.${at}`;
      if (node.kind === "group") note(node, own);
      else said.set(own, { sentence: sayNode(node, options), field: node.kind === "field" ? node.field : null });
    }
  };
  note(readSegment(definition.where ?? { combinator: "and", rules: [] }), "");
  return said;
}

function sayGroup(group: GroupNode, options: SentenceOptions): string {
  if (group.rules.length === 0) return (group.combinator === "and") !== group.not ? "of any kind" : "of no kind";
  const parts = group.rules.map((rule) => {
    const said = sayNode(rule, options);
    return rule.kind === "group" && rule.rules.length > 1 && !rule.not ? `(${said})` : said;
  });
  const joined = parts.length === 2 ? parts.join(` ${group.combinator} `) : list(parts, group.combinator);
  if (!group.not) return joined;
  return parts.length === 1 ? `other than those ${joined}` : `other than those (${joined})`;
}

function sayNode(node: SegmentNode, options: SentenceOptions): string {
  if (node.kind === "group") return sayGroup(node, options);
  if (node.kind === "segment" && node.alike !== null)
    return `outside the segment ${node.segment}, among the ${Math.round(node.alike * 1000) / 10} % most like it`;
  if (node.kind === "segment") return `${node.isIn ? "in" : "not in"} the segment ${node.segment}`;
  return node.kind === "behaviour" ? sayBehaviour(node, options) : sayField(node, options);
}

function sayField(rule: FieldRule, options: SentenceOptions): string {
  const known = profileField(rule.field);
  const label = known ? lower(known.label) : rule.field.replaceAll("_", " ");
  if (known?.kind === "flag" && (rule.operator === "=" || rule.operator === "!=")) {
    const wanted = (rule.value === true || rule.value === "true" || rule.value === 1) === (rule.operator === "=");
    return `who are ${wanted ? "" : "not "}${label}`;
  }
  return `whose ${label} ${sayCondition(rule.operator, rule.value, known?.kind ?? "text", known?.unit ?? null, options)}`;
}

const words: Readonly<Record<FieldOperator, string>> = {
  "=": "is",
  "!=": "is not",
  "<": "is below",
  "<=": "is at most",
  ">": "is above",
  ">=": "is at least",
  between: "is between",
  in: "is",
  notIn: "is neither",
  null: "is not known",
  notNull: "is known",
  contains: "contains",
  beginsWith: "begins with",
  endsWith: "ends with",
};
const dateWords: Partial<Record<FieldOperator, string>> = {
  "<": "is before",
  "<=": "is on or before",
  ">": "is after",
  ">=": "is on or after",
};

function sayCondition(
  operator: FieldOperator,
  value: RuleValue,
  kind: FieldKind,
  unit: string | null,
  options: SentenceOptions,
): string {
  const word = (kind === "date" ? dateWords[operator] : undefined) ?? words[operator];
  if (operator === "null" || operator === "notNull" || value === null) return word;
  const values = (typeof value === "object" ? value : [value]).map((one) => sayValue(one, kind, options));
  const after = kind === "number" && unit !== null && unit !== "tier" ? ` ${unit}` : "";
  if (operator === "between") return `${word} ${values.join(" and ")}${after}`;
  if (operator === "notIn") return values.length === 1 ? `is not ${values[0]}` : `${word} ${list(values, "nor")}`;
  return `${word} ${list(values, "or")}${after}`;
}

function sayValue(value: Scalar, kind: FieldKind, { currency }: SentenceOptions): string {
  if (kind === "choice") return String(value).replaceAll("_", " ");
  if (kind === "share" && Number.isFinite(Number(value))) return `${Math.round(Number(value) * 10_000) / 100} %`;
  if (kind !== "money" || !Number.isFinite(Number(value))) return String(value);
  if (currency === undefined) return `${Number(value)} minor units`;
  const digits = minorDigits(currency);
  const form = new Intl.NumberFormat("en", {
    ...{ style: "currency", currency, currencyDisplay: "code" },
    ...{ minimumFractionDigits: digits, maximumFractionDigits: digits },
  });
  return form.format(Number(value) / 10 ** digits).replaceAll("\u00a0", " ");
}

function sayBehaviour(rule: BehaviourRule, options: SentenceOptions): string {
  const verb = rule.event === "order" ? "bought" : "sent back";
  const what =
    rule.where.length === 0
      ? "anything"
      : `what has ${list(
          rule.where.map((one) => sayLine(one, options)),
          "and",
        )}`;
  const [first = 0, second = 0] = rule.value;
  const amount = (one: number) => (rule.aggregate === "sum" ? sayValue(one, "money", options) : String(one));
  const times =
    rule.aggregate === "quantity" ? " pieces" : rule.aggregate === "count" ? (first === 1 ? " time" : " times") : "";
  const word = rule.operator === "=" ? "exactly" : words[rule.operator].replace(/^is /, "");
  const bound =
    rule.operator === "between" ? `between ${amount(first)} and ${amount(second)}` : `${word} ${amount(first)}`;
  const joined = rule.aggregate === "sum" ? ` for ${bound}` : ` ${bound}${times}`;
  return `who ${verb} ${what}${joined}${sayWindow(rule)}`;
}

function sayLine(condition: BehaviourCondition, options: SentenceOptions): string {
  const label = condition.field === "product_id" ? "product" : condition.field.replaceAll("_", " ");
  const kind = condition.field === "discount_depth" ? "share" : "text";
  const { operator, value } = condition;
  if (operator === "=" && typeof value !== "object") return `${label} ${sayValue(value, kind, options)}`;
  return `a ${label} that ${sayCondition(operator, value, kind, null, options)}`;
}

function sayWindow({ window }: BehaviourRule): string {
  if (window === null) return "";
  if ("days" in window) return window.days === 1 ? " on the last day" : ` in the last ${window.days} days`;
  if (window.from !== null && window.to !== null) return ` from ${window.from} to ${window.to}`;
  return window.from !== null ? ` since ${window.from}` : ` until ${window.to}`;
}

const lower = (label: string) => (/^[A-Z][a-z]/.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label);

function list(parts: readonly string[], conjunction: string): string {
  if (parts.length < 2) return parts.join("");
  return `${parts.slice(0, -1).join(", ")} ${conjunction} ${parts.at(-1)}`;
}
