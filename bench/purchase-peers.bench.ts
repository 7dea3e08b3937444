import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { scorePurchases } from "../src/workers/models/lifecycle/btyd-model.ts";
import { type PurchaseFamily, purchaseFamilies } from "../src/workers/models/lifecycle/purchase-family.ts";
import { scoreSpend } from "../src/workers/models/value/gamma-gamma.ts";
import { fitBtyd } from "../src/workers/numeric/btyd-fit.ts";
import { fitGammaGamma } from "../src/workers/numeric/gamma-gamma.ts";
import { fitPareto } from "../src/workers/numeric/pareto-nbd-fit.ts";
import { drawHistories } from "./purchase-histories.ts";

/** Fit and score of each purchase model beside the same model of lifetimes, each in a process of its own: seconds of the processor
 *  and greatest resident memory. Ours also gives limits, the chance of a purchase and, for Pareto/NBD, discounted transactions. */
const sizes = (process.env.BENCH_SIZES ?? "10000,100000,1000000").split(",").map(Number);
const models = ["bg_nbd", "mbg_nbd", "pareto_nbd", "gamma_gamma"] as const;
type Model = (typeof models)[number];
const secondsAPeer = Number(process.env.BENCH_PEER_SECONDS ?? 900);

/** Days of histories, and mean spend, of customers who came over two years. */
function draw(n: number): Float64Array[] {
  const spend = new Float64Array(n);
  const { frequency, recency, tAge } = drawHistories(n, "after a purchase", (random, at, bought) => {
    const rate = random.gamma(4, 1 / 15);
    spend[at] = bought > 0 ? random.gamma(6 * bought, 1 / rate) / bought : 0;
  });
  return [frequency, recency, tAge, spend];
}

/** Calls back between fit and score. */
function ours(model: Model, [frequency, recency, tAge, spend]: readonly Float64Array[], isFitted: () => void): void {
  if (!frequency || !recency || !tAge || !spend) return;
  if (model === "gamma_gamma") {
    const fitted = fitGammaGamma(frequency, spend);
    isFitted();
    if (fitted) scoreSpend(fitted.params, frequency, spend);
    return;
  }
  const fitted =
    model === "pareto_nbd" ? fitPareto(frequency, recency, tAge) : fitBtyd(model, frequency, recency, tAge);
  isFitted();
  const scoring = { frequency, recency, tAge, horizon: 365, soon: 90, delta: Math.log(1.15) / 365.25 };
  scorePurchases(purchaseFamilies.get(model) as PurchaseFamily, { ...fitted.params }, scoring);
}

const peer = `
import sys, resource, warnings, numpy as np
warnings.filterwarnings("ignore")
import lifetimes
x, tx, T, m = np.fromfile(sys.argv[2]).reshape(4, -1)
name = sys.argv[1]
def used():
    u = resource.getrusage(resource.RUSAGE_SELF)
    return u.ru_utime + u.ru_stime
start = used()
if name == "gamma_gamma":
    f = lifetimes.GammaGammaFitter(); k = (x > 0) & (m > 0)
    f.fit(x[k], m[k]); fitted = used(); f.conditional_expected_average_profit(x, m)
else:
    f = {"bg_nbd": lifetimes.BetaGeoFitter, "mbg_nbd": lifetimes.ModifiedBetaGeoFitter, "pareto_nbd": lifetimes.ParetoNBDFitter}[name]()
    f.fit(x, tx, T); fitted = used()
    f.conditional_expected_number_of_purchases_up_to_time(365, x, tx, T)
    f.conditional_probability_alive(x, tx, T)
print(fitted - start, used() - fitted, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
`;

interface Cost {
  readonly fit: number;
  readonly score: number;
  readonly megabytes: number;
}

function costOf(output: string): Cost | null {
  const [fit = Number.NaN, score = Number.NaN, megabytes = Number.NaN] =
    output.trim().split("\n").at(-1)?.split(" ").map(Number) ?? [];
  return Number.isFinite(megabytes) ? { fit, score, megabytes } : null;
}

function child(command: string, args: readonly string[], limit: number): Cost | null {
  const env = { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" };
  return costOf(spawnSync(command, args, { encoding: "utf8", env, timeout: limit * 1_000 }).stdout ?? "");
}

const [, , asked, from] = process.argv;
if (asked && from) {
  const all = readFileSync(from);
  const values = new Float64Array(all.buffer.slice(all.byteOffset, all.byteOffset + all.length));
  const n = values.length / 4;
  const used = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  const before = used();
  let fitted = before;
  const columns = [0, 1, 2, 3].map((at) => values.slice(at * n, (at + 1) * n));
  ours(asked as Model, columns, () => {
    fitted = used();
  });
  console.log(fitted - before, used() - fitted, process.resourceUsage().maxRSS / 1024);
} else {
  const python = process.env.BENCH_PYTHON ?? "python3";
  const hasPeer = spawnSync(python, ["-c", "import lifetimes"]).status === 0;
  if (!hasPeer) console.error("lifetimes is not on this machine: nothing to be compared with");
  const folder = mkdtempSync(join(tmpdir(), "assay-bench-"));
  const file = join(folder, "histories.bin");
  const show = (cost: Cost | null) =>
    cost
      ? `fit ${cost.fit.toFixed(2)} s, score ${cost.score.toFixed(2)} s of CPU, ${cost.megabytes.toFixed(0)} MB`
      : "none";
  for (const n of sizes) {
    writeFileSync(file, Buffer.concat(draw(n).map(({ buffer }) => Buffer.from(buffer))));
    for (const model of models) {
      const own = child(process.execPath, [fileURLToPath(import.meta.url), model, file], secondsAPeer);
      const theirs = hasPeer ? child(python, ["-c", peer, model, file], secondsAPeer) : null;
      const ratio = own && theirs ? `: fit ${(theirs.fit / own.fit).toFixed(1)} times as long` : "";
      console.error(`${n} customers, ${model}: ${show(own)}; lifetimes ${show(theirs)}${ratio}`);
    }
  }
  rmSync(folder, { recursive: true });
}
