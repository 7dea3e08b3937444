import { useState } from "react";
import type { AssayContract } from "../../shared/api/contract.ts";
import type { OutputOf } from "../../shared/api/operation.ts";
import { useClient } from "../client/ClientProvider.tsx";
import { useAsk } from "../client/queries.ts";
import { useWork } from "../client/use-work.ts";
import { Icon } from "../components/Icon.tsx";
import { instant, integer } from "../format/format.ts";
import { PendingDialog } from "./PendingDialog.tsx";

interface Props {
  readonly brand: string;
  readonly status: Pick<OutputOf<AssayContract["workspace.status"]>, "away" | "waiting" | "workspace">;
}

/** Says on every screen that the shared directory doesn't answer, and that changes wait for it or for a choice. */
export function AwayBanner({ brand, status: { away, waiting, workspace } }: Props) {
  const client = useClient();
  const [isOpen, setIsOpen] = useState(false);
  const looking = useWork();
  const [said, setSaid] = useState("");
  useAsk("workspace.status", {}, { every: 3_000, enabled: away !== null || waiting > 0 });
  if (!away && waiting === 0 && !isOpen) return null;
  const look = () =>
    void looking.start("Looking for it", async () => {
      const { answers, why } = await client.call("offline.reconnect", {});
      setSaid(answers ? "" : `Still not: ${why}.`);
    });
  const changes = `${integer(waiting)} ${waiting === 1 ? "change" : "changes"}`;
  return (
    <>
      <div className="banner warn" role="status">
        <Icon name="warn" />
        <span>
          {away ? (
            <>
              <b>The shared directory doesn’t answer</b> since {instant(away.since)} ({workspace?.path}: {away.why}).
              What is kept on this machine is shown, and changes wait here. {said}
            </>
          ) : (
            <>
              {changes} that {waiting === 1 ? "was" : "were"} made without the shared directory{" "}
              {waiting === 1 ? "waits" : "wait"}: somebody else changed the same.
            </>
          )}
        </span>
        {waiting > 0 && (
          <button type="button" className="button" onClick={() => setIsOpen(true)}>
            {away ? `${changes} waiting` : "Choose"}
          </button>
        )}
        {away && (
          <button type="button" className="button" disabled={looking.doing !== null} onClick={look}>
            {looking.doing ? "Looking…" : "Look again"}
          </button>
        )}
      </div>
      {isOpen && <PendingDialog brand={brand} isAway={away !== null} onClose={() => setIsOpen(false)} />}
    </>
  );
}
