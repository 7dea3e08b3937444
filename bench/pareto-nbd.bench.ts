import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom } from "../src/shared/base/random.ts";
import { scorePurchases } from "../src/workers/models/lifecycle/btyd-model.ts";
import { paretoNbdFamily } from "../src/workers/models/lifecycle/purchase-family.ts";
import { compressSummary } from "../src/workers/numeric/compress.ts";
import { fitPareto } from "../src/workers/numeric/pareto-nbd-fit.ts";

const n = Number(process.env.BENCH_CUSTOMERS ?? 1_000_000);
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);

/** Histories in days as Pareto/NBD draws them, of customers who came over two years. */
function draw(): { frequency: Float64Array; recency: Float64Array; tAge: Float64Array } {
  const random = createRandom(7, "bench");
  const [frequency, recency, tAge] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  for (let at = 0; at < n; at++) {
    const pause = 1 / random.gamma(0.55, 1 / 40);
    const life = random.exponential(1 / random.gamma(0.6, 1 / 80));
    const age = 1 + random.below(730);
    for (let time = random.exponential(pause); time < Math.min(age, life); time += random.exponential(pause)) {
      const day = Math.ceil(time);
      if (day > (recency[at] ?? 0)) {
        recency[at] = day;
        frequency[at] = (frequency[at] ?? 0) + 1;
      }
    }
    tAge[at] = age;
  }
  return { frequency, recency, tAge };
}

/** SciPy's L-BFGS-B with a numerical gradient on the likelihood with one row a customer, as lifetimes has it; prints seconds,
 *  parameters and the mean negative log-likelihood. Start and tolerance are those of the fit here. */
const peer = `
import sys, time, numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln, hyp2f1
x, tx, T = np.fromfile(sys.argv[1]).reshape(3, -1)
def nll(p):
    r, alpha, s, beta = np.exp(p)
    high, low = max(alpha, beta), min(alpha, beta)
    t = s + 1 if alpha >= beta else r + x
    rsx = r + s + x
    z = lambda at: (high - low) / (high + at)
    first = np.log(hyp2f1(rsx, t, rsx + 1, z(tx))) - rsx * np.log(high + tx)
    second = np.log(hyp2f1(rsx, t, rsx + 1, z(T))) - rsx * np.log(high + T)
    gone = first + np.log1p(-np.exp(np.minimum(second - first, -1e-15)))
    alive = -(r + x) * np.log(alpha + T) - s * np.log(beta + T)
    return -(gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + np.logaddexp(alive, np.log(s / rsx) + gone)).mean()
unit = T.max() / 40
start = time.perf_counter()
found = minimize(nll, np.array([-0.5, 2 + np.log(unit), -0.5, 2.3 + np.log(unit)]), method="L-BFGS-B", options={"ftol": 1e-12, "gtol": 1e-8})
print(time.perf_counter() - start, *np.exp(found.x), found.fun, found.nfev)
`;

function timed<T>(body: () => T): { ms: number; result: T } {
  const start = performance.now();
  const result = body();
  return { ms: performance.now() - start, result };
}

const { frequency, recency, tAge } = draw();
const folder = mkdtempSync(join(tmpdir(), "assay-bench-"));
const file = join(folder, "summary.bin");
writeFileSync(file, Buffer.concat([frequency, recency, tAge].map(({ buffer }) => Buffer.from(buffer))));
const python = process.env.BENCH_PYTHON ?? "python3";
const hasPeer = spawnSync(python, ["-c", "import scipy"]).status === 0;
if (!hasPeer) console.error("SciPy is not on this machine: the fit has no peer to be compared with");

const show = (values: readonly number[]) => values.map((value) => value.toPrecision(6)).join(" ");
console.error(`${n} customers, ${compressSummary(frequency, recency, tAge).count.length} different histories`);
for (let round = 0; round < rounds; round++) {
  globalThis.gc?.();
  const fit = timed(() => fitPareto(frequency, recency, tAge));
  const { params, iterations, logLikelihood } = fit.result;
  const scoring = { frequency, recency, tAge, horizon: 365, soon: 90, delta: Math.log(1.15) / 365.25 };
  const score = timed(() => scorePurchases(paretoNbdFamily, { ...params }, scoring));
  console.error(
    `fit ${fit.ms.toFixed(0)} ms in ${iterations} steps (${show([...Object.values(params), -logLikelihood / n])}), score ${score.ms.toFixed(0)} ms`,
  );
  if (!hasPeer) continue;
  const [seconds = Number.NaN, ...theirs] = spawnSync(python, ["-c", peer, file], { encoding: "utf8" })
    .stdout.trim()
    .split(" ")
    .map(Number);
  console.error(
    `  SciPy ${(seconds * 1_000).toFixed(0)} ms (${show(theirs)}): ${((seconds * 1_000) / fit.ms).toFixed(0)} times as long`,
  );
}
rmSync(folder, { recursive: true });
