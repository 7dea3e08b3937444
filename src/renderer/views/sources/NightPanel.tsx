import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Night, NightSettingsDocument } from "../../../shared/api/contract/nights.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { brokenRules } from "../../app/snapshot-words.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useWork } from "../../client/use-work.ts";
import { Panel } from "../../components/Panel.tsx";
import { Failure } from "../../components/parts.tsx";
import { State } from "../../components/State.tsx";
import { Working } from "../../components/Working.tsx";
import { day, instant, integer } from "../../format/format.ts";
import { scheduleWords } from "../../format/schedule.ts";
import { GateDialog } from "./GateDialog.tsx";

const shownNights = 5;

function finding(nights: readonly Night[]): string {
  const [last] = nights;
  if (!last) return "No nightly job was done yet";
  if (last.error !== null) return `The job of ${day(last.night)} failed`;
  return last.published
    ? `The night of ${day(last.night)} is published`
    : `The night of ${day(last.night)} is kept back`;
}

/** The nightly job: when it is done, how the last ones ended, what keeps one back. */
export function NightPanel({ settings, nights }: { settings: NightSettingsDocument; nights: readonly Night[] }) {
  const { brand } = useBrand();
  const client = useClient();
  const queries = useQueryClient();
  const { doing, error, start, cancel } = useWork();
  const [isSetting, setIsSetting] = useState(false);
  const run = () =>
    start("Looking for deliveries", async (signal, onProgress) => {
      await client.stream("nightly.run", { brand }, { signal, onProgress });
      await queries.invalidateQueries();
    });
  const when = settings.next_at
    ? `${scheduleWords(settings.schedule)}; next ${instant(settings.next_at)}`
    : "Only when it is asked";
  const place = settings.runner === "cluster" ? ", on the cluster" : "";
  const by = settings.done_by === null ? "" : `, to be done by ${settings.done_by}`;
  return (
    <Panel
      span="s12"
      title={finding(nights)}
      under={`Deliveries, run, gate, publication, segments and planned lists. ${when}${place}${by}`}
      tools={
        <>
          <button type="button" className="button" onClick={() => setIsSetting(true)}>
            Time and limits
          </button>
          <button type="button" className="button" disabled={doing !== null} onClick={() => void run()}>
            Run it now
          </button>
        </>
      }
    >
      {doing && <Working doing={doing} onCancel={cancel} />}
      {error && <Failure error={error} />}
      {nights.length > 0 && (
        <div className="scroll">
          <table className="plain">
            <thead>
              <tr>
                <th>Night</th>
                <th>Ended</th>
                <th className="num">New rows</th>
                <th className="num">Lists</th>
                <th>Outcome</th>
              </tr>
            </thead>
            <tbody>
              {nights.slice(0, shownNights).map((one) => (
                <NightRow key={one.ended_at + one.snapshot_id} night={one} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {isSetting && <GateDialog settings={settings} onClose={() => setIsSetting(false)} />}
    </Panel>
  );
}

const money = ({ cost, currency }: { cost: number; currency: string }) => `${cost.toFixed(2)} ${currency}`;

function NightRow({ night }: { night: Night }) {
  const said = [
    ...(night.is_late ? [`Later than ${instant(night.due_at)}, when it was to be done`] : []),
    ...(night.scaled
      ? [`Asked for ${integer(night.scaled.instances)} machines, about ${money(night.scaled)} for the night`]
      : []),
    ...brokenRules(night).map(({ title, measured }) => `${title}: ${measured}`),
    ...night.warnings,
  ];
  const isGood = night.published && night.error === null;
  return (
    <tr>
      <td className="medium nowrap">
        {day(night.night)}
        {night.runner === "cluster" && <div className="small ink2">on the cluster</div>}
      </td>
      <td className="ink2 nowrap">{instant(night.ended_at)}</td>
      <td className="num">{integer(night.batches.reduce((sum, { rows }) => sum + rows, 0))}</td>
      <td className="num">{integer(night.exports.length)}</td>
      <td>
        <State tone={isGood ? "good" : night.error ? "bad" : "warn"}>
          {isGood ? `Published as of ${day(night.as_of)}` : night.error ? "Failed" : "Kept back"}
        </State>
        {night.error && <div className="small ink2">{night.error}</div>}
        {said.map((one) => (
          <div key={one} className="small ink2">
            {one}
          </div>
        ))}
      </td>
    </tr>
  );
}
