import { recogniseGeneric } from "./generic-layout.ts";
import type { ColumnProfile } from "./profile.ts";
import type { Recognised } from "./proposal.ts";
import { relationalLayouts } from "./relational-layouts.ts";
import { shopifyCustomers, shopifyOrders } from "./shopify-layouts.ts";
import { plainHeader } from "./synonyms.ts";

/** What a file is, by its header and what its columns hold; the name decides where the header can't. */
export function recognise(fileName: string, columns: readonly ColumnProfile[]): Recognised {
  const headers = columns.map(({ name }) => name);
  const plain = new Set(headers.map(plainHeader));
  const has = (...names: string[]) => names.every((name) => plain.has(name));
  if (has("lineitemquantity", "lineitemprice", "financialstatus", "name")) return shopifyOrders(headers);
  if (has("acceptsemailmarketing", "totalspent") || has("acceptsemailmarketing", "defaultaddressaddress1"))
    return shopifyCustomers(headers);
  for (const recogniseRelational of relationalLayouts) {
    const found = recogniseRelational(fileName, headers);
    if (found) return found;
  }
  return recogniseGeneric(fileName, columns);
}
