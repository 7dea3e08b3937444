import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Collection } from "../../../shared/api/contract/retention.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { useWork } from "../../client/use-work.ts";
import { Dialog } from "../../components/Dialog.tsx";
import { Failure, Waiting } from "../../components/parts.tsx";
import { Working } from "../../components/Working.tsx";
import { bytes, day, instant, integer, seconds, share } from "../../format/format.ts";

/** What the rules let go, what it would cost to make again, and the way to free it. */
export function CollectDialog({ brand, onClose }: { brand: string; onClose: () => void }) {
  const client = useClient();
  const queries = useQueryClient();
  const { doing, error, start, cancel } = useWork();
  const [found, setFound] = useState<Collection | null>(null);
  const kept = useAsk("retention.preview", { brand });
  const rules = useAsk("retention.rules", { brand });
  const look = (dry_run: boolean) =>
    start(dry_run ? "Looking through the artifacts" : "Collecting", async (signal, tell) => {
      setFound(await client.stream("retention.collect", { brand, dry_run }, { signal, onProgress: tell }));
      if (!dry_run) await queries.invalidateQueries();
    });
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked once, when it opens
  useEffect(() => {
    void look(true);
  }, []);
  const steps = (kept.data?.steps ?? []).filter(({ cold_bytes }) => cold_bytes > 0).slice(0, 8);
  const title = found?.dry_run === false ? "What was freed" : "What could go";
  return (
    <Dialog label={title} onClose={onClose} className="collect-dialog" isBusy={found !== null && doing !== null}>
      <h2>{title}</h2>
      {doing && <Working doing={doing} onCancel={cancel} />}
      {error && <Failure error={error} onRetry={() => void look(true)} />}
      {!doing && !error && !found && <Waiting label="Looking through the artifacts" />}
      {found && (
        <dl className="facts">
          <dt>Snapshots</dt>
          <dd>{snapshotsSaid(found)}</dd>
          <dt>Intermediates</dt>
          <dd>
            {found.retired.artifacts === 0
              ? "None is old enough and unused"
              : `${integer(found.retired.artifacts)}, ${bytes(found.retired.bytes)}; ${seconds(found.retired.seconds)} of core time to make them again`}
          </dd>
          {kept.data && (
            <>
              <dt>Stays</dt>
              <dd>
                {integer(kept.data.artifacts - found.retired.artifacts)} of {integer(kept.data.artifacts)},{" "}
                {bytes(kept.data.bytes - found.retired.bytes)}
              </dd>
            </>
          )}
          {!found.dry_run && (
            <>
              <dt>Set aside</dt>
              <dd>{integer(found.set_aside.artifacts)} that were named earlier</dd>
              <dt>Freed</dt>
              <dd>
                {bytes(found.freed.bytes)} of {integer(found.freed.artifacts)}
              </dd>
            </>
          )}
          {found.waiting.until && (
            <>
              <dt>Waiting</dt>
              <dd>
                {integer(found.waiting.artifacts)}; the first may be set aside from {instant(found.waiting.until)} on
              </dd>
            </>
          )}
          {found.held > 0 && (
            <>
              <dt>Held</dt>
              <dd>{integer(found.held)}, because somebody reads or makes them</dd>
            </>
          )}
        </dl>
      )}
      {found?.dry_run && steps.length > 0 && found.retired.artifacts > 0 && (
        <table className="plain tight">
          <thead>
            <tr>
              <th scope="col">Step</th>
              <th scope="col" className="num">
                Unused
              </th>
              <th scope="col" className="num">
                of all its bytes
              </th>
              <th scope="col">Oldest</th>
            </tr>
          </thead>
          <tbody>
            {steps.map((one) => (
              <tr key={one.step}>
                <td>{one.title}</td>
                <td className="num">{bytes(one.cold_bytes)}</td>
                <td className="num">{share(one.bytes > 0 ? one.cold_bytes / one.bytes : 0, 0)}</td>
                <td>{day(one.oldest_at?.slice(0, 10))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p className="small ink2">
        {found?.dry_run === true && !hasSome(found)
          ? "Nothing goes by the rules as they are."
          : found?.dry_run === false
            ? "Whoever needs something that is named gets it back until it is set aside; after that it is made again."
            : `Named now, set aside ${waits(rules.data?.rules.wait_hours)} and deleted ${waits(rules.data?.rules.trash_hours)} after that, by the next collections, so that nobody’s reading or running is disturbed.`}
      </p>
      <div className="actions">
        {found?.dry_run && hasSome(found) && (
          <button type="button" className="button primary" disabled={doing !== null} onClick={() => void look(false)}>
            Collect
          </button>
        )}
        <button type="button" className="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

/** Whether a collection would name, set aside or delete anything. */
function hasSome({ dropped, retired, set_aside, freed, waiting }: Collection): boolean {
  return dropped.length + retired.artifacts + set_aside.artifacts + freed.artifacts + waiting.artifacts > 0;
}

function snapshotsSaid({ dropped }: Collection): string {
  if (dropped.length === 0) return "None is beyond the rules";
  const days = dropped.map(({ as_of }) => day(as_of)).sort();
  const rest = days.length > 3 ? ` and ${integer(days.length - 3)} more` : "";
  return `${integer(dropped.length)}: ${days.slice(0, 3).join(", ")}${rest}`;
}

function waits(hours: number | undefined): string {
  if (hours === undefined) return "…";
  if (hours === 0) return "at once";
  return hours % 24 === 0 ? `${integer(hours / 24)} ${hours === 24 ? "day" : "days"}` : `${integer(hours)} hours`;
}
