import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { MappingJson, Source } from "../../../shared/api/contract/sources.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { go } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { offerUndo } from "../../client/undo.ts";
import { Dialog } from "../../components/Dialog.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Failure } from "../../components/parts.tsx";
import { instant, integer } from "../../format/format.ts";
import { Batches } from "./Batches.tsx";
import { MappingEditor } from "./MappingEditor.tsx";
import { RejectTable } from "./RejectTable.tsx";
import { TimetablePanel } from "./TimetablePanel.tsx";

const mostRejects = 200;

type Timetable = Pick<Source, "schedule" | "expected_by">;

/** One source: how it is mapped, its deliveries, and what was left out of them. */
export function SourcePanel({ source }: { source: Source }) {
  const { brand, currency, timeZone } = useBrand();
  const client = useClient();
  const queries = useQueryClient();
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const [isRemoving, setIsRemoving] = useState(false);
  const batches = useAsk("batches.list", { brand });
  const rejects = useAsk("batches.rejects", { brand, source: source.source, limit: mostRejects });
  const [path] = source.paths;
  const preview = useAsk(
    "sources.preview",
    { path: path ?? "", mapping: source.mapping, currency, time_zone: timeZone, limit: 1 },
    { enabled: path !== undefined },
  );
  const act = async (work: Promise<unknown>, then?: () => void) => {
    setError(null);
    try {
      await work;
      await queries.invalidateQueries();
      then?.();
    } catch (reason) {
      setError(reason as Error);
    }
  };
  const setMapping = async (mapping: MappingJson) => {
    await client.call("sources.set_mapping", { brand, source: source.source, mapping });
    await client.stream("batches.reread", { brand, source: source.source });
  };
  const saveMapping = async (mapping: MappingJson) => {
    const before = source.mapping;
    await setMapping(mapping);
    offerUndo(`The mapping of ${source.source} is changed.`, () => setMapping(before));
  };
  const withdraw = async (batch_id: string) => {
    await client.call("batches.withdraw", { brand, batch_id });
    offerUndo("The delivery is withdrawn.", () => client.call("batches.restore", { brand, batch_id }));
  };
  const setTimetable = async (timetable: Timetable) => {
    const { schedule, expected_by } = source;
    const set = (next: Timetable) => client.call("sources.set_schedule", { brand, source: source.source, ...next });
    await set(timetable);
    offerUndo(`The timetable of ${source.source} is changed.`, () => set({ schedule, expected_by }));
  };
  const own = (batches.data?.batches ?? []).filter((batch) => batch.source === source.source);
  const total = rejects.data?.total ?? 0;
  return (
    <>
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
        <Batches batches={own} onWithdraw={(batch_id) => void act(withdraw(batch_id))} />
        <TimetablePanel
          key={`${source.schedule} ${source.expected_by}`}
          source={source}
          timeZone={timeZone}
          onSave={(timetable) => void act(setTimetable(timetable))}
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
          under={`Layout ${source.layout}; a change holds for all deliveries from the next run on`}
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
            onSave={(mapping) => act(saveMapping(mapping))}
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
            <button
              type="button"
              className="button primary"
              onClick={() =>
                void act(client.call("sources.remove", { brand, source: source.source }), () => go("/sources"))
              }
            >
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
