/** Lines of one person by choice: how many were kept, how many came back. */
export interface FitLines {
  readonly choice: number;
  readonly kept: number;
  readonly returned: number;
}

export interface LatentFit {
  /** Share of persons whom each choice fits. */
  readonly shares: readonly number[];
  /** P(a line is of the choice that fits). */
  readonly own: number;
  /** P(kept) of lines that fit, and of those that don't. */
  readonly keptOwn: number;
  readonly keptOther: number;
}

/** Log of P(lines | choice z fits), up to a constant, for every z. */
function logLikelihoods(lines: readonly FitLines[], fit: LatentFit, into: Float64Array): void {
  const { shares, own, keptOwn, keptOther } = fit;
  let [n, kept, returned, logShares] = [0, 0, 0, 0];
  for (const line of lines) {
    n += line.kept + line.returned;
    kept += line.kept;
    returned += line.returned;
    logShares += (line.kept + line.returned) * Math.log(shares[line.choice] ?? 1);
  }
  const [o, p, k1, r1, k0, r0] = [own, 1 - own, keptOwn, 1 - keptOwn, keptOther, 1 - keptOther].map(Math.log);
  const others = kept * (k0 ?? 0) + returned * (r0 ?? 0) + logShares + n * (p ?? 0);
  for (let z = 0; z < shares.length; z++) into[z] = others - n * Math.log(1 - Math.min(0.999, shares[z] ?? 0));
  for (const { choice: z, kept: k, returned: r } of lines) {
    const share = shares[z] ?? 1;
    const asOther =
      (k + r) * ((p ?? 0) + Math.log(share) - Math.log(1 - Math.min(0.999, share))) + k * (k0 ?? 0) + r * (r0 ?? 0);
    into[z] = (into[z] ?? 0) - asOther + (k + r) * (o ?? 0) + k * (k1 ?? 0) + r * (r1 ?? 0);
  }
}

/** P(z fits | lines) for every choice z, by Bayes' rule. */
export function fitPosterior(lines: readonly FitLines[], fit: LatentFit): Float64Array {
  const posterior = new Float64Array(fit.shares.length);
  logLikelihoods(lines, fit, posterior);
  let most = Number.NEGATIVE_INFINITY;
  for (let z = 0; z < posterior.length; z++) {
    posterior[z] = (posterior[z] ?? 0) + Math.log(fit.shares[z] ?? 1);
    most = Math.max(most, posterior[z] ?? 0);
  }
  let sum = 0;
  for (let z = 0; z < posterior.length; z++) {
    posterior[z] = Math.exp((posterior[z] ?? 0) - most);
    sum += posterior[z] ?? 0;
  }
  return posterior.map((value) => value / sum);
}

/** P(the next line that is kept is of choice s) for every s. */
export function nextKept(lines: readonly FitLines[], fit: LatentFit): Float64Array {
  const posterior = fitPosterior(lines, fit);
  const next = new Float64Array(posterior.length);
  let elsewhere = 0;
  for (let z = 0; z < posterior.length; z++) {
    const part = ((posterior[z] ?? 0) * (1 - fit.own) * fit.keptOther) / (1 - Math.min(0.999, fit.shares[z] ?? 0));
    elsewhere += part;
    next[z] = (posterior[z] ?? 0) * fit.own * fit.keptOwn - part * (fit.shares[z] ?? 0);
  }
  let sum = 0;
  for (let s = 0; s < next.length; s++) {
    next[s] = Math.max(1e-9, (next[s] ?? 0) + elsewhere * (fit.shares[s] ?? 0));
    sum += next[s] ?? 0;
  }
  return next.map((value) => value / sum);
}

const rounds = 60;
const inside = (value: number) => Math.min(0.99, Math.max(0.01, value));

/** Which choice fits each person, of whom only bought, kept and returned lines are seen: a latent class model by expectation and
 *  maximisation (Dempster, Laird & Rubin 1977). persons: lines of each, with how many persons have exactly these; in an order that
 *  doesn't depend on who they are. Prior counts of a few lines keep every chance inside (0, 1). */
export function fitLatent(
  persons: readonly { readonly lines: readonly FitLines[]; readonly count: number }[],
  choices: number,
): LatentFit {
  const bought = new Float64Array(choices).fill(0.5);
  for (const { lines, count } of persons)
    for (const { choice, kept, returned } of lines) bought[choice] = (bought[choice] ?? 0) + count * (kept + returned);
  const all = bought.reduce((sum, n) => sum + n, 0);
  let fit: LatentFit = { shares: Array.from(bought, (n) => n / all), own: 0.8, keptOwn: 0.9, keptOther: 0.7 };
  for (let round = 0; round < rounds; round++) {
    const sums = {
      shares: new Float64Array(choices).fill(0.5),
      own: 8,
      lines: 10,
      keptOwn: 4.5,
      linesOwn: 5,
      keptOther: 3.5,
      linesOther: 5,
    };
    for (const { lines, count } of persons) {
      const posterior = fitPosterior(lines, fit);
      for (let z = 0; z < choices; z++) sums.shares[z] = (sums.shares[z] ?? 0) + count * (posterior[z] ?? 0);
      for (const { choice, kept, returned } of lines) {
        const mine = count * (posterior[choice] ?? 0);
        sums.own += mine * (kept + returned);
        sums.lines += count * (kept + returned);
        sums.keptOwn += mine * kept;
        sums.linesOwn += mine * (kept + returned);
        sums.keptOther += (count - mine) * kept;
        sums.linesOther += (count - mine) * (kept + returned);
      }
    }
    const total = sums.shares.reduce((sum, n) => sum + n, 0);
    const next = {
      shares: Array.from(sums.shares, (n) => n / total),
      own: inside(sums.own / sums.lines),
      keptOwn: inside(sums.keptOwn / sums.linesOwn),
      keptOther: inside(sums.keptOther / sums.linesOther),
    };
    const moved =
      Math.abs(next.own - fit.own) + Math.abs(next.keptOwn - fit.keptOwn) + Math.abs(next.keptOther - fit.keptOther);
    fit = next;
    if (moved < 1e-6) break;
  }
  return fit;
}
