import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { MappingJson, Source } from "../../../shared/api/contract/sources.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { go } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { offerUndo } from "../../client/undo.ts";
import { useWork } from "../../client/use-work.ts";
import { Dialog } from "../../components/Dialog.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Failure } from "../../components/parts.tsx";
import { type Doing, Working } from "../../components/Working.tsx";
import { instant, integer } from "../../format/format.ts";
import { layoutName } from "../../format/layout-name.ts";
import { Batches } from "./Batches.tsx";
import { MappingEditor } from "./MappingEditor.tsx";
import { RejectTable } from "./RejectTable.tsx";
import { TimetablePanel } from "./TimetablePanel.tsx";

const mostRejects = 200;

interface Told {
  readonly signal: AbortSignal;
  readonly onProgress: (doing: Doing) => void;
}
type Timetable = Pick<Source, "schedule" | "expected_by">;

/** One source: how it is mapped, its deliveries, and what was left out of them. */
export function SourcePanel({ source }: { source: Source }) {
  const { brand, currency, timeZone } = useBrand();
  const client = useClient();
  const queries = useQueryClient();
  const { doing, error, start, cancel } = useWork();
  const [isRemoving, setIsRemoving] = useState(false);
  const batches = useAsk("batches.list", { brand });
  const rejects = useAsk("batches.rejects", { brand, source: source.source, limit: mostRejects });
  const [path] = source.paths;
  const preview = useAsk(
    "sources.preview",
    { path: path ?? "", mapping: source.mapping, currency, time_zone: timeZone, limit: 1 },
    { enabled: path !== undefined },
  );
  const act = (label: string, work: (told: Told) => Promise<unknown>) =>
    void start(label, async (signal, onProgress) => {
      await work({ signal, onProgress });
      await queries.invalidateQueries();
    });
  const setMapping = async (mapping: MappingJson) => {
    await client.call("sources.set_mapping", { brand, source: source.source, mapping });
    return { reread: (told?: Told) => client.stream("batches.reread", { brand, source: source.source }, told) };
  };
  const saveMapping = (mapping: MappingJson) =>
    act("Reading the deliveries by the new mapping", async (told) => {
      const before = source.mapping;
      const { reread } = await setMapping(mapping);
      offerUndo(`The mapping of ${source.source} is changed.`, async () => (await setMapping(before)).reread());
      await reread(told);
    });
  const withdraw = (batch_id: string) =>
    act("Withdrawing the delivery", async () => {
      await client.call("batches.withdraw", { brand, batch_id });
      offerUndo("The delivery is withdrawn.", () => client.call("batches.restore", { brand, batch_id }));
    });
  const setTimetable = (timetable: Timetable) =>
    act("Saving the schedule", async () => {
      const { schedule, expected_by } = source;
      const set = (next: Timetable) => client.call("sources.set_schedule", { brand, source: source.source, ...next });
      await set(timetable);
      offerUndo(`The schedule of ${source.source} is changed.`, () => set({ schedule, expected_by }));
    });
  const remove = () => {
    setIsRemoving(false);
    act("Removing the source", async () => {
      await client.call("sources.remove", { brand, source: source.source });
      go("/sources");
    });
  };
  const own = (batches.data?.batches ?? []).filter((batch) => batch.source === source.source);
  const total = rejects.data?.total ?? 0;
  return (
    <>
      {doing && <Working doing={doing} onCancel={cancel} />}
      {error && <Failure error={error} />}
      <div className="strip low">
        <Key name="Rows accepted" value={integer(source.rows_accepted)} more="" />
        <Key name="Rejected" value={integer(source.rows_rejected)} more="" />
        <Key name="Repeated" value={integer(source.rows_repeated)} more="" />
        <Key
          name="Data until"
          value={instant(source.records_until).split(",")[0] ?? ""}
          more={instant(source.records_until).split(", ")[1] ?? ""}
        />
        <Key
          name="Last delivery"
          value={instant(source.last_arrived_at).split(",")[0] ?? ""}
          more={instant(source.last_arrived_at).split(", ")[1] ?? ""}
        />
      </div>
      <div className="grid">
        <Batches batches={own} isBusy={doing !== null} onWithdraw={withdraw} />
        <TimetablePanel
          key={`${source.schedule} ${source.expected_by}`}
          source={source}
          timeZone={timeZone}
          onSave={setTimetable}
        />
        {total > 0 && (
          <Panel
            span="s12"
            title={`${integer(total)} ${total === 1 ? "row was" : "rows were"} left out`}
            under={
              total > mostRejects
                ? `The first ${integer(mostRejects)}, each with line, column, value and reason`
                : "Each with line, column, value and reason"
            }
          >
            <RejectTable rows={rejects.data?.rejects ?? []} />
          </Panel>
        )}
        <Panel
          span="s12"
          title="Mapping"
          under={`${layoutName(source.layout)}; a change holds for all deliveries from the next run on`}
          tools={
            <button type="button" className="button" onClick={() => setIsRemoving(true)}>
              Remove source
            </button>
          }
        >
          <MappingEditor
            key={JSON.stringify(source.mapping)}
            mapping={source.mapping}
            columns={preview.data?.columns.map(({ name }) => name) ?? []}
            isBusy={doing !== null}
            onSave={saveMapping}
          />
        </Panel>
      </div>
      {isRemoving && (
        <Dialog label="Remove source" onClose={() => setIsRemoving(false)}>
          <h2>Remove the source {source.source}?</h2>
          <p>
            Its {integer(source.rows_accepted)} rows are left out from the next run on. The files themselves stay where
            they are.
          </p>
          <div className="actions">
            <button type="button" className="button primary" onClick={remove}>
              Remove source
            </button>
            <button type="button" className="button" onClick={() => setIsRemoving(false)}>
              Keep it
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}

function Key({ name, value, more }: { name: string; value: string; more: string }) {
  return (
    <div>
      <div className="k">{name}</div>
      <div className="v clip">
        {value} <small>{more}</small>
      </div>
    </div>
  );
}
