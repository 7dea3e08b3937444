import { useState } from "react";
import { useClient } from "../client/ClientProvider.tsx";
import { useAsk } from "../client/queries.ts";
import { offerUndo } from "../client/undo.ts";
import { instant, integer } from "../format/format.ts";
import { scheduleWords } from "../format/schedule.ts";
import { PathField } from "./PathField.tsx";
import { Failure } from "./parts.tsx";

interface Props {
  readonly brand: string;
  readonly segment: string;
  readonly template: string;
  readonly fields: string[];
}

/** Lists of this segment that the nightly job writes anew into a folder, and one more with what is chosen above. */
export function PlannedLists({ brand, segment, template, fields }: Props) {
  const client = useClient();
  const planned = useAsk("exports.planned", { brand });
  const [isAdding, setIsAdding] = useState(false);
  const [folder, setFolder] = useState("");
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const own = (planned.data?.exports ?? []).filter((one) => one.segment === segment);
  const settle = (work: Promise<unknown>) => {
    setError(null);
    work.then(
      () => {
        setIsAdding(false);
        void planned.refetch();
      },
      (reason: Error) => setError(reason),
    );
  };
  const stop = (one: (typeof own)[number]) => {
    const { export: name, segment: of, template: form, fields: columns, folder: into, schedule } = one;
    settle(
      client.call("exports.unplan", { brand, export: name }).then(() =>
        offerUndo(`${name} is no longer written every night.`, () =>
          client.call("exports.plan", {
            ...{ brand, export: name, segment: of, template: form, fields: columns, folder: into },
            ...(schedule === null ? {} : { schedule }),
          }),
        ),
      ),
    );
  };
  const name = `${segment}-${template}`.slice(0, 63);
  const keep = () => settle(client.call("exports.plan", { brand, export: name, segment, template, fields, folder }));
  return (
    <div className="planned-lists">
      {own.map((one) => (
        <p key={one.export} className="small">
          <b>{one.export}</b>: {one.schedule === null ? "with every published night" : scheduleWords(one.schedule)} into{" "}
          <span className="mono">{one.folder}</span>
          {one.last && `, last ${instant(one.last.at)} with ${integer(one.last.rows)} customers`}{" "}
          <button type="button" className="button bare" onClick={() => stop(one)}>
            Stop
          </button>
        </p>
      ))}
      {error && <Failure error={error} />}
      {!isAdding && (
        <button type="button" className="button bare" onClick={() => setIsAdding(true)}>
          Write it every night
        </button>
      )}
      {isAdding && (
        <form
          className="add-source"
          onSubmit={(event) => {
            event.preventDefault();
            keep();
          }}
        >
          <PathField label="Folder of the nightly list" value={folder} onChange={setFolder} onPick={setFolder} />
          <button type="submit" className="button" disabled={folder === ""}>
            Write every night
          </button>
        </form>
      )}
    </div>
  );
}
