import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Segment } from "../../../shared/api/contract/segments.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { offerUndo } from "../../client/undo.ts";
import { Panel } from "../../components/Panel.tsx";
import { Empty, Failure, Head } from "../../components/parts.tsx";
import { RemoveButton } from "../../components/RemoveButton.tsx";
import { Term } from "../../components/Term.tsx";
import { exactMoney, instant, integer, money, share, unknown } from "../../format/format.ts";
import { Starters } from "./Starters.tsx";

const create = (
  <a className="button primary" href="/segments/new" data-route>
    New segment
  </a>
);

export function SegmentList({ segments }: { segments: readonly Segment[] }) {
  const { brand, currency } = useBrand();
  const client = useClient();
  const queries = useQueryClient();
  const [error, setError] = useState<Error | null>(null);
  const changed = () => queries.invalidateQueries({ queryKey: ["segments.list"] });
  const remove = ({ segment, definition }: Segment) =>
    client.call("segments.remove", { brand, segment }).then(
      () => {
        offerUndo(`The segment ${segment} is removed.`, () =>
          client.call("segments.save", { brand, segment, definition }),
        );
        return changed();
      },
      (reason: Error) => setError(reason),
    );
  if (segments.length === 0)
    return (
      <>
        <Head title="Segments" />
        <Empty title="No segment yet" action={create}>
          An audience is built by clicking, counted while it is edited, and exported as a list.
        </Empty>
        <Starters />
      </>
    );
  return (
    <>
      <Head title="Segments" right={create} />
      {error && <Failure error={error} />}
      <Panel
        title={`${integer(segments.length)} ${segments.length === 1 ? "segment" : "segments"}`}
        under="Counted on the current snapshot"
      >
        <div className="scroll">
          <table className="plain">
            <thead>
              <tr>
                <th>Segment</th>
                <th>Rule</th>
                <th className="num">Customers</th>
                <th className="num">Revenue, {currency}</th>
                <th className="num">Reachable</th>
                <th className="num">
                  <Term name="entered_left">Entered, left</Term>
                </th>
                <th className="num">Version</th>
                <th>Changed</th>
                <th>
                  <span className="sr">Remove</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {segments.map((one) => (
                <tr key={one.segment}>
                  <td className="medium nowrap">
                    <a href={`/segments/${one.segment}`} data-route>
                      {one.segment}
                    </a>
                  </td>
                  <td className="ink2">{one.sentence}</td>
                  <td className="num strong">{integer(one.customers)}</td>
                  <td className="num" title={exactMoney(one.revenue_minor, currency)}>
                    {money(one.revenue_minor, currency)}
                  </td>
                  <td className="num">
                    {one.reachable === null || !one.customers ? unknown : share(one.reachable / one.customers, 0)}
                  </td>
                  <td className="num nowrap">
                    {one.entered === null || one.left === null
                      ? unknown
                      : `+${integer(one.entered)}, ${integer(-one.left)}`}
                  </td>
                  <td className="num">{one.version}</td>
                  <td className="ink2 nowrap">{instant(one.changed_at)}</td>
                  <td className="num">
                    <RemoveButton name={one.segment} onRemove={() => void remove(one)} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Panel>
    </>
  );
}
