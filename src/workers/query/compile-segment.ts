import { AssayError } from "../../shared/base/errors.ts";
import { type GroupNode, readSegment, type SegmentNode } from "../../shared/domain/segment-rules.ts";
import type { Session } from "../engine/duckdb.ts";
import { ident } from "../engine/sql.ts";
import { checkExpression } from "./check-expression.ts";
import { compileBehaviour } from "./compile-behaviour.ts";
import { compileCondition, valueKindOf } from "./compile-value.ts";
import type { ColumnTypes } from "./snapshot.ts";

/** A segment's rule as it is kept: a tree, or an expression over `profiles`. */
export interface Definition {
  readonly where?: unknown;
  readonly sql?: string | undefined;
}
/** Rules of all segments by name, for rules that name one. */
export type SegmentLookup = Readonly<Record<string, Definition>>;

export interface CompileContext {
  readonly session: Session;
  readonly columns: ColumnTypes;
  readonly asOf: string;
  readonly segments: SegmentLookup;
  /** SQL over `profiles` for the given share of those outside a segment who behave most like it; `predicate` is the segment's. */
  readonly alikeTo?: (segment: string, predicate: string, share: number) => Promise<string>;
}

/** A rule as boolean SQL over `profiles`, never NULL. */
export type CompiledNode =
  | { readonly kind: "leaf"; readonly sql: string }
  | {
      readonly kind: "group";
      readonly combinator: "and" | "or";
      readonly not: boolean;
      readonly nodes: readonly CompiledNode[];
    };

const maximumNesting = 10;

/** Compiles a definition to SQL over `profiles` whose names come from closed lists and whose values are escaped.
 *  A rule on an unknown value doesn't hold; `not` turns a group round, so it holds for the unknown.
 *  Throws bad_input for what isn't a rule (naming path and field), not_found for an unknown segment, conflict for a circle. */
export async function compileSegment(definition: Definition, context: CompileContext): Promise<CompiledNode> {
  return compileDefinition(definition, context, []);
}

async function compileDefinition(
  definition: Definition,
  context: CompileContext,
  within: readonly string[],
): Promise<CompiledNode> {
  if (definition.sql !== undefined && definition.sql !== "") {
    return leaf(await checkExpression(context.session, definition.sql));
  }
  return compileNode(readSegment(definition.where ?? { combinator: "and", rules: [] }), context, within);
}

const leaf = (sql: string): CompiledNode => ({ kind: "leaf", sql: `coalesce(${sql}, false)` });

async function compileNode(
  node: SegmentNode,
  context: CompileContext,
  within: readonly string[],
): Promise<CompiledNode> {
  switch (node.kind) {
    case "group":
      return compileGroup(node, context, within);
    case "behaviour":
      return leaf(compileBehaviour(node, context.asOf));
    case "segment": {
      const inside = predicateOf(await compileMembership(node.segment, context, within));
      if (node.alike !== null) return leaf(await alike(node.segment, inside, node.alike, context));
      return leaf(node.isIn ? inside : `NOT (${inside})`);
    }
    case "field": {
      const type = context.columns.get(node.field);
      if (type === undefined) {
        throw new AssayError(
          "bad_input",
          `profiles has no column ${node.field.slice(0, 60)}.`,
          "Choose a column that the profile has.",
          {
            field: node.field.slice(0, 60),
          },
        );
      }
      return leaf(
        `(${compileCondition({ name: node.field, sql: ident(node.field), kind: valueKindOf(type) }, node.operator, node.value)})`,
      );
    }
  }
}

async function alike(segment: string, inside: string, share: number, { alikeTo }: CompileContext): Promise<string> {
  if (!alikeTo) throw new AssayError("unsupported", "Who is alike isn't known here.", "Ask it of a snapshot.");
  return alikeTo(segment, inside, share);
}

async function compileGroup(
  group: GroupNode,
  context: CompileContext,
  within: readonly string[],
): Promise<CompiledNode> {
  const nodes: CompiledNode[] = [];
  for (const rule of group.rules) nodes.push(await compileNode(rule, context, within));
  return { kind: "group", combinator: group.combinator, not: group.not, nodes };
}

async function compileMembership(
  name: string,
  context: CompileContext,
  within: readonly string[],
): Promise<CompiledNode> {
  if (!Object.hasOwn(context.segments, name)) {
    throw new AssayError("not_found", `There is no segment ${name.slice(0, 63)}.`, "Choose a segment that exists.");
  }
  if (within.includes(name)) {
    throw new AssayError(
      "conflict",
      `The segment ${name} contains itself: ${[...within, name].join(" → ")}.`,
      "Take one of them out.",
    );
  }
  if (within.length >= maximumNesting) {
    throw new AssayError("bad_input", `Segments are nested more than ${maximumNesting} deep.`, "Flatten them.");
  }
  return compileDefinition(context.segments[name] ?? {}, context, [...within, name]);
}

/** The whole rule as one boolean expression; an empty "and" holds for all, an empty "or" for nobody. */
export function predicateOf(node: CompiledNode): string {
  if (node.kind === "leaf") return node.sql;
  const joined =
    node.nodes.length === 0
      ? String(node.combinator === "and")
      : node.nodes.map((one) => `(${predicateOf(one)})`).join(node.combinator === "and" ? " AND " : " OR ");
  return node.not ? `NOT (${joined})` : joined;
}
