import { readSegment } from "../../../shared/domain/segment-rules.ts";
import type { BehaviourNode } from "./tree.ts";

export interface BehaviourDraft {
  readonly event: "order" | "return";
  readonly aggregate: "count" | "sum" | "quantity";
  readonly operator: string;
  readonly value: number;
  readonly category: string;
  readonly days: number | null;
}

export const startingBehaviour: BehaviourNode = {
  behaviour: { event: "order", aggregate: "count", operator: ">=", value: 2, window: { days: 365 } },
};

/** A behaviour as the row shows it; null where it asks for more than the row can. */
export function behaviourDraft(node: BehaviourNode): BehaviourDraft | null {
  const [rule] = readSegment({ combinator: "and", rules: [node] }).rules;
  if (rule?.kind !== "behaviour" || rule.value.length !== 1 || rule.where.length > 1) return null;
  const [condition] = rule.where;
  if (
    condition &&
    (condition.field !== "category" || condition.operator !== "=" || typeof condition.value !== "string")
  )
    return null;
  if (rule.window !== null && !("days" in rule.window)) return null;
  return {
    event: rule.event,
    aggregate: rule.aggregate,
    operator: rule.operator,
    value: rule.value[0] ?? 1,
    category: typeof condition?.value === "string" ? condition.value : "",
    days: rule.window === null ? null : rule.window.days,
  };
}

export function behaviourNode({ event, aggregate, operator, value, category, days }: BehaviourDraft): BehaviourNode {
  return {
    behaviour: {
      event,
      aggregate,
      operator,
      value,
      ...(category === "" ? {} : { where: [{ field: "category", operator: "=", value: category }] }),
      ...(days === null ? {} : { window: { days } }),
    },
  };
}
