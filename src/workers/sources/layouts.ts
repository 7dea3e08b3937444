import { recogniseGeneric } from "./generic-layout.ts";
import { ga4 } from "./layouts/ga4.ts";
import { klaviyo } from "./layouts/klaviyo.ts";
import { magento } from "./layouts/magento.ts";
import { mailchimp } from "./layouts/mailchimp.ts";
import { maven } from "./layouts/maven.ts";
import { olist } from "./layouts/olist.ts";
import { shopify } from "./layouts/shopify.ts";
import { shopifyApi } from "./layouts/shopify-api.ts";
import { snowplow } from "./layouts/snowplow.ts";
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
  klaviyo,
  mailchimp,
  snowplow,
  ga4,
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
