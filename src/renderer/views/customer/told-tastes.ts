import type { Customer } from "../../../shared/api/contract/customers.ts";

/** A customer's preferences without those whose model isn't proven: empty, with that as the reason. */
export function toldTastes(data: Customer, isTold: (column: string) => boolean): Customer {
  const keep = <T>(column: string, values: T[]): T[] => (isTold(column) ? values : []);
  const hidden = Object.keys(data.profile).filter((column) => !isTold(column));
  const { reasons } = data.profile;
  const why = typeof reasons === "object" && reasons !== null && !Array.isArray(reasons) ? reasons : {};
  return {
    ...data,
    profile: {
      ...data.profile,
      ...Object.fromEntries(hidden.map((column) => [column, null])),
      reasons: { ...why, ...Object.fromEntries(hidden.map((column) => [column, "unproven"])) },
    },
    categories: keep("top_category", data.categories),
    brands: keep("top_brand", data.brands),
    channels: keep("channel_preference", data.channels),
    products: keep("top_products", data.products),
    next_basket: keep("next_basket", data.next_basket),
    due: keep("replenish_on", data.due),
    sizes: keep("size_preference", data.sizes),
    habits: data.habits.filter(({ name }) => isTold(name)),
  };
}
