import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scorePurchases } from "../src/workers/models/lifecycle/btyd-model.ts";
import { bgNbdFamily } from "../src/workers/models/lifecycle/purchase-family.ts";
import { fitBtyd } from "../src/workers/numeric/btyd-fit.ts";
import { compressSummary } from "../src/workers/numeric/compress.ts";
import { drawHistories, timed } from "./purchase-histories.ts";

const n = Number(process.env.BENCH_CUSTOMERS ?? 1_000_000);
const rounds = 3;

/** SciPy's L-BFGS-B on the likelihood with one row a customer, as lifetimes has it; prints seconds and parameters. */
const peer = `
import sys, time, numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln
x, tx, T = np.fromfile(sys.argv[1]).reshape(3, -1)
def nll(p):
    r, alpha, a, b = np.exp(p)
    a1 = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    a2 = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    a3 = -(r + x) * np.log(alpha + T)
    a4 = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + tx)
    top = np.maximum(a3, a4)
    return -(a1 + a2 + np.log(np.exp(a3 - top) + np.exp(a4 - top) * (x > 0)) + top).mean()
start = time.perf_counter()
found = minimize(nll, np.log([0.5, 30, 1, 2]), method="L-BFGS-B", options={"ftol": 1e-12, "gtol": 1e-8})
print(time.perf_counter() - start, *np.exp(found.x))
`;

const { frequency, recency, tAge } = drawHistories(n, "after a purchase");
const folder = mkdtempSync(join(tmpdir(), "assay-bench-"));
const file = join(folder, "summary.bin");
writeFileSync(file, Buffer.concat([frequency, recency, tAge].map(({ buffer }) => Buffer.from(buffer))));
const python = process.env.BENCH_PYTHON ?? "python3";
const hasPeer = spawnSync(python, ["-c", "import scipy"]).status === 0;
if (!hasPeer) console.error("SciPy is not on this machine: the fit has no peer to be compared with");

const show = (values: readonly number[]) => values.map((value) => value.toPrecision(5)).join(" ");
console.error(`${n} customers, ${compressSummary(frequency, recency, tAge).count.length} different histories`);
for (let round = 0; round < rounds; round++) {
  globalThis.gc?.();
  const fit = timed(() => fitBtyd("bg_nbd", frequency, recency, tAge));
  const { params, iterations } = fit.result;
  const scoring = { frequency, recency, tAge, horizon: 365, soon: 90 };
  const score = timed(() => scorePurchases(bgNbdFamily, { ...params }, scoring));
  console.error(
    `fit ${fit.ms.toFixed(0)} ms in ${iterations} steps (${show(Object.values(params))}), score ${score.ms.toFixed(0)} ms`,
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
