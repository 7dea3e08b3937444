import { type ReactNode, useState } from "react";
import type { Snapshot } from "../../shared/api/contract/runs.ts";
import { useClient } from "../client/ClientProvider.tsx";
import { useAsk } from "../client/queries.ts";
import { useViewedSnapshot } from "../client/viewed-snapshot.ts";
import { Dialog } from "../components/Dialog.tsx";
import { Failure, Waiting } from "../components/parts.tsx";
import { Scroll } from "../components/Scroll.tsx";
import { State } from "../components/State.tsx";
import { Term } from "../components/Term.tsx";
import { day, instant, integer } from "../format/format.ts";
import { KeptCell } from "./KeptCell.tsx";
import { viewSnapshot } from "./route.ts";
import { brokenRules, standingOf } from "./snapshot-words.ts";

interface Props {
  readonly brand: string;
  readonly brands: readonly string[];
  /** The shared directory doesn't answer: only what is kept here is listed. */
  readonly isAway: boolean;
  readonly onBrand: (name: string) => void;
  readonly onClose: () => void;
}

/** The retailer and the day that is looked at; publishing a snapshot and taking one back. */
export function SnapshotDialog({ brand, brands, isAway, onBrand, onClose }: Props) {
  const client = useClient();
  const viewed = useViewedSnapshot();
  const found = useAsk("snapshots.list", { brand });
  const here = useAsk("offline.kept", { brand });
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const [undo, setUndo] = useState<{ said: string; work: () => void } | null>(null);
  const mark = (operation: "snapshots.publish" | "snapshots.roll_back", snapshot: Snapshot) => {
    setError(null);
    client.call(operation, { brand, snapshot_id: snapshot.snapshot_id }).then(
      () => {
        const isBack = operation === "snapshots.roll_back";
        setUndo({
          said: `${day(snapshot.as_of)} is ${isBack ? "rolled back" : "published"}.`,
          work: () => mark(isBack ? "snapshots.publish" : "snapshots.roll_back", snapshot),
        });
        void found.refetch();
      },
      (reason: Error) => setError(reason),
    );
  };
  const view = (snapshot: Snapshot) => {
    viewSnapshot(snapshot.is_current ? undefined : snapshot.snapshot_id);
    onClose();
  };
  const snapshots = found.data?.snapshots ?? [];
  return (
    <Dialog label="Retailer and snapshot" onClose={onClose} className="snapshots">
      <h2>{brands.length > 1 ? "Retailer and snapshot" : `Snapshots of ${brand}`}</h2>
      {brands.length > 1 && (
        <label className="on">
          Retailer
          <select className="field" value={brand} onChange={(event) => onBrand(event.target.value)}>
            {brands.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
      )}
      {error && <Failure error={error} />}
      {found.isError && <Failure error={found.error} onRetry={() => void found.refetch()} />}
      {found.isPending && <Waiting />}
      {found.data && snapshots.length === 0 && <p className="muted">The first run makes the first snapshot.</p>}
      {snapshots.length > 0 && (
        <Scroll label="Snapshots" isLimited>
          <table className="plain">
            <thead>
              <tr>
                <th>As of</th>
                <th>Made</th>
                <th className="num">Customers</th>
                <th>State</th>
                <th>
                  <Term name="kept_snapshot">On this machine</Term>
                </th>
                <th>
                  <span className="sr">Act</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {snapshots.map((one) => (
                <Row
                  key={one.snapshot_id}
                  snapshot={one}
                  isViewed={viewed === undefined ? one.is_current : one.snapshot_id.startsWith(viewed)}
                  kept={
                    <KeptCell
                      brand={brand}
                      snapshotId={one.snapshot_id}
                      asOf={one.as_of}
                      kept={here.data?.kept.find(({ snapshot_id }) => snapshot_id === one.snapshot_id)}
                      isAway={isAway}
                      onChange={() => void here.refetch()}
                    />
                  }
                  isAway={isAway}
                  onView={() => view(one)}
                  onPublish={() => mark("snapshots.publish", one)}
                  onRollBack={() => mark("snapshots.roll_back", one)}
                />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      <div className="actions">
        {undo && (
          <span className="undo" role="status">
            {undo.said}{" "}
            <button type="button" className="button bare" onClick={undo.work}>
              Undo
            </button>
          </span>
        )}
        <button type="button" className="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

interface RowProps {
  readonly snapshot: Snapshot;
  readonly isViewed: boolean;
  readonly kept: ReactNode;
  readonly isAway: boolean;
  readonly onView: () => void;
  readonly onPublish: () => void;
  readonly onRollBack: () => void;
}

function Row({ snapshot, isViewed, kept, isAway, onView, onPublish, onRollBack }: RowProps) {
  const standing = standingOf(snapshot);
  const broken = snapshot.kept_back ? brokenRules(snapshot) : [];
  return (
    <tr data-chosen={isViewed}>
      <td className="medium nowrap">
        <button type="button" className="button bare" aria-pressed={isViewed} onClick={onView}>
          {day(snapshot.as_of)}
        </button>
      </td>
      <td className="ink2 nowrap">{instant(snapshot.published_at)}</td>
      <td className="num">{integer(snapshot.customers)}</td>
      <td>
        <State tone={standing.tone}>{standing.word}</State>
        {broken.map(({ title, measured }) => (
          <div key={title} className="small ink2 why">
            {title}: {measured}
          </div>
        ))}
      </td>
      <td className="nowrap">{kept}</td>
      <td className="num nowrap">
        {standing.canPublish && !isAway && (
          <button type="button" className="button" onClick={onPublish}>
            Publish
          </button>
        )}
        {standing.canRollBack && !isAway && (
          <button type="button" className="button" onClick={onRollBack}>
            Roll back
          </button>
        )}
      </td>
    </tr>
  );
}
