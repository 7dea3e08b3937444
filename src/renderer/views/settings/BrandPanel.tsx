import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { AssayContract } from "../../../shared/api/contract.ts";
import type { OutputOf } from "../../../shared/api/operation.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { useWork } from "../../client/use-work.ts";
import { Icon } from "../../components/Icon.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Failure, Waiting } from "../../components/parts.tsx";

type Read = OutputOf<AssayContract["brand.settings"]>;
type Settings = NonNullable<Read["made_with"]>;

/** What a number of this retailer means: its money, its days, how long goods may come back. */
export function BrandPanel({ brand }: { brand: string }) {
  const read = useAsk("brand.settings", { brand });
  return (
    <Panel
      title={brand}
      under="Money, days and returns of this retailer; shared with everybody who opens the workspace"
    >
      {read.isPending && <Waiting />}
      {read.isError && <Failure error={read.error} onRetry={() => void read.refetch()} />}
      {read.data && <Form key={JSON.stringify(read.data.settings)} brand={brand} read={read.data} />}
    </Panel>
  );
}

const zones = Intl.supportedValuesOf("timeZone");

function Form({ brand, read: { settings, made_with } }: { brand: string; read: Read }) {
  const client = useClient();
  const queries = useQueryClient();
  const { doing, error, start } = useWork();
  const [currency, setCurrency] = useState(settings.currency);
  const [zone, setZone] = useState(settings.time_zone);
  const [days, setDays] = useState(settings.return_window_days?.toString() ?? "");
  const typed: Settings = {
    brand,
    currency,
    time_zone: zone,
    return_window_days: days.trim() === "" ? null : Number(days),
  };
  const isChanged = !isSame(typed, settings);
  const write = (next: Settings) =>
    start("Saving", async (signal) => {
      await client.call("brand.change", next, { signal });
      await queries.invalidateQueries();
    });
  const waits = made_with !== null && !isSame(settings, made_with);
  return (
    <form
      className="settings-form"
      onSubmit={(event) => {
        event.preventDefault();
        void write(typed);
      }}
    >
      <label className="on">
        Currency
        <input
          className="field"
          value={currency}
          required
          pattern="[A-Z]{3}"
          maxLength={3}
          onChange={(event) => setCurrency(event.target.value.toUpperCase())}
        />
      </label>
      <label className="on">
        Time zone, by which a day begins and ends
        <input
          className="field"
          value={zone}
          required
          list="setting-zones"
          onChange={(event) => setZone(event.target.value)}
        />
        <datalist id="setting-zones">
          {zones.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      </label>
      <label className="on">
        Days within which goods may come back; empty: as observed
        <input
          className="field"
          type="number"
          min={0}
          max={3650}
          step={1}
          value={days}
          placeholder="As observed"
          onChange={(event) => setDays(event.target.value)}
        />
      </label>
      {error && <Failure error={error} />}
      <div className="form-actions">
        <button type="submit" className="button primary" disabled={!isChanged || doing !== null}>
          Save
        </button>
        {waits && !isChanged && (
          <button
            type="button"
            className="button"
            title="Back to what the present numbers were made with"
            disabled={doing !== null}
            onClick={() => void write(made_with)}
          >
            <Icon name="undo" />
            Undo
          </button>
        )}
        <span className="ink2 small" role="status">
          {isChanged && "Numbers change with the next run, not at once."}
          {!isChanged &&
            waits &&
            `Saved. The present numbers were made with ${said(made_with)}; the next run takes these.`}
          {!isChanged && !waits && made_with && "The present numbers were made with these."}
        </span>
      </div>
    </form>
  );
}

function isSame(a: Settings, b: Settings): boolean {
  return a.currency === b.currency && a.time_zone === b.time_zone && a.return_window_days === b.return_window_days;
}

function said({ currency, time_zone, return_window_days }: Settings): string {
  const window = return_window_days === null ? "the observed return window" : `${return_window_days} days for returns`;
  return `${currency}, ${time_zone} and ${window}`;
}
