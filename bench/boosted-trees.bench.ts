import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom } from "../src/shared/base/random.ts";
import { fitBoostedTrees } from "../src/workers/numeric/boosted-trees.ts";
import { contributions } from "../src/workers/numeric/boosted-trees-contributions.ts";
import { predictResponses } from "../src/workers/numeric/boosted-trees-predict.ts";

const n = Number(process.env.BENCH_ROWS ?? 1_000_000);
const held = 200_000;
const features = 20;
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);

/** Normal, skewed, whole and partly missing columns; a chance with steps, interactions and a wave. */
function draw(rows: number, seed: number): { columns: Float64Array[]; target: Float64Array } {
  const random = createRandom(seed, "trees");
  const columns = Array.from({ length: features }, () => new Float64Array(rows));
  const target = new Float64Array(rows);
  const value = (feature: number, row: number) => columns[feature]?.[row] ?? 0;
  for (let row = 0; row < rows; row++) {
    columns.forEach((column, feature) => {
      const kind = feature % 4;
      const drawn =
        kind === 0
          ? random.normal()
          : kind === 1
            ? random.exponential(1)
            : kind === 2
              ? random.below(12)
              : random.next();
      column[row] = feature === 7 && random.next() < 0.2 ? Number.NaN : drawn;
    });
    const missing = Number.isNaN(value(7, row));
    const margin =
      value(0, row) * (value(2, row) > 5 ? 1.2 : 0.2) +
      Math.sin(6 * value(3, row)) +
      (value(1, row) > 1.2 && value(4, row) > 0 ? 1.2 : -0.4) +
      (missing ? 0.8 : (value(7, row) - 0.5) ** 2 * 4) -
      0.6 * value(5, row) * value(11, row);
    target[row] = random.next() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
  }
  return { columns, target };
}

/** scikit-learn's trees of the same kind on one core; prints seconds and log loss by round. */
const peer = `
import sys, time, numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss
n, held, features, rounds = map(int, sys.argv[2:6])
raw = np.fromfile(sys.argv[1])
def cut(start, rows):
    part = raw[start:start + rows * (features + 1)].reshape(features + 1, rows)
    return np.ascontiguousarray(part[:-1].T), part[-1]
(x, y), (v, w) = cut(0, n), cut(n * (features + 1), held)
for _ in range(rounds):
    start, cpu = time.perf_counter(), time.process_time()
    model = HistGradientBoostingClassifier(max_iter=100, max_leaf_nodes=32, learning_rate=0.1, early_stopping=False).fit(x, y)
    wall, busy = time.perf_counter() - start, time.process_time() - cpu
    print(wall, busy, log_loss(w, model.predict_proba(v)[:, 1]), flush=True)
`;

function logLoss(probability: Float64Array, target: Float64Array): number {
  return probability.reduce((sum, p, at) => sum - Math.log((target[at] ?? 0) === 1 ? p : 1 - p), 0) / target.length;
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
const [train, test] = [draw(n, 1), draw(held, 2)];
const folder = mkdtempSync(join(tmpdir(), "assay-bench-"));
const file = join(folder, "rows.bin");
const all = [...train.columns, train.target, ...test.columns, test.target];
writeFileSync(file, Buffer.concat(all.map(({ buffer }) => Buffer.from(buffer))));
const python = process.env.BENCH_PYTHON ?? "python3";
const hasPeer = spawnSync(python, ["-c", "import sklearn"]).status === 0;
if (!hasPeer) console.error("scikit-learn is not on this machine: the trees have no peer to be compared with");

for (let round = 0; round < rounds; round++) {
  globalThis.gc?.();
  const [start, before] = [performance.now(), process.cpuUsage()];
  const model = fitBoostedTrees(train, { minChildWeight: 5, l2: 0 });
  const [wall, busy] = [performance.now() - start, process.cpuUsage(before)];
  const asked = performance.now();
  const predicted = predictResponses(model, test.columns);
  const answered = performance.now() - asked;
  const some = test.columns.map((column) => column.slice(0, 10_000));
  const began = performance.now();
  contributions(model, some);
  const explained = performance.now() - began;
  console.error(
    `${n} × ${features}: fit ${seconds(wall)} (${seconds((busy.user + busy.system) / 1000)} of one core), log loss ${logLoss(predicted, test.target).toFixed(5)}; ${held} predicted in ${seconds(answered)}, 10,000 explained in ${seconds(explained)}`,
  );
  if (!hasPeer) continue;
  const args = ["-c", peer, file, String(n), String(held), String(features), "1"];
  const env = { ...process.env, OMP_NUM_THREADS: "1" };
  const said = spawnSync(python, args, { encoding: "utf8", env }).stdout.trim();
  const [theirs = Number.NaN, theirCpu = Number.NaN, theirLoss = Number.NaN] = said.split(" ").map(Number);
  console.error(
    `  scikit-learn on one core ${seconds(theirs * 1000)} (${seconds(theirCpu * 1000)} of it), log loss ${theirLoss.toFixed(5)}: ${(theirs / (wall / 1000)).toFixed(2)} times as long`,
  );
}
rmSync(folder, { recursive: true, force: true });
