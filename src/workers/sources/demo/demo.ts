import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { AssayError, throwIfCancelled } from "../../../shared/base/errors.ts";
import { createRandom, type Random } from "../../../shared/base/random.ts";
import type { DemoShop } from "./basket.ts";
import { allDays, firstDay, lastDay, nights } from "./calendar.ts";
import { runCampaigns, writeCampaigns } from "./campaigns.ts";
import { categories, type DemoProduct, makeBundles, makeConsumables, makeProducts } from "./catalogue.ts";
import { writePeople } from "./crm.ts";
import { makeReaders, writeMail } from "./mail.ts";
import { type DemoOrder, live, passer } from "./orders.ts";
import { makePerson } from "./people.ts";
import { writeShop } from "./shop.ts";
import { writeStores } from "./stores.ts";
import { writeTable } from "./tables.ts";
import { writeThirdParty } from "./third-party.ts";
import { writeTills } from "./tills.ts";
import { type DemoTruth, writeTruth } from "./truth.ts";
import { makeVisitors, writeWeb } from "./web.ts";

export interface DemoOptions {
  readonly customers?: number | undefined;
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

const anonymousShare = 0.25;

/** Makes the exports of Hollin & Pike, a made-up fashion and home shop: tills, a web shop, CRM, loyalty, products, stores
 *  and a suppression list of 30 months, e-mails and visits of the last six, campaigns with a holdout, thirty nightly deliveries in `updates/`, with the mess that real exports have; and the
 *  truth beside them in `truth/`. Equal options give equal bytes. Taking all at once gives what night by night gives: what
 *  replaces an earlier row lies in a file further down in the alphabet. */
export async function makeDemo(folder: string, options: DemoOptions = {}): Promise<{ files: string[] }> {
  const { customers = 20_000, seed = 1, signal } = options;
  if (!Number.isInteger(customers) || customers < 1 || customers > 100_000) {
    throw new AssayError("bad_input", `The demo can't have ${customers} customers.`, "Ask for 1 to 100,000.");
  }
  const random = createRandom(seed, "demo");
  const products = makeProducts(random.split("products"));
  const shop: DemoShop = {
    shelves: categories.map(({ name }) => products.filter(({ category }) => category === name)),
    consumables: makeConsumables(random.split("consumables")),
    bundles: makeBundles(products),
  };
  const lives = await makePeople(random, shop, { ...options, customers });
  const { truths, assignments } = runCampaigns(random.split("campaigns"), lives, shop);
  const people = truths.map(({ person }) => person);
  const named = truths.flatMap(({ life }) => life?.orders ?? []);
  const orders = [...named, ...strangers(random.split("strangers"), named, shop)];
  orders.sort((a, b) => a.day - b.day || a.minute - b.minute);
  throwIfCancelled(signal);
  const files = await writeTills(folder, orders, random.split("tills"));
  throwIfCancelled(signal);
  files.push(...writeShop(folder, orders, people, random.split("shop")));
  throwIfCancelled(signal);
  const readers = makeReaders(random, people);
  const visitors = makeVisitors(random, truths);
  const mail = writeMail(folder, readers, random);
  files.push(
    ...mail.files,
    ...writeWeb(folder, visitors, { clicks: mail.clicks, shop, random }),
    ...writeCampaigns(folder, assignments),
    ...writeThirdParty(folder, people, random),
    ...writePeople(folder, people, random.split("systems")),
    writeProducts(folder, [...products, ...shop.consumables]),
    writeStores(folder),
    ...writeTruth(folder, { truths, readers, visitors, assignments, shop }),
  );
  writeFileSync(join(folder, "README.md"), readme(customers));
  options.onProgress?.(customers, customers);
  return { files: files.sort() };
}

async function makePeople(
  random: Random,
  shop: DemoShop,
  options: DemoOptions & { customers: number },
): Promise<DemoTruth[]> {
  const { customers, signal, onProgress } = options;
  const truths: DemoTruth[] = [];
  const prospects = Math.round(customers * 0.03);
  for (let n = 0; n < customers + prospects; n++) {
    if (n % 500 === 0) {
      throwIfCancelled(signal);
      onProgress?.(Math.min(n, customers), customers);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const own = random.split(`person ${n}`);
    const before = truths[n - 1]?.person;
    const { consumables } = shop;
    const person = makePerson(own, { n, days: allDays, before, isProspect: n >= customers, consumables });
    truths.push({ person, life: person.isProspect ? null : live(own.split("life"), person, shop) });
  }
  return truths;
}

/** As many nameless till sales as bring their share to a quarter. */
function strangers(random: Random, orders: readonly DemoOrder[], shop: DemoShop): DemoOrder[] {
  const atTills = orders.filter(({ isShop }) => !isShop);
  const nameless = atTills.filter(({ email, showsCard }) => email === "" && !showsCard).length;
  const missing = Math.max(0, Math.round((anonymousShare * atTills.length - nameless) / (1 - anonymousShare)));
  return Array.from({ length: missing }, () => passer(random, shop));
}

function writeProducts(folder: string, products: readonly DemoProduct[]): string {
  const pence = (minor: number) => (minor / 100).toFixed(2);
  const rows = products.map((one) => [
    one.sku,
    one.name,
    one.category,
    one.subcategory,
    one.brand,
    one.sizes.length > 0 ? `${one.sizes[0]}-${one.sizes.at(-1)}` : "",
    one.colour,
    pence(one.listMinor),
    pence(one.costMinor),
    "GBP",
  ]);
  return writeTable(
    join(folder, "products", "products.csv"),
    ["sku", "name", "category", "subcategory", "brand", "size", "colour", "list_price", "cost", "currency"],
    rows,
  );
}

function readme(customers: number): string {
  return `# Hollin & Pike

Exports of a fashion and home shop that does not exist: ${customers} shoppers, ${firstDay} to ${lastDay}, and ${nights} nightly
deliveries after it in \`updates/\`. Add the whole folder as one source, or the other folders first and a night at a time.

\`truth/\` is no delivery: it says who is who in each system (\`people.csv\`), who was still a customer on the last night and
what drives each of them (\`customers.csv\`: rate and regularity of purchases, price tier, discount sensitivity and the mean
depth of store-wide reductions that each met, return propensity), every customer's taste by category (\`taste.csv\`), sizes,
favourite colours, the nearest store, tier and income band (\`traits.csv\`), how each subscriber deals with e-mails and each visitor
with the web shop (\`engagement.csv\`), what each campaign adds to the chance of a purchase within 30 days (\`uplift.csv\`), what is
bought again in which rhythm (\`replenishment.csv\`) and what is bought together (\`bundles.csv\`).
`;
}
