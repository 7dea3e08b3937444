import { useState } from "react";
import type { Scaling } from "../../../shared/api/contract/cluster.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { useWork } from "../../client/use-work.ts";
import { Panel } from "../../components/Panel.tsx";
import { Failure } from "../../components/parts.tsx";
import { Working } from "../../components/Working.tsx";
import { decimal, integer, seconds } from "../../format/format.ts";

/** Machines of EC2: how many there are, how many the queue needs by a deadline, and what they cost. */
export function ScalePanel() {
  const client = useClient();
  const group = useAsk("cluster.group", {});
  const { doing, error, start, cancel } = useWork();
  const [by, setBy] = useState("06:00");
  const [answer, setAnswer] = useState<Scaling | null>(null);
  const settings = group.data?.settings;
  const ask = (instances: number | undefined, is_dry: boolean) =>
    start(is_dry ? "Asking AWS" : "Setting the group", async (signal) => {
      setAnswer(
        await client.call(
          "cluster.scale",
          { by, is_dry, ...(instances === undefined ? {} : { instances }) },
          { signal },
        ),
      );
    });
  if (!settings) {
    return (
      <Panel title="No machines of EC2 are set up" under="Agents on machines that come and go with the work">
        <p className="small ink2">
          Make the group with <code>infra/assay.yaml</code>, then set ASSAY_EC2_GROUP, ASSAY_EC2_REGION,
          ASSAY_EC2_CORES, ASSAY_EC2_PRICE and ASSAY_EC2_DAILY_BUDGET before the program starts.
        </p>
      </Panel>
    );
  }
  return (
    <Panel
      title={`Machines of ${settings.group}`}
      under={`EC2, ${settings.region}: ${integer(settings.cores_per_instance)} cores each, ${decimal(settings.price_per_hour)} ${settings.currency} an hour`}
    >
      <div className="form-actions">
        <label className="on">
          Done by
          <input className="field" value={by} onChange={(event) => setBy(event.target.value)} />
        </label>
        <button type="button" className="button" disabled={doing !== null} onClick={() => void ask(undefined, true)}>
          Estimate
        </button>
        {answer && !answer.is_done && (
          <button
            type="button"
            className="button primary"
            disabled={doing !== null}
            onClick={() => void ask(answer.asked.instances, false)}
          >
            Set to {integer(answer.asked.instances)}
          </button>
        )}
        <button type="button" className="button" disabled={doing !== null} onClick={() => void ask(0, false)}>
          Set to none
        </button>
      </div>
      {doing && <Working doing={doing} onCancel={cancel} />}
      {error && <Failure error={error} />}
      {answer && (
        <dl className="facts">
          <dt>There</dt>
          <dd>
            {integer(answer.group.instances.length)} of {integer(answer.group.desired)} wanted, at most{" "}
            {integer(answer.group.largest)}
          </dd>
          <dt>{answer.is_done ? "Set to" : "Needs"}</dt>
          <dd>
            {integer(answer.asked.instances)} for about {seconds(answer.asked.hours * 3600)}:{" "}
            {decimal(answer.asked.cost)} {answer.currency}
          </dd>
          <dt>Today</dt>
          <dd>
            {decimal(answer.spent)} {answer.currency}
            {answer.daily_budget === null ? ", no budget is set" : ` of ${decimal(answer.daily_budget)}`}
          </dd>
        </dl>
      )}
    </Panel>
  );
}
