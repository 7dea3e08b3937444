import type { FittedModel } from "../../shared/api/contract/models.ts";

type Document = Readonly<Record<string, unknown>>;

function documentOf(value: unknown): Document | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Document) : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function countOf(value: unknown): number | null {
  const number = numberOf(value);
  return number !== null && Number.isInteger(number) && number >= 0 ? number : null;
}

const told = ["log_likelihood", "n_customers", "n_distinct", "iterations"];

/** A model's fitted JSON as its card shows it: estimates with standard errors where there are some, else its plain numbers; null
 *  where nothing was fitted that a person could read. A fit that another model keeps inside (`purchases`) is read as its own. */
export function describeFit(name: string, fitOn: string, fitted: unknown): FittedModel | null {
  const outer = documentOf(fitted);
  if (!outer) return null;
  const inner = documentOf(outer.params)
    ? outer
    : (Object.values(outer)
        .map(documentOf)
        .find((one) => documentOf(one?.params)) ?? outer);
  const estimates = documentOf(inner.params) ?? {};
  const errors = documentOf(inner.standard_errors) ?? {};
  const plain = inner === outer && !documentOf(outer.params) ? outer : inner === outer ? {} : outer;
  const params = [
    ...Object.entries(estimates),
    ...Object.entries(plain).filter(([key]) => !told.includes(key)),
  ].flatMap(([key, value]) => {
    const number = numberOf(value);
    return number === null ? [] : [{ name: key, value: number, standard_error: numberOf(errors[key]) }];
  });
  if (params.length === 0) return null;
  return {
    name,
    fit_on: fitOn,
    params,
    log_likelihood: numberOf(inner.log_likelihood),
    n_customers: countOf(inner.n_customers),
    n_distinct: countOf(inner.n_distinct),
    iterations: countOf(inner.iterations),
    converged: typeof inner.converged === "boolean" ? inner.converged : null,
  };
}
