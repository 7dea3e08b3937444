import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { AssayContract } from "../../../shared/api/contract.ts";
import type { OutputOf } from "../../../shared/api/operation.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { offerUndo } from "../../client/undo.ts";
import { useWork } from "../../client/use-work.ts";
import { Panel } from "../../components/Panel.tsx";
import { Failure, Waiting } from "../../components/parts.tsx";
import { instant, integer } from "../../format/format.ts";
import { CollectDialog } from "./CollectDialog.tsx";

type Read = OutputOf<AssayContract["retention.rules"]>;
type Rules = Read["rules"];
type Amount = Exclude<keyof Rules, "nightly">;

const fields: readonly {
  readonly name: Amount;
  readonly label: string;
  readonly unit: string;
  readonly least: number;
}[] = [
  { name: "keep_days", label: "Keep every snapshot for", unit: "days", least: 1 },
  { name: "keep_snapshots", label: "and always the latest", unit: "snapshots", least: 1 },
  { name: "unused_days", label: "Keep unused intermediates for", unit: "days", least: 0 },
  { name: "wait_hours", label: "Wait before setting aside", unit: "hours", least: 0 },
  { name: "trash_hours", label: "and before deleting", unit: "hours", least: 0 },
];

/** What this retailer keeps and for how long, and the way to free the rest. */
export function RetentionPanel({ brand }: { brand: string }) {
  const read = useAsk("retention.rules", { brand });
  const [isCollecting, setIsCollecting] = useState(false);
  return (
    <Panel
      title="Keeping and freeing"
      under="The current snapshot, campaigns, experiments, ids and whatever somebody reads always stay"
      tools={
        <button type="button" className="button" disabled={!read.data} onClick={() => setIsCollecting(true)}>
          See what could go
        </button>
      }
    >
      {read.isPending && <Waiting />}
      {read.isError && <Failure error={read.error} onRetry={() => void read.refetch()} />}
      {read.data && <Form key={JSON.stringify(read.data.rules)} brand={brand} read={read.data} />}
      {isCollecting && <CollectDialog brand={brand} onClose={() => setIsCollecting(false)} />}
    </Panel>
  );
}

function Form({ brand, read: { rules, defaults, snapshots, collected } }: { brand: string; read: Read }) {
  const client = useClient();
  const queries = useQueryClient();
  const { doing, error, start } = useWork();
  const [typed, setTyped] = useState<Record<Amount, string>>(
    () => Object.fromEntries(fields.map(({ name }) => [name, String(rules[name])])) as Record<Amount, string>,
  );
  const [nightly, setNightly] = useState(rules.nightly);
  const next: Rules = {
    ...(Object.fromEntries(fields.map(({ name }) => [name, Number(typed[name])])) as Omit<Rules, "nightly">),
    nightly,
  };
  const isChanged = JSON.stringify(next) !== JSON.stringify({ ...next, ...rules });
  const isUsual = JSON.stringify({ ...next, ...defaults }) === JSON.stringify(next);
  const save = () =>
    start("Saving", async (signal) => {
      await client.call("retention.change", { brand, rules: next }, { signal });
      offerUndo("The rules of keeping are changed.", () => client.call("retention.change", { brand, rules }));
      await queries.invalidateQueries({ queryKey: ["retention.rules"] });
    });
  return (
    <form
      className="retention-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {fields.map(({ name, label, unit, least }) => (
        <label key={name}>
          <span>{label}</span>
          <input
            className="field"
            type="number"
            required
            min={least}
            max={8_784}
            step={1}
            value={typed[name]}
            onChange={(event) => setTyped({ ...typed, [name]: event.target.value })}
          />
          <span className="ink2">{unit}</span>
        </label>
      ))}
      <label className="check-line">
        <input type="checkbox" checked={nightly} onChange={(event) => setNightly(event.target.checked)} />
        Free what may go at the end of the nightly job
      </label>
      {error && <Failure error={error} />}
      <div className="form-actions">
        <button type="submit" className="button primary" disabled={!isChanged || doing !== null}>
          Save
        </button>
        {!isUsual && (
          <button
            type="button"
            className="button"
            onClick={() => {
              setTyped(
                Object.fromEntries(fields.map(({ name }) => [name, String(defaults[name])])) as Record<Amount, string>,
              );
              setNightly(defaults.nightly);
            }}
          >
            Usual values
          </button>
        )}
        <span className="small ink2" role="status">
          {`${integer(snapshots)} ${snapshots === 1 ? "snapshot is" : "snapshots are"} kept. `}
          {collected.at === null ? "Nothing was freed yet." : `Last collected ${instant(collected.at)}.`}
        </span>
      </div>
    </form>
  );
}
