import { useBrand } from "../../app/BrandContext.ts";
import { useRoute } from "../../app/route.ts";
import { ExperimentList } from "./ExperimentList.tsx";
import { ExperimentView } from "./ExperimentView.tsx";
import "./experiments.css";

/** Variants beside the current snapshot: what was tried, and one experiment with what it would change. */
export function ExperimentsView({ name }: { name: string | undefined }) {
  const { brand } = useBrand();
  const { params } = useRoute();
  return name ? (
    <ExperimentView key={name} brand={brand} name={name} variant={params.get("variant")} />
  ) : (
    <ExperimentList
      brand={brand}
      begun={
        params.get("new") === null ? null : { name: params.get("param") ?? "", values: params.get("values") ?? "" }
      }
    />
  );
}
