import type { Compressed } from "./compress.ts";

/** What a fit by likelihood says of itself; P names its parameters. */
export interface PurchaseFit<P> {
  readonly params: P;
  /** From the inverse of the Hessian at the optimum; NaN where it isn't curved. */
  readonly standardErrors: P;
  readonly logLikelihood: number;
  readonly customers: number;
  readonly distinct: number;
  readonly iterations: number;
  readonly converged: boolean;
  /** Why not to lean on the parameters, in sentences; empty where nothing speaks against it. */
  readonly warnings: readonly string[];
}

/** Summaries of more distinct histories are begun on about as many of them. */
export const startingGroups = 3_000;

const fewCustomers = 50;
const furthest = Math.log(1e4);

interface Judged {
  /** Parameters with time in the unit of the search, in which they are near 1. */
  readonly params: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
  readonly converged: boolean;
}

/** What speaks against leaning on a fit: too few customers, histories that can't tell parameters apart, a search that didn't end. */
export function fitWarnings({ frequency, count }: Compressed, { params, errors, converged }: Judged): string[] {
  const customers = count.reduce((sum, n) => sum + n, 0);
  const isRepeat = frequency.some((x) => x > 0);
  const names = Object.keys(params).filter((name) => {
    const [value = 0, error = Number.NaN] = [params[name], errors[name]];
    return Math.abs(Math.log(value)) > furthest || !Number.isFinite(error) || error > 5 * value;
  });
  return [
    ...(customers < fewCustomers ? [`Fitted on ${customers} customers: expect the parameters to move.`] : []),
    ...(isRepeat ? [] : ["Nobody bought twice: the rate of purchases rests on the time without one alone."]),
    ...(count.length === 1 && customers > 1 ? ["All customers have the same history: they can't be told apart."] : []),
    ...(names.length > 0 && isRepeat
      ? [`The data hardly tell ${names.join(", ")}; forecasts hold, the parameters don't.`]
      : []),
    ...(converged ? [] : ["The search ended before it had converged."]),
  ];
}
