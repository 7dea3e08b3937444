import { useBrand } from "../../app/BrandContext.ts";
import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { Empty, Failure, Head, Waiting } from "../../components/parts.tsx";
import { instant, integer, money } from "../../format/format.ts";
import { Builder } from "./Builder.tsx";

export function SegmentsView({ name }: { name: string | undefined }) {
  const { brand, currency } = useBrand();
  const segments = useAsk("segments.list", { brand });
  const fields = useAsk("customers.fields", { brand });
  if (segments.isPending || fields.isPending)
    return (
      <>
        <Head title="Segments" />
        <Waiting />
      </>
    );
  if (fields.isError) {
    return (
      <>
        <Head title="Segments" />
        {fields.error.code === "not_found" ? (
          <Empty
            title="No audience yet"
            action={
              <a className="button primary" href="/overview" data-route>
                Go to Overview
              </a>
            }
          >
            Segments can be built after the first run.
          </Empty>
        ) : (
          <Failure error={fields.error} onRetry={() => void fields.refetch()} />
        )}
      </>
    );
  }
  if (segments.isError)
    return (
      <>
        <Head title="Segments" />
        <Failure error={segments.error} onRetry={() => void segments.refetch()} />
      </>
    );
  const chosen = segments.data.segments.find(({ segment }) => segment === name);
  if (name !== undefined)
    return (
      <Builder key={name} fields={fields.data.fields.filter(({ is_empty }) => !is_empty)} segment={chosen ?? null} />
    );
  return (
    <>
      <Head
        title="Segments"
        right={
          <a className="button primary" href="/segments/new" data-route>
            New segment
          </a>
        }
      />
      {segments.data.segments.length === 0 ? (
        <Empty
          title="No segment yet"
          action={
            <a className="button primary" href="/segments/new" data-route>
              New segment
            </a>
          }
        >
          An audience is built by clicking, counted while it is edited, and exported as a list.
        </Empty>
      ) : (
        <Panel
          title={`${segments.data.segments.length} ${segments.data.segments.length === 1 ? "segment" : "segments"}`}
          under="Counted on the current snapshot"
        >
          <table className="plain">
            <thead>
              <tr>
                <th>Segment</th>
                <th>Rule</th>
                <th className="num">Customers</th>
                <th className="num">Revenue, {currency}</th>
                <th className="num">Reachable</th>
                <th>Changed</th>
              </tr>
            </thead>
            <tbody>
              {segments.data.segments.map((segment) => (
                <tr key={segment.segment}>
                  <td className="strong">
                    <a href={`/segments/${segment.segment}`} data-route>
                      {segment.segment}
                    </a>
                  </td>
                  <td className="ink2">{segment.sentence}</td>
                  <td className="num">{integer(segment.customers)}</td>
                  <td className="num">{money(segment.revenue_minor, currency)}</td>
                  <td className="num">{integer(segment.reachable)}</td>
                  <td className="ink2">{instant(segment.changed_at)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Panel>
      )}
    </>
  );
}
