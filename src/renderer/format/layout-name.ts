const platforms: Readonly<Record<string, string>> = {
  bigcommerce: "BigCommerce",
  ebay: "eBay",
  ga4: "Google Analytics 4",
  generic: "Plain table",
  paypal: "PayPal",
  unknown: "Not recognised",
  woocommerce: "WooCommerce",
};

/** A file's layout as people call it: "shopify-customers" is "Shopify, customers". */
export function layoutName(layout: string): string {
  const [platform = "", ...part] = layout.split(/[-_]/);
  const name = platforms[platform] ?? platform.charAt(0).toUpperCase() + platform.slice(1);
  return part.length === 0 ? name : `${name}, ${part.join(" ")}`;
}
