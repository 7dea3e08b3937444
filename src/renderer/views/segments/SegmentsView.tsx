import { useBrand } from "../../app/BrandContext.ts";
import { offeredFields } from "../../client/offered.ts";
import { useAsk } from "../../client/queries.ts";
import { useProof } from "../../client/use-proof.ts";
import { Empty, Failure, Head } from "../../components/parts.tsx";
import { Skeleton } from "../../components/Skeleton.tsx";
import { Builder } from "./Builder.tsx";
import { SegmentList } from "./SegmentList.tsx";

export function SegmentsView({ name }: { name: string | undefined }) {
  const { brand } = useBrand();
  const proof = useProof();
  const segments = useAsk("segments.list", { brand });
  const fields = useAsk("customers.fields", { brand });
  if (fields.isError && fields.error.code === "not_found")
    return (
      <>
        <Head title="Segments" />
        <Empty
          title="No audience yet"
          action={
            <a className="button primary" href="/overview" data-route>
              Go to Overview
            </a>
          }
        >
          Segments can be built, counted and exported after the first run.
        </Empty>
      </>
    );
  const error = fields.error ?? segments.error;
  if (error)
    return (
      <>
        <Head title="Segments" />
        <Failure error={error} onRetry={() => void Promise.all([fields.refetch(), segments.refetch()])} />
      </>
    );
  if (!segments.data || !fields.data)
    return (
      <>
        <Head title="Segments" />
        <Skeleton label="Reading segments" columns={[{ part: 1, panels: [420] }]} />
      </>
    );
  const all = segments.data.segments;
  if (name === undefined) return <SegmentList segments={all} />;
  const chosen = all.find(({ segment }) => segment === name);
  if (!chosen && name !== "new")
    return (
      <>
        <Head title="Segments" />
        <Empty
          title={`There is no segment ${name}`}
          action={
            <a className="button primary" href="/segments" data-route>
              All segments
            </a>
          }
        >
          It was removed, or never saved.
        </Empty>
      </>
    );
  const filled = fields.data.fields.filter(({ is_empty }) => !is_empty);
  return (
    <Builder
      key={name}
      fields={offeredFields(filled, proof)}
      segment={chosen ?? null}
      names={all.map(({ segment }) => segment)}
    />
  );
}
