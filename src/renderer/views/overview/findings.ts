import type { Overview } from "../../../shared/api/contract/customers.ts";
import type { Periods } from "../../../shared/api/contract/periods.ts";
import { share } from "../../format/format.ts";

type Change = NonNullable<Overview["change"]>;

const more: Readonly<Record<string, readonly [string, string]>> = {
  buyers: ["more buyers", "fewer buyers"],
  orders_each: ["more orders each", "fewer orders each"],
  items_per_order: ["larger baskets", "smaller baskets"],
  price_per_item: ["higher prices", "lower prices"],
};

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** What the waterfall shows, in words that its parts bear out: the largest force, and the largest against it where it counts
 *  for a quarter or more. */
export function changeFinding(change: Change): string {
  const total = change.now_minor - change.before_minor;
  const ranked = [...change.parts].sort((a, b) => Math.abs(b.effect_minor) - Math.abs(a.effect_minor));
  const forces = ranked.filter(
    ({ effect_minor }) => effect_minor !== 0 && Math.sign(effect_minor) === Math.sign(total),
  );
  const against = ranked.filter(
    ({ effect_minor }) => effect_minor !== 0 && Math.sign(effect_minor) === -Math.sign(total),
  );
  const [force] = forces;
  if (total === 0 || !force) return "Revenue stayed as it was";
  const word = ({ name, effect_minor }: Change["parts"][number]) => more[name]?.[effect_minor > 0 ? 0 : 1] ?? name;
  const [counter] = against;
  if (counter && Math.abs(counter.effect_minor) * 4 >= Math.abs(force.effect_minor))
    return sentence(`${word(force)} outweighed ${word(counter)}`);
  return sentence(`${word(force)} brought revenue ${total > 0 ? "up" : "down"}`);
}

/** The active stage's part of the base and of its expected value. */
export function stagesFinding(overview: Pick<Overview, "stages" | "total">): string {
  const active = overview.stages.find(({ stage }) => stage === "active");
  const whole = overview.total.value?.value ?? 0;
  if (!active || active.customers === 0) return "Customers by lifecycle stage";
  const ofBase = `Active customers are ${share(active.share, 0)} of the base`;
  return active.value && whole > 0
    ? `${ofBase} and ${share(active.value.value / whole, 0)} of its expected value`
    : ofBase;
}

/** The latest period that is over, beside the year before; of the one that runs, what it is so far. */
export function periodsFinding({ periods }: Pick<Periods, "periods">): string {
  const compared = periods.filter(({ before }) => before !== null && before.revenue_minor > 0);
  const told = compared.filter(({ is_open }) => !is_open).at(-1) ?? compared.at(-1);
  if (!told?.before) return "Revenue by fiscal period";
  const change = told.revenue_minor / told.before.revenue_minor - 1;
  const which = told.is_open ? `${told.label} so far` : told.label;
  if (Math.abs(change) < 0.0005) return `${which} brought as much as a year before`;
  return `${which} brought ${share(Math.abs(change))} ${change > 0 ? "more" : "less"} than a year before`;
}
