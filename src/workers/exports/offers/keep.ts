import { join } from "node:path";
import type { Column } from "../../../shared/domain/column.ts";
import { findArtifact, publishArtifact } from "../../engine/artifact-store.ts";
import type { OpenSnapshot } from "../../query/session-pool.ts";
import { limited } from "./estimate.ts";
import { categoryName, type OfferInput, offerText, productFor, productsOf, workOut } from "./plan.ts";

const columns: readonly Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  { name: "offer", type: "VARCHAR" },
  { name: "offer_category", type: "VARCHAR" },
  { name: "offer_depth", type: "DOUBLE", unit: "share" },
  { name: "offer_product_id", type: "VARCHAR" },
  { name: "offer_product", type: "VARCHAR" },
  { name: "offer_expected_minor", type: "DOUBLE", unit: "minor" },
];

/** Makes a plan's table of who is offered what and keeps it under a key. */
export async function keepOffers(
  snapshot: OpenSnapshot,
  input: OfferInput,
  place: { readonly brandDir: string; readonly scratch: string; readonly key: string; readonly signal: AbortSignal },
) {
  const { brandDir, scratch, key, signal } = place;
  return snapshot.use(signal, async (session) => {
    const { inputs, options, chosen, totals, response } = await workOut(snapshot, session, input);
    const products = await productsOf(session, snapshot);
    const rows = Array.from(chosen.option)
      .filter((at) => at >= 0)
      .map((at) => {
        const customer = options.customer[at] ?? 0;
        const category = categoryName(inputs, options.category[at] ?? -1);
        const depth = options.depth[at] ?? 0;
        const product = productFor(inputs, customer, category, products);
        return {
          customer_id: inputs.people.ids[customer] ?? "",
          offer: offerText(category, depth),
          offer_category: category,
          offer_depth: depth,
          offer_product_id: product,
          offer_product: product === null ? null : (products.get(product)?.name ?? null),
          offer_expected_minor: Math.round(options.values[at] ?? 0),
        };
      });
    const { value, low, high } = limited(totals);
    const made = {
      customers: rows.length,
      basis: response.basis,
      spend_minor: Math.round(totals.cost),
      expected_minor: Math.round(value),
      expected_minor_low: Math.round(low),
      expected_minor_high: Math.round(high),
    };
    if (findArtifact(brandDir, key) || rows.length === 0) return made;
    const text = (name: keyof (typeof rows)[number]) => rows.map((row) => row[name] as string | null);
    const number = (name: keyof (typeof rows)[number]) => Float64Array.from(rows, (row) => Number(row[name]));
    const table = {
      rows: rows.length,
      columns: Object.fromEntries(
        columns.map(({ name, type }) => {
          const column = name as keyof (typeof rows)[number];
          return [name, type === "DOUBLE" ? number(column) : text(column)];
        }),
      ),
    };
    await session.load("offers_made", table, columns);
    const localPath = join(scratch, "offers.parquet");
    const written = await session.toParquet("SELECT * FROM offers_made ORDER BY customer_id", localPath);
    publishArtifact(brandDir, {
      key,
      step: "campaign_offers",
      version: 1,
      params: {},
      inputs: {},
      parts: {},
      seconds: 0,
      attempt: `offers-${key.slice(0, 12)}`,
      outputs: [{ name: "offers", kind: "parquet", localPath, rows: written }],
    });
    return made;
  });
}
