import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scorePurchases } from "../src/workers/models/lifecycle/btyd-model.ts";
import { paretoNbdFamily } from "../src/workers/models/lifecycle/purchase-family.ts";
import { compressSummary } from "../src/workers/numeric/compress.ts";
import { fitPareto } from "../src/workers/numeric/pareto-nbd-fit.ts";
import { drawHistories, timed } from "./purchase-histories.ts";

const n = Number(process.env.BENCH_CUSTOMERS ?? 1_000_000);
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);

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

const { frequency, recency, tAge } = drawHistories(n, "at any time");
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
