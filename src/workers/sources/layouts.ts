import { recogniseGeneric } from "./generic-layout.ts";
import { amazon } from "./layouts/amazon.ts";
import { bigcommerce } from "./layouts/bigcommerce.ts";
import { ebay } from "./layouts/ebay.ts";
import { etsy } from "./layouts/etsy.ts";
import { ga4 } from "./layouts/ga4.ts";
import { klaviyo } from "./layouts/klaviyo.ts";
import { lightspeed } from "./layouts/lightspeed.ts";
import { magento } from "./layouts/magento.ts";
import { mailchimp } from "./layouts/mailchimp.ts";
import { maven } from "./layouts/maven.ts";
import { olist } from "./layouts/olist.ts";
import { paypal, stripe } from "./layouts/payments.ts";
import { segment } from "./layouts/segment.ts";
import { shopify } from "./layouts/shopify.ts";
import { shopifyApi } from "./layouts/shopify-api.ts";
import { snowplow } from "./layouts/snowplow.ts";
import { square } from "./layouts/square.ts";
import { woocommerce } from "./layouts/woocommerce.ts";
import type { ColumnProfile } from "./profile.ts";
import type { Recognised } from "./proposal.ts";
import { Sheet } from "./sheet.ts";

/** Layouts that a header tells. The first that knows a file has it. */
const layouts: readonly ((sheet: Sheet) => Recognised | undefined)[] = [
  shopify,
  shopifyApi,
  woocommerce,
  magento,
  bigcommerce,
  square,
  lightspeed,
  amazon,
  ebay,
  etsy,
  stripe,
  paypal,
  klaviyo,
  mailchimp,
  snowplow,
  ga4,
  segment,
  olist,
  maven,
];

/** What a file is, by its header and what its columns hold; the name decides where the header can't. */
export function recognise(
  fileName: string,
  columns: readonly ColumnProfile[],
  lists?: ReadonlyMap<string, readonly ColumnProfile[]>,
): Recognised {
  const sheet = new Sheet(fileName, columns, lists);
  for (const layout of layouts) {
    const found = layout(sheet);
    if (found) return found;
  }
  return recogniseGeneric(sheet);
}
