import { useBrand } from "../../app/BrandContext.ts";
import { useAsk } from "../../client/queries.ts";
import { Failure, Head } from "../../components/parts.tsx";
import { Skeleton } from "../../components/Skeleton.tsx";
import { CardView } from "./CardView.tsx";
import { Catalogue } from "./Catalogue.tsx";
import { DefineView } from "./DefineView.tsx";
import { SelfTestView } from "./SelfTestView.tsx";
import "./models.css";
import "./own-models.css";
import { SourceWorthView } from "./SourceWorthView.tsx";
import { TournamentView } from "./TournamentView.tsx";
import { useEvaluations } from "./use-evaluations.ts";

/** The catalogue, a model's card, or the self-test. */
export function ModelsView({ name }: { name: string | undefined }) {
  const { brand } = useBrand();
  const list = useAsk("models.list", { brand });
  const evaluations = useEvaluations(brand);
  if (name === "self-test") return <SelfTestView />;
  if (name === "new") return <DefineView />;
  if (name === "tournament") return <TournamentView />;
  if (name === "sources") return <SourceWorthView />;
  if (list.isPending || evaluations.isPending)
    return (
      <>
        <Head title="Models" />
        <Skeleton label="Reading the catalogue" columns={[{ part: 1, panels: [640] }]} />
      </>
    );
  if (list.isError)
    return (
      <>
        <Head title="Models" />
        <Failure error={list.error} onRetry={() => void list.refetch()} />
      </>
    );
  const { models } = list.data;
  return name ? (
    <CardView name={name} models={models} evaluations={evaluations} />
  ) : (
    <Catalogue models={models} evaluations={evaluations} />
  );
}
