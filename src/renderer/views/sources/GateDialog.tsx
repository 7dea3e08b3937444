import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { NightSettingsDocument } from "../../../shared/api/contract/nights.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { offerUndo } from "../../client/undo.ts";
import { Dialog } from "../../components/Dialog.tsx";
import { Failure } from "../../components/parts.tsx";
import { TimetableFields } from "../../components/TimetableFields.tsx";
import { readSchedule, writeSchedule } from "../../format/schedule.ts";

type Rule = NightSettingsDocument["gate"][number];
const shown = ({ limit, unit }: Pick<Rule, "limit" | "unit">) =>
  limit === null ? "" : String(unit === "share" ? Number((limit * 100).toFixed(4)) : limit);
const read = (text: string, { unit }: Rule) =>
  text.trim() === "" ? null : unit === "share" ? Number(text) / 100 : Number(text);

/** When the nightly job is done by itself, and the limits beyond which its snapshot is kept back. */
export function GateDialog({ settings, onClose }: { settings: NightSettingsDocument; onClose: () => void }) {
  const { brand, timeZone } = useBrand();
  const client = useClient();
  const queries = useQueryClient();
  const [timetable, setTimetable] = useState(() => readSchedule(settings.schedule));
  const [runner, setRunner] = useState(settings.runner);
  const [doneBy, setDoneBy] = useState(settings.done_by ?? "");
  const [limits, setLimits] = useState(() => Object.fromEntries(settings.gate.map((rule) => [rule.rule, shown(rule)])));
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const save = () => {
    const schedule = writeSchedule(timetable);
    const gate = Object.fromEntries(settings.gate.map((rule) => [rule.rule, read(limits[rule.rule] ?? "", rule)]));
    const place = { runner, done_by: doneBy === "" ? null : doneBy };
    const input = { brand, gate, ...place, ...(schedule === settings.schedule ? {} : { schedule }) };
    const before = Object.fromEntries(settings.gate.map(({ rule, limit }) => [rule, limit]));
    const placeBefore = { runner: settings.runner, done_by: settings.done_by };
    const timeBefore = schedule === settings.schedule ? {} : { schedule: settings.schedule };
    const undo = { brand, gate: before, ...placeBefore, ...timeBefore };
    client.call("nightly.configure", input).then(
      async () => {
        offerUndo("The nightly job is changed.", () => client.call("nightly.configure", undo));
        await queries.invalidateQueries();
        onClose();
      },
      (reason: Error) => setError(reason),
    );
  };
  const restore = () =>
    setLimits(Object.fromEntries(settings.gate.map((one) => [one.rule, shown({ ...one, limit: one.default_limit })])));
  return (
    <Dialog label="Time and limits of the nightly job" onClose={onClose} isForm>
      <h2>Time and limits of the nightly job</h2>
      <p className="ink2">
        While Assay is open it does the job by itself, on one of the desktops that share the workspace. Times are of{" "}
        {timeZone}.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <div className="timetable">
          <TimetableFields value={timetable} never="Only when asked" onChange={setTimetable} />
        </div>
        <div className="timetable">
          <label className="on">
            Run on
            <select
              className="field"
              value={runner}
              onChange={(event) => setRunner(event.target.value === "cluster" ? "cluster" : "pool")}
            >
              <option value="pool">The desktop that does it</option>
              <option value="cluster">The cluster’s agents</option>
            </select>
          </label>
          <label className="on">
            Done by
            <input className="field" type="time" value={doneBy} onChange={(event) => setDoneBy(event.target.value)} />
          </label>
        </div>
        {runner === "cluster" && (
          <p className="small ink2">
            Where no broker or agent answers, the desktop does it. Machines of EC2, where they are set up, are asked for
            in time.
          </p>
        )}
        <div className="gate-limits">
          {settings.gate.map((rule) => (
            <Limit
              key={rule.rule}
              rule={rule}
              value={limits[rule.rule] ?? ""}
              onChange={(text) => setLimits({ ...limits, [rule.rule]: text })}
            />
          ))}
        </div>
        <p className="small ink2">An empty field switches its rule off.</p>
        {error && <Failure error={error} />}
        <div className="actions">
          <button type="submit" className="button primary">
            Save
          </button>
          <button type="button" className="button" onClick={restore}>
            Usual limits
          </button>
          <button type="button" className="button" onClick={onClose}>
            Close
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Limit({ rule, value, onChange }: { rule: Rule; value: string; onChange: (text: string) => void }) {
  const id = `limit-${rule.rule}`;
  return (
    <>
      <label htmlFor={id}>
        <span className="medium">{rule.title}</span>
        <br />
        <span className="small ink2">{rule.help}</span>
      </label>
      <span className="nowrap">
        {rule.breaks === "above" ? "at most" : "at least"}{" "}
        <input
          id={id}
          className="field"
          type="number"
          min={0}
          step="any"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />{" "}
        {rule.unit === "share" ? "%" : "sources"}
      </span>
    </>
  );
}
