import { useBrand } from "../app/BrandContext.ts";
import { sourceLabels } from "../format/source-label.ts";
import { useAsk } from "./queries.ts";

/** What a source is called where sources stand beside each other: the same on every screen. */
export function useSourceLabels(): (source: string) => string {
  const { brand } = useBrand();
  const found = useAsk("sources.list", { brand });
  const labels = sourceLabels((found.data?.sources ?? []).map(({ source }) => source));
  return (source) => labels.get(source) ?? source;
}
