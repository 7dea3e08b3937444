import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom } from "../src/shared/base/random.ts";
import { fitBoostedTrees } from "../src/workers/numeric/boosted-trees.ts";
import { contributions } from "../src/workers/numeric/boosted-trees-contributions.ts";
import { predictResponses } from "../src/workers/numeric/boosted-trees-predict.ts";
import { auc } from "../src/workers/numeric/scoring.ts";

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

/** Peers on one core; each prints seconds of the fit, of that core, log loss and AUC on held-out rows, and seconds to predict them. */
const peers = {
  LightGBM: `
import lightgbm
def fit(x, y):
    params = dict(objective="binary", num_leaves=32, learning_rate=0.1, min_data_in_leaf=20, num_threads=1, verbose=-1, seed=1)
    return lightgbm.train(params, lightgbm.Dataset(x, y, params=params), 100)
def chance(model, v):
    return model.predict(v, num_threads=1)`,
  "scikit-learn": `
from sklearn.ensemble import HistGradientBoostingClassifier
def fit(x, y):
    return HistGradientBoostingClassifier(max_iter=100, max_leaf_nodes=32, learning_rate=0.1, early_stopping=False).fit(x, y)
def chance(model, v):
    return model.predict_proba(v)[:, 1]`,
};
const measure = `
import sys, time, numpy as np
from sklearn.metrics import log_loss, roc_auc_score
n, held, features = map(int, sys.argv[2:5])
raw = np.fromfile(sys.argv[1])
def cut(start, rows):
    part = raw[start:start + rows * (features + 1)].reshape(features + 1, rows)
    return np.ascontiguousarray(part[:-1].T), part[-1]
(x, y), (v, w) = cut(0, n), cut(n * (features + 1), held)
start, cpu = time.perf_counter(), time.process_time()
model = fit(x, y)
wall, busy = time.perf_counter() - start, time.process_time() - cpu
start = time.process_time()
p = chance(model, v)
print(wall, busy, log_loss(w, p), roc_auc_score(w, p), time.process_time() - start, flush=True)
`;

function logLoss(probability: Float64Array, target: Float64Array): number {
  return probability.reduce((sum, p, at) => sum - Math.log((target[at] ?? 0) === 1 ? p : 1 - p), 0) / target.length;
}

const cpuSince = (before: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};
const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
const [train, test] = [draw(n, 1), draw(held, 2)];
const folder = mkdtempSync(join(tmpdir(), "assay-bench-"));
const file = join(folder, "rows.bin");
const all = [...train.columns, train.target, ...test.columns, test.target];
writeFileSync(file, Buffer.concat(all.map(({ buffer }) => Buffer.from(buffer))));
const python = process.env.BENCH_PYTHON ?? "python3";
const present = Object.entries(peers).filter(([name, code]) => {
  const has = spawnSync(python, ["-c", `${code}\nimport sklearn`]).status === 0;
  if (!has) console.error(`${name} is not on this machine: the trees aren't compared with it`);
  return has;
});

for (let round = 0; round < rounds; round++) {
  globalThis.gc?.();
  const [start, before] = [performance.now(), process.cpuUsage()];
  const model = fitBoostedTrees(train, { minChildWeight: 5, l2: 0 });
  const [wall, busy] = [performance.now() - start, cpuSince(before)];
  const asked = process.cpuUsage();
  const predicted = predictResponses(model, test.columns);
  const answered = cpuSince(asked);
  const some = test.columns.map((column) => column.slice(0, 10_000));
  const began = performance.now();
  contributions(model, some);
  const explained = performance.now() - began;
  const happened = Array.from(test.target, (one) => one === 1);
  console.error(
    `${n} × ${features}: fit ${seconds(wall)} (${seconds(busy)} of one core), log loss ${logLoss(predicted, test.target).toFixed(5)}, AUC ${auc(predicted, happened).value.toFixed(5)}; ${held} predicted in ${seconds(answered)}, 10,000 explained in ${seconds(explained)}`,
  );
  for (const [name, code] of present) {
    const args = ["-c", code + measure, file, String(n), String(held), String(features)];
    const env = { ...process.env, OMP_NUM_THREADS: "1" };
    const said = spawnSync(python, args, { encoding: "utf8", env }).stdout.trim();
    const [theirs = 0, theirCpu = 0, loss = Number.NaN, area = Number.NaN, predicting = 0] = said
      .split(" ")
      .map(Number);
    console.error(
      `  ${name} on one core ${seconds(theirs * 1000)} (${seconds(theirCpu * 1000)} of it), log loss ${loss.toFixed(5)}, AUC ${area.toFixed(5)}; predicted in ${seconds(predicting * 1000)}. In seconds of a core: fit ${((theirCpu * 1000) / busy).toFixed(2)}, prediction ${((predicting * 1000) / answered).toFixed(2)} times as long`,
    );
  }
}
rmSync(folder, { recursive: true, force: true });
