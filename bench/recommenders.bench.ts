import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom } from "../src/shared/base/random.ts";
import type { ColumnTable } from "../src/shared/domain/column.ts";
import { defaultsOf } from "../src/shared/domain/params.ts";
import { productAffinity } from "../src/workers/models/preferences/product-affinity.ts";
import { recommenders } from "../src/workers/models/preferences/product-recommend.ts";
import { fitImplicitAls } from "../src/workers/numeric/implicit-als.ts";

const customers = Number(process.env.BENCH_CUSTOMERS ?? 100_000);
const products = Number(process.env.BENCH_PRODUCTS ?? 20_000);
const [factors, iterations, alpha, regularisation] = [16, 6, 20, 5];

/** Histories of about 20 products; a hundred tastes, products of each bought by a power law. */
function draw(): Int32Array[] {
  const random = createRandom(1, "recommenders");
  const perTaste = Math.floor(products / 100);
  return Array.from({ length: customers }, () => {
    const taste = random.below(100);
    const own = new Set<number>();
    const wanted = 5 + random.below(30);
    for (let k = 0; k < wanted; k++) {
      const at = Math.min(perTaste - 1, Math.floor(perTaste * random.next() ** 2.5));
      own.add((random.next() < 0.8 ? taste : random.below(100)) * perTaste + at);
    }
    return Int32Array.from(own);
  });
}

/** implicit's alternating least squares by Cholesky's method on one core; prints seconds and greatest resident megabytes. */
const peer = `
import sys, time, resource, numpy as np, scipy.sparse as sp
from implicit.cpu.als import AlternatingLeastSquares
customers, products, factors, iterations = map(int, sys.argv[2:6])
raw = np.fromfile(sys.argv[1], dtype=np.int32).reshape(-1, 2)
matrix = sp.csr_matrix((np.ones(len(raw), dtype=np.float32), (raw[:, 0], raw[:, 1])), shape=(customers, products))
model = AlternatingLeastSquares(factors=factors, iterations=iterations, alpha=${alpha}, regularization=${regularisation}, use_cg=False, num_threads=1, random_state=1)
start, busy = time.perf_counter(), time.process_time()
model.fit(matrix, show_progress=False)
print(time.perf_counter() - start, time.process_time() - busy, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
`;

const seconds = (micro: number) => `${(micro / 1e6).toFixed(2)} s CPU`;
const megabytes = () => `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB at most`;

function timed<T>(name: string, work: () => T): T {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  console.log(`${name}: ${seconds(user + system)}, ${megabytes()}`);
  return result;
}

const histories = draw();
const names = Array.from({ length: products }, (_, at) => `p${String(at).padStart(6, "0")}`);
const lists = histories.map((own) => Array.from(own, (product) => names[product] ?? ""));
const ids = histories.map((_, at) => `c${String(at).padStart(7, "0")}`);
const buyers = new Float64Array(products);
for (const own of histories) for (const product of own) buyers[product] = (buyers[product] ?? 0) + 1;
const table = (columns: ColumnTable["columns"], rows: number): ColumnTable => ({ rows, columns });
const inputs = {
  histories: table(
    { customer_id: ids, products: lists, n_products: Float64Array.from(histories, (own) => own.length) },
    customers,
  ),
  popularity: table(
    { product_id: names, n_buyers: buyers, n_recent_buyers: buyers, n_repeat_buyers: buyers.map((n) => n / 10) },
    products,
  ),
  baskets: basketDays(),
};
/** Four products a basket, a week apart, the latest of the history last. */
function basketDays(): ColumnTable {
  const [owner, day, own]: [string[], number[], string[][]] = [[], [], []];
  for (const [at, list] of lists.entries()) {
    const oldest = [...list].reverse();
    for (let from = 0; from < oldest.length; from += 4) {
      owner.push(ids[at] ?? "");
      day.push(20_000 + (7 * from) / 4);
      own.push(oldest.slice(from, from + 4));
    }
  }
  return table({ customer_id: owner, day: Float64Array.from(day), products: own }, owner.length);
}

const context = { horizonDays: 365, purchaseHorizonDays: 90, seed: 1, throwIfCancelled: () => undefined };
const holdings = histories.reduce((sum, own) => sum + own.length, 0);
console.log(`${customers} customers, ${products} products, ${holdings} holdings`);
for (const recommender of (process.env.BENCH_RECOMMENDERS ?? recommenders.join(",")).split(",").filter(Boolean)) {
  const params = { ...defaultsOf(productAffinity.params), recommender };
  const fitted = timed(`product_affinity by ${recommender}, fit`, () => productAffinity.fit(inputs, params, context));
  timed(`product_affinity by ${recommender}, score of everybody`, () =>
    productAffinity.score(inputs, fitted, params, context),
  );
}
const later = histories.map((own) => Array.from(own.slice(0, 2), (product) => names[product] ?? ""));
const after = { products: table({ customer_id: ids, products: later }, customers) };
timed("the choice at one cut: all four fitted and held against what followed, on draws", () =>
  productAffinity.contest?.trial?.(inputs, after, defaultsOf(productAffinity.params), context),
);
timed(`implicit ALS, ${factors} factors, ${iterations} rounds`, () =>
  fitImplicitAls(histories, products, { factors, iterations, alpha, regularisation, seed: 1 }),
);

const python = process.env.BENCH_PYTHON ?? "python3";
if (spawnSync(python, ["-c", "import implicit"]).status === 0) {
  const folder = mkdtempSync(join(tmpdir(), "assay-bench-"));
  const file = join(folder, "holdings.bin");
  const pairs = new Int32Array(holdings * 2);
  let at = 0;
  for (const [customer, own] of histories.entries())
    for (const product of own) {
      pairs[at++] = customer;
      pairs[at++] = product;
    }
  writeFileSync(file, Buffer.from(pairs.buffer));
  const env = { ...process.env, OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1" };
  const found = spawnSync(python, ["-c", peer, file, ...[customers, products, factors, iterations].map(String)], {
    env,
    encoding: "utf8",
  });
  const [wall = 0, busy = 0, most = 0] = found.stdout.trim().split(" ").map(Number);
  console.log(
    `implicit's: ${wall.toFixed(2)} s, ${busy.toFixed(2)} s CPU, ${most.toFixed(0)} MB at most ${found.stderr.slice(-200)}`,
  );
  rmSync(folder, { recursive: true });
} else console.error("implicit is not on this machine: ALS has no peer to be compared with");
