import { type BoostedTrees, fitBoostedTrees } from "../../numeric/boosted-trees.ts";
import { sigmoid } from "../../numeric/boosted-trees-loss.ts";
import { predictMargins } from "../../numeric/boosted-trees-predict.ts";
import { normalCdf, normalQuantile } from "../../numeric/distributions.ts";
import { fitPlatt, type Platt } from "../../numeric/platt.ts";
import { logitsOf, pick } from "../learning.ts";

/** Money of a customer within a time: nothing with the chance 1 − p, else lognormal with these. As JSON holds it. */
export interface FittedMoney {
  /** Trees of each part: what they say is averaged. */
  readonly learnt: readonly Learnt[];
  readonly platt: Platt;
  readonly sigma: number;
  /** All that came over all that was told, on rows that weren't learnt from. */
  readonly scale: number;
  /** Levels whose quantiles held 10 % and 90 % of what came, on rows that weren't learnt from. */
  readonly levels: readonly [low: number, high: number];
}

/** Another model's chances of any, and the money given any, above 0. */
export interface Begun {
  readonly chance: Float64Array;
  readonly amount: Float64Array;
}

export interface MoneyInput {
  readonly columns: readonly Float64Array[];
  /** 0 or more. */
  readonly target: Float64Array;
  /** What the trees begin at, where another model has it. */
  readonly begun?: Begun;
  /** Part that each row is judged in; every part is judged by what was learnt from the others. */
  readonly part: Uint8Array;
  readonly seed: number;
  readonly throwIfCancelled: () => void;
}

export interface Money {
  /** Chance of any. */
  readonly chance: Float64Array;
  readonly mu: Float64Array;
  readonly mean: Float64Array;
}

const chanceTrees = { trees: 40, leaves: 8, learningRate: 0.1, l2: 5, minChildWeight: 8 } as const;
const amountTrees = { loss: "squared", trees: 40, leaves: 8, learningRate: 0.1, l2: 10, minChildWeight: 30 } as const;

/** Learnt from all parts but one. */
interface Learnt {
  /** Log odds of any. */
  readonly chance: BoostedTrees;
  /** Log of how much, given some. */
  readonly amount: BoostedTrees;
}

const begunAt = (begun: Begun, rows: Uint32Array): Begun => ({
  chance: pick(begun.chance, rows),
  amount: pick(begun.amount, rows),
});

function learn({ columns, target, begun, seed, throwIfCancelled }: MoneyInput, rows: Uint32Array): Learnt {
  const own = columns.map((column) => pick(column, rows));
  const money = pick(target, rows);
  const isSome = money.map((one) => (one > 0 ? 1 : 0));
  const from = begun && begunAt(begun, rows);
  const offset = from ? { offset: logitsOf(from.chance) } : {};
  const amounts = money.map((one, row) => Math.log(one / (from?.amount[row] ?? 1)));
  const some = Uint32Array.from(money.keys()).filter((row) => isSome[row] === 1);
  return {
    chance: fitBoostedTrees({ columns: own, target: isSome, ...offset, throwIfCancelled }, { ...chanceTrees, seed }),
    amount: fitBoostedTrees(
      { columns: own.map((column) => pick(column, some)), target: pick(amounts, some), throwIfCancelled },
      { ...amountTrees, seed },
    ),
  };
}

function told({ chance, amount }: Learnt, columns: readonly Float64Array[], begun: Begun | undefined) {
  const [margin, mu] = [predictMargins(chance, columns), predictMargins(amount, columns)];
  if (!begun) return { margin, mu };
  const logits = logitsOf(begun.chance);
  return {
    margin: margin.map((own, row) => own + (logits[row] ?? 0)),
    mu: mu.map((own, row) => own + Math.log(begun.amount[row] ?? 1)),
  };
}

function sortedSum(values: Float64Array): number {
  return values.sort().reduce((sum, value) => sum + value, 0);
}

export function partsOf(hashes: Uint32Array, parts: number): Uint8Array {
  return Uint8Array.from(hashes, (hash) => hash % parts);
}

/** Zero-inflated lognormal by trees in two stages; its level, spread and limits by what each part's rows brought when they weren't
 *  learnt from. With those predictions, for whoever wants to weigh them against others. */
