import { useState } from "react";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { offerUndo } from "../../client/undo.ts";
import { Panel } from "../../components/Panel.tsx";
import { Failure } from "../../components/parts.tsx";
import { instant } from "../../format/format.ts";
import { useParamWords } from "./use-param-words.ts";
import { valueText } from "./words.ts";

/** The retailer's own values of parameters: promoted from experiments, or pinned. */
export function BrandParams({ brand }: { brand: string }) {
  const client = useClient();
  const list = useAsk("params.list", { brand });
  const { specOf } = useParamWords(brand);
  const said = (name: string) => {
    const known = specOf(name);
    return known ? `${known.title}: ${known.spec.label.toLowerCase()}` : name;
  };
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const params = list.data?.params ?? [];
  if (params.length === 0) return null;
  const reset = ({ name, value }: (typeof params)[number]) =>
    void client.call("params.set", { brand, name, value: null }).then(
      () =>
        offerUndo(`“${said(name)}” is the program's own again.`, () =>
          client.call("params.set", { brand, name, value }),
        ),
      (reason: Error) => setError(reason),
    );
  return (
    <Panel
      title="Parameters of this retailer"
      under="Used by every run from the next one on, instead of the program's own"
    >
      {error && <Failure error={error} />}
      <div className="scroll">
        <table className="plain">
          <thead>
            <tr>
              <th>Parameter</th>
              <th className="num">Value</th>
              <th>Set</th>
              <th>From</th>
              <th>
                <span className="sr">Undo</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {params.map((param) => (
              <tr key={param.name}>
                <td title={param.name}>{said(param.name)}</td>
                <td className="num nowrap">{valueText(param.value, specOf(param.name)?.spec)}</td>
                <td className="nowrap">{instant(param.set_at)}</td>
                <td>
                  {param.from ? (
                    <a href={`/experiments/${encodeURIComponent(param.from)}`} data-route>
                      {param.from}
                    </a>
                  ) : (
                    <span className="muted">set by hand</span>
                  )}
                </td>
                <td className="num">
                  <button type="button" className="button" onClick={() => reset(param)}>
                    Back to the program's
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
