import { useState } from "react";
import type { Conflict } from "../../shared/api/contract/offline.ts";
import { useClient } from "../client/ClientProvider.tsx";
import { useAsk } from "../client/queries.ts";
import { CloseRow, Dialog } from "../components/Dialog.tsx";
import { Failure, Waiting } from "../components/parts.tsx";
import { Scroll } from "../components/Scroll.tsx";
import { State } from "../components/State.tsx";
import { instant } from "../format/format.ts";

interface Props {
  readonly brand: string;
  readonly isAway: boolean;
  readonly onClose: () => void;
}

/** Changes that were made without the shared directory: what waits, and what has to be chosen since others changed it too. */
export function PendingDialog({ brand, isAway, onClose }: Props) {
  const client = useClient();
  const found = useAsk("offline.pending", { brand });
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const act = (work: Promise<unknown>) => {
    setError(null);
    work.then(
      () => void found.refetch(),
      (reason: Error) => setError(reason),
    );
  };
  const { edits = [], conflicts = [] } = found.data ?? {};
  return (
    <Dialog label="Changes that wait" onClose={onClose} className="wide pending">
      <h2>{conflicts.length > 0 ? "Others changed the same" : "Changes that wait"}</h2>
      <p className="ink2">
        {isAway
          ? "They are kept on this machine and go to the shared directory, in this order, when it answers again."
          : "Each was made while the shared directory didn’t answer. Whatever nobody else changed is in already."}
      </p>
      {error && <Failure error={error} />}
      {found.isError && <Failure error={found.error} onRetry={() => void found.refetch()} />}
      {found.isPending && <Waiting />}
      {conflicts.map((one) => (
        <ConflictCard
          key={one.subject}
          conflict={one}
          onTake={(take) => act(client.call("offline.resolve", { brand, subject: one.subject, take }))}
        />
      ))}
      {found.data && edits.length === 0 && <p role="status">Nothing waits any more.</p>}
      {edits.length > 0 && (
        <Scroll label="Changes" isLimited>
          <table className="plain">
            <thead>
              <tr>
                <th>Change</th>
                <th>Made</th>
                <th>State</th>
                <th>
                  <span className="sr">Act</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {edits.map(({ id, at, title, state }) => (
                <tr key={id}>
                  <td className="medium">{title}</td>
                  <td className="ink2 nowrap">{instant(at)}</td>
                  <td className="nowrap">
                    <State tone={state === "conflict" ? "warn" : "muted"}>
                      {state === "conflict" ? "Waits for a choice" : "Waits for the share"}
                    </State>
                  </td>
                  <td className="num">
                    <button
                      type="button"
                      className="button"
                      title="Takes this change back: it is as if it had not been made"
                      aria-label={`Take back: ${title}`}
                      onClick={() => act(client.call("offline.drop", { brand, id }))}
                    >
                      Take back
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      <CloseRow onClose={onClose} />
    </Dialog>
  );
}

function ConflictCard({
  conflict,
  onTake,
}: {
  readonly conflict: Conflict;
  readonly onTake: (take: Conflict["choices"][number]) => void;
}) {
  const { title, before, mine, theirs, mine_at, theirs_at, choices, both_name } = conflict;
  return (
    <section className="conflict" aria-label={title}>
      <h3>{title}</h3>
      <div className="sides">
        <Side name="Mine" at={mine_at} text={mine} onTake={() => onTake("mine")} act="Keep mine" />
        <Side name="Theirs" at={theirs_at} text={theirs} onTake={() => onTake("theirs")} act="Keep theirs" />
      </div>
      <p className="small ink2">
        Before both: <span className="keep-lines">{before ?? "it wasn’t there"}</span>
      </p>
      {choices.includes("both") && both_name && (
        <button type="button" className="button" onClick={() => onTake("both")}>
          Keep both, mine as {both_name}
        </button>
      )}
    </section>
  );
}

interface SideProps {
  readonly name: string;
  readonly at: string;
  readonly text: string | null;
  readonly act: string;
  readonly onTake: () => void;
}

function Side({ name, at, text, act, onTake }: SideProps) {
  return (
    <div className="side">
      <div className="strong">
        {name} <span className="small ink2">{instant(at)}</span>
      </div>
      <p className="keep-lines">{text ?? <span className="muted">Removed</span>}</p>
      <button type="button" className="button" onClick={onTake}>
        {act}
      </button>
    </div>
  );
}