export function fitMoney(input: MoneyInput): { fitted: FittedMoney; judged: Money } {
  const learnt: Learnt[] = [];
  const { columns, target, part } = input;
  const n = target.length;
  const all = Uint32Array.from(target.keys());
  const [margin, mu] = [new Float64Array(n), new Float64Array(n)];
  for (const own of [...new Set(part)].sort((a, b) => a - b)) {
    const judged = all.filter((row) => part[row] === own);
    const others = learn(
      input,
      all.filter((row) => part[row] !== own),
    );
    learnt.push(others);
    const found = told(
      others,
      columns.map((column) => pick(column, judged)),
      input.begun && begunAt(input.begun, judged),
    );
    for (const [at, row] of judged.entries()) {
      margin[row] = found.margin[at] ?? 0;
      mu[row] = found.mu[at] ?? 0;
    }
  }
  const isSome = target.map((money) => (money > 0 ? 1 : 0));
  const platt = fitPlatt(margin, isSome);
  const some = all.filter((row) => isSome[row] === 1);
  const squares = Float64Array.from(some, (row) => (Math.log(target[row] ?? 1) - (mu[row] ?? 0)) ** 2);
  const sigma = Math.max(0.05, Math.sqrt(sortedSum(squares) / Math.max(1, some.length)));
  const plain = { platt, sigma, scale: 1 };
  const first = moneyOf(plain, margin, mu);
  const scale = sortedSum(Float64Array.from(target)) / Math.max(1e-9, sortedSum(Float64Array.from(first.mean)));
  const levels = levelsThatHeld(target, first, sigma);
  const fitted: FittedMoney = { learnt, platt, sigma, scale: Math.min(2, Math.max(0.5, scale)), levels };
  return { fitted, judged: moneyOf(fitted, margin, mu) };
}

function moneyOf(
  { platt, sigma, scale }: Pick<FittedMoney, "platt" | "sigma" | "scale">,
  margin: Float64Array,
  mu: Float64Array,
): Money {
  const chance = margin.map((one) => sigmoid(platt.slope * one + platt.offset));
  const mean = chance.map((p, row) => scale * p * Math.exp((mu[row] ?? 0) + (sigma * sigma) / 2));
  return { chance, mu, mean };
}

export function predictMoney(fitted: FittedMoney, columns: readonly Float64Array[], begun?: Begun): Money {
  const all = fitted.learnt.map((one) => told(one, columns, begun));
  const mean = (of: "margin" | "mu") =>
    Float64Array.from(
      columns[0] ?? [],
      (_, row) => all.reduce((sum, one) => sum + (one[of][row] ?? 0), 0) / all.length,
    );
  return moneyOf(fitted, mean("margin"), mean("mu"));
}

/** P(money ≤ amount), and of none, for one row. */
export function moneyCdf(chance: number, mu: number, sigma: number, amount: number): number {
  return 1 - chance + (amount > 0 ? chance * normalCdf((Math.log(amount) - mu) / sigma) : 0);
}

/** The amount up to which a share of the money lies; 0 where none is as likely as that. */
export function moneyQuantile(chance: number, mu: number, sigma: number, level: number): number {
  const inside = (level - (1 - chance)) / Math.max(1e-12, chance);
  if (inside <= 0) return 0;
  return Math.exp(mu + sigma * normalQuantile(Math.min(1 - 1e-9, inside)));
}

const steps = 400;

/** Levels at which told quantiles held 10 % and 90 % of the rows: conformal calibration, none counting by the part of its chance that
 *  lies below a level. */
export function levelsThatHeld(target: Float64Array, { chance, mu }: Money, sigma: number): readonly [number, number] {
  const held = new Float64Array(steps + 1);
  const from = new Float64Array(steps + 2);
  const nones: number[] = [];
  for (let row = 0; row < target.length; row++) {
    const [p = 0, middle = 0, money = 0] = [chance[row], mu[row], target[row]];
    if (money > 0) {
      const at = Math.min(steps, Math.ceil(moneyCdf(p, middle, sigma, money) * steps));
      from[at] = (from[at] ?? 0) + 1;
    } else nones.push(Math.max(1e-9, 1 - p) * steps);
  }
  // in order of size, so that the order of rows moves no digit
  for (const none of Float64Array.from(nones).sort())
    for (let at = 0; at <= steps; at++) held[at] = (held[at] ?? 0) + Math.min(1, at / none);
  let below = 0;
  for (let at = 0; at <= steps; at++) {
    below += from[at] ?? 0;
    held[at] = ((held[at] ?? 0) + below) / Math.max(1, target.length);
  }
  const levelOf = (share: number) => {
    const at = held.findIndex((one) => one >= share);
    if (at <= 0) return at < 0 ? 1 : 1 / steps;
    const [low = 0, high = 1] = [held[at - 1], held[at]];
    return (at - 1 + (share - low) / Math.max(1e-12, high - low)) / steps;
  };
  return [Math.min(0.3, levelOf(0.1)), Math.min(0.995, Math.max(0.7, levelOf(0.9)))];
}

/** 80 % limits of one row. */
export function moneyLimits({ sigma, levels }: FittedMoney, chance: number, mu: number): readonly [number, number] {
  return [moneyQuantile(chance, mu, sigma, levels[0]), moneyQuantile(chance, mu, sigma, levels[1])];
}

/** Share of outcomes between calibrated levels: `below` and `at` for the randomised transform, stretched so that the limits' levels lie
 *  at 10 % and 90 %. */
export function stretched({ levels }: FittedMoney, level: number): number {
  const [low, high] = levels;
  if (level <= low) return (0.1 * level) / Math.max(1e-12, low);
  if (level <= high) return 0.1 + (0.8 * (level - low)) / Math.max(1e-12, high - low);
  return 0.9 + (0.1 * (level - high)) / Math.max(1e-12, 1 - high);
}
