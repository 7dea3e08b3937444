import type { OwnEvent } from "../../../shared/domain/own-model.ts";
import type { InputReference } from "../../../shared/domain/step.ts";
import { literal } from "../../engine/sql.ts";
import type { StepContext } from "../../engine/step-context.ts";
import { daySql } from "../../engine/zone-shifts.ts";

const sources: Readonly<Record<OwnEvent["kind"], InputReference>> = {
  purchase: { step: "purchase_lines", output: "lines" },
  return: { step: "purchase_returns", output: "returns" },
  message: { step: "activity", output: "message_events" },
  visit: { step: "activity", output: "web_events" },
  event: { step: "activity", output: "events" },
};

/** The table that an event stands in; under the alias `happenings`. */
export function eventSource({ kind }: OwnEvent): InputReference {
  return sources[kind];
}

const same = (column: string, value: string | undefined) =>
  value === undefined ? [] : [`lower(trim(${column})) = ${literal(value.trim().toLowerCase())}`];

/** SQL of the days on which the event happened to a customer: customer_id, day. Days, not times, count. */
export function eventDaysSql(event: OwnEvent, context: StepContext): string {
  const rows = context.relation("happenings");
  const at = daySql("occurred_at", context.brand.timeZone);
  const select = (day: string, conditions: readonly string[]) =>
    `SELECT DISTINCT customer_id, ${day} AS day FROM ${rows} WHERE ${["customer_id IS NOT NULL", ...conditions].join(" AND ")}`;
  switch (event.kind) {
    case "purchase": {
      const { category, product_id, brand } = event;
      const wanted = [...same("category", category), ...same("product_id", product_id), ...same("brand", brand)];
      return select("day", ["is_purchase", "quantity > 0", ...wanted]);
    }
    case "return":
      return select("known_on", ["known_on IS NOT NULL", "NOT coalesce(is_of_cancelled, false)"]);
    case "message":
      return select(at, [...same("event_type", event.type), "NOT coalesce(is_machine_open, false)"]);
    case "visit":
    case "event":
      return select(at, same("event_type", event.type));
  }
}
