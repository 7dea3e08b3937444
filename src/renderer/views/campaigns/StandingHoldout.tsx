import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useBrand } from "../../app/BrandContext.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { offerUndo } from "../../client/undo.ts";
import { Panel } from "../../components/Panel.tsx";
import { Failure } from "../../components/parts.tsx";
import { Term } from "../../components/Term.tsx";
import { share as shareText } from "../../format/format.ts";

const choices = [0, 0.01, 0.02, 0.05, 0.1];

/** The share of all customers that no campaign reaches. */
export function StandingHoldout({ share }: { share: number }) {
  const { brand } = useBrand();
  const client = useClient();
  const queries = useQueryClient();
  const [error, setError] = useState<Error | null>(null);
  const set = (value: number) => {
    setError(null);
    client.call("campaigns.set_holdout", { brand, share: value }).then(
      () => {
        offerUndo("The standing holdout is changed.", () => client.call("campaigns.set_holdout", { brand, share }));
        return queries.invalidateQueries({ queryKey: ["campaigns.list"] });
      },
      (reason: Error) => setError(reason),
    );
  };
  return (
    <div className="below">
      <Panel
        title={
          share > 0
            ? `${shareText(share, 0)} of all customers get no campaign at all`
            : "Every customer may be contacted"
        }
        under={
          <>
            <Term name="standing_holdout">Standing holdout</Term>: the same people each time, so that all campaigns
            together can be measured
          </>
        }
        tools={
          <label className="inline">
            <span className="ink2">Kept out of everything</span>
            <select className="field" value={share} onChange={(event) => set(Number(event.target.value))}>
              {[...new Set([...choices, share])]
                .sort((a, b) => a - b)
                .map((one) => (
                  <option key={one} value={one}>
                    {one === 0 ? "Nobody" : shareText(one, 0)}
                  </option>
                ))}
            </select>
          </label>
        }
      >
        {error ? <Failure error={error} /> : null}
        <p className="ink2">
          A larger share keeps everybody of the smaller; about 5 % for a quarter of a year is usual.
        </p>
      </Panel>
    </div>
  );
}
