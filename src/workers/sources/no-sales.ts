import type { Headings } from "./headings.ts";
import { plainHeader } from "./synonyms.ts";

const word = (words: string) => new RegExp(`(?:^|[^a-z])(?:${words})(?=[^a-z]|$)`);

/** Files of what was wished for or offered, and bought only perhaps. */
const wishes = word(
  "abandoned|wish_?lists?|quotes?|quotations?|drafts?|angebote?|merkzettel|merkliste|devis|favou?rites",
);
const carts = word("(?:shopping_?)?carts?|checkouts?|warenkorb|warenkoerbe|paniers?");
const cartNumber = /^(?:cart|checkout|quote|wishlist|draft)(?:id|no|number|token)$/;

/** Whether rows with goods, prices and customers are of carts and wishes: as purchases they would count people as buyers who bought nothing. */
export function isOfWishes(headings: Headings): boolean {
  if (wishes.test(headings.fileName)) return true;
  if (headings.find("order_id") !== undefined) return false;
  return carts.test(headings.fileName) || headings.names.some((name) => cartNumber.test(plainHeader(name)));
}

const parts = word(
  "discounts?|coupons?|vouchers?|promotions?|promo_?codes?|rabatte?|gutscheine?|remises?|shipments?|deliveries|fulfilments?|fulfillments?",
);

/** Whether an amount beside the number of an order is a part of what it came to, such as a reduction: taken for the order's it would replace that. */
export function isOfPart(headings: Headings): boolean {
  return parts.test(headings.fileName) && !headings.has("order_amount", "order_gross");
}
