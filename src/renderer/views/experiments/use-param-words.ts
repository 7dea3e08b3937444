import type { ExperimentVariant } from "../../../shared/api/contract/experiments.ts";
import type { ParamSpec } from "../../../shared/domain/params.ts";
import { useAsk } from "../../client/queries.ts";
import { variantText } from "./words.ts";

interface ParamWords {
  /** A parameter by its model's title and its own label; null where no model of the retailer has it. */
  readonly specOf: (name: string) => { readonly title: string; readonly spec: ParamSpec } | null;
  /** A variant by what it sets. */
  readonly variantName: (variant: Pick<ExperimentVariant, "variant" | "params">) => string;
}

/** What parameters are called on the retailer's models. */
export function useParamWords(brand: string): ParamWords {
  const models = useAsk("models.list", { brand });
  const specOf = (name: string) => {
    const [model = "", param = ""] = name.split(".");
    const found = models.data?.models.find((one) => one.name === model);
    const spec = (found?.params as unknown as Readonly<Record<string, ParamSpec>> | undefined)?.[param];
    return spec && found ? { title: found.title, spec } : null;
  };
  return { specOf, variantName: ({ variant, params }) => variantText(variant, params, specOf) };
}
