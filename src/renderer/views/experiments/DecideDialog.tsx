import type { Experiment, ExperimentVariant } from "../../../shared/api/contract/experiments.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { offerUndo } from "../../client/undo.ts";
import { useWork } from "../../client/use-work.ts";
import { Dialog } from "../../components/Dialog.tsx";
import { Failure } from "../../components/parts.tsx";
import { useParamWords } from "./use-param-words.ts";
import { valueText } from "./words.ts";

interface Props {
  readonly brand: string;
  readonly experiment: Experiment;
  /** The variant that is promoted; null: all are dropped. */
  readonly promoted: ExperimentVariant | null;
  readonly onClose: () => void;
}

/** What promoting or dropping comes to, before it is done. */
export function DecideDialog({ brand, experiment: { experiment }, promoted, onClose }: Props) {
  const client = useClient();
  const { doing, error, start } = useWork();
  const decide = () =>
    start("Deciding", async () => {
      const input = { brand, experiment };
      if (promoted) await client.call("experiments.promote", { ...input, variant: promoted.variant });
      else await client.call("experiments.drop", input);
      offerUndo(`The experiment ${experiment} is ${promoted ? "promoted" : "dropped"}.`, () =>
        client.call("experiments.reopen", input),
      );
      onClose();
    });
  const said = promoted ? "Promote" : "Drop";
  return (
    <Dialog label={`${said} ${experiment}`} onClose={onClose}>
      <h2>
        {said} {experiment}?
      </h2>
      {promoted ? (
        <>
          <p>Every run of this retailer uses these values from the next one on, whoever starts it:</p>
          <Values brand={brand} params={promoted.params} />
          <p className="small ink2">
            Each value can be set back to the program's own under Experiments. The experiment itself ends.
          </p>
        </>
      ) : (
        <p>Nothing changes for the retailer. The comparison stays to be read, but can’t be promoted any more.</p>
      )}
      {error && <Failure error={error} />}
      <div className="actions">
        <button type="button" className="button primary" disabled={doing !== null} onClick={() => void decide()}>
          {promoted ? "Promote" : "Drop experiment"}
        </button>
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}

/** Parameters by their labels, from what they are to what they become. */
function Values({ brand, params }: { brand: string; params: ExperimentVariant["params"] }) {
  const { specOf } = useParamWords(brand);
  const own = useAsk("params.list", { brand });
  return (
    <table className="plain tight">
      <thead>
        <tr>
          <th>Parameter</th>
          <th className="num">Now</th>
          <th className="num">Then</th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(params).map(([name, value]) => {
          const known = specOf(name);
          const now = own.data?.params.find((one) => one.name === name)?.value ?? known?.spec.default;
          return (
            <tr key={name}>
              <td title={name}>
                {known ? `${known.title}: ${known.spec.label.toLowerCase()}` : <span className="mono">{name}</span>}
              </td>
              <td className="num">{now === undefined ? "the program's own" : valueText(now, known?.spec)}</td>
              <td className="num strong">{valueText(value, known?.spec)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
