import { useState } from "react";
import type { KeptSnapshot } from "../../shared/api/contract/offline.ts";
import { useClient } from "../client/ClientProvider.tsx";
import { useAsk } from "../client/queries.ts";
import { useWork } from "../client/use-work.ts";
import { State } from "../components/State.tsx";
import { bytes, day, instant } from "../format/format.ts";

interface Props {
  readonly brand: string;
  readonly snapshotId: string;
  readonly asOf: string;
  readonly kept: KeptSnapshot | undefined;
  readonly isAway: boolean;
  readonly onChange: () => void;
}

/** Whether a snapshot lies on this machine too, and the way to have it there or to free its space. */
export function KeptCell({ brand, snapshotId, asOf, kept, isAway, onChange }: Props) {
  const client = useClient();
  const work = useWork();
  const [isAsked, setIsAsked] = useState(false);
  const size = useAsk("offline.measure", { brand, snapshot_id: snapshotId }, { enabled: isAsked && !isAway });
  const keep = () =>
    void work.start("Copying", async (signal, onProgress) => {
      await client.stream("offline.keep", { brand, snapshot_id: snapshotId }, { signal, onProgress });
      setIsAsked(false);
      onChange();
    });
  const free = () =>
    void work.start("Freeing", async () => {
      await client.call("offline.free", { brand, snapshot_id: snapshotId });
      onChange();
    });
  if (work.doing)
    return (
      <div className="kept" role="status">
        <progress
          aria-label={`Copying the snapshot of ${day(asOf)}`}
          value={work.doing.done}
          max={work.doing.total ?? 1}
        />
        <button type="button" className="button" onClick={work.cancel}>
          Cancel
        </button>
      </div>
    );
  if (kept?.state === "whole")
    return (
      <div className="kept">
        <span title={`Kept ${instant(kept.kept_at)}, last compared with the share ${instant(kept.contact_at)}`}>
          <State tone="good">{bytes(kept.bytes)}</State>
        </span>
        <button type="button" className="button" aria-label={`Free the copy of ${day(asOf)}`} onClick={free}>
          Free
        </button>
      </div>
    );
  const action = kept ? "Go on" : isAsked ? "Copy it" : "Keep here";
  return (
    <div className="kept">
      {kept && <State tone="warn">{kept.state === "stale" ? "Out of date" : "Not finished"}</State>}
      {work.error && <span className="bad small">{work.error.message}</span>}
      {isAsked && size.data && (
        <span className="small ink2">
          {bytes(size.data.bytes - size.data.standing_bytes)} of {bytes(size.data.free_bytes)} free
        </span>
      )}
      {size.isError && <span className="bad small">{size.error.message}</span>}
      {!isAway && (
        <button
          type="button"
          className="button"
          disabled={isAsked && !size.data}
          aria-label={`${action}: the snapshot of ${day(asOf)}, on this machine`}
          onClick={isAsked || kept ? keep : () => setIsAsked(true)}
        >
          {action}
        </button>
      )}
      {kept && (
        <button type="button" className="button" aria-label={`Free what was copied of ${day(asOf)}`} onClick={free}>
          Free
        </button>
      )}
    </div>
  );
}
