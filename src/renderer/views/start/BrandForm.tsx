import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { go } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { useWork } from "../../client/use-work.ts";
import { Failure, Head } from "../../components/parts.tsx";
import { nameFromPath } from "../../format/paths.ts";
import "./start.css";

const currencies = ["GBP", "EUR", "USD", "BRL", "AUD", "CAD", "CHF", "SEK", "PLN", "JPY"];

interface Props {
  readonly workspace: string | null;
  readonly folder: string | null;
  /** Dropped together with it. */
  readonly others: readonly string[];
  readonly onBack: () => void;
  readonly onBusy: (isBusy: boolean) => void;
}

/** A retailer of a workspace: its name, money and zone; then its exports are recognised. */
export function BrandForm({ workspace, folder, others, onBack, onBusy }: Props) {
  const client = useClient();
  const queries = useQueryClient();
  const { doing, error, start } = useWork();
  const isCopied = /[\\/]uploads[\\/][0-9a-f]{18}[\\/]/.test(folder ?? "");
  const home = useAsk("workspace.browse", {}, { enabled: isCopied });
  const beside = isCopied ? `${home.data?.path ?? ""}/assay-workspace` : `${folder?.replace(/[\\/]+$/, "")}-assay`;
  const [typed, setPath] = useState<string | null>(workspace);
  const path = typed ?? beside;
  const [name, setName] = useState(folder ? nameFromPath(folder).toLowerCase() : "");
  const [currency, setCurrency] = useState("GBP");
  const [zone, setZone] = useState(Intl.DateTimeFormat().resolvedOptions().timeZone || "Europe/London");
  const make = () => {
    onBusy(true);
    return start("Creating the retailer", async (signal) => {
      if (!workspace) await client.call("workspace.create", { path }, { signal });
      await client.call("brand.create", { brand: name, currency, time_zone: zone }, { signal });
      await queries.invalidateQueries();
      const paths = folder ? [folder, ...others] : [];
      go(`/sources/add?${paths.map((one) => `path=${encodeURIComponent(one)}`).join("&")}`);
    }).finally(() => onBusy(false));
  };
  return (
    <>
      <Head title="A new retailer" />
      <form
        className="panel brand-form"
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <label className="on">
          Name: letters, digits, - and _
          <input
            className="field"
            value={name}
            required
            pattern="[A-Za-z0-9][A-Za-z0-9_\-]*"
            maxLength={63}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <label className="on">
          Currency of its money
          <input
            className="field"
            value={currency}
            required
            pattern="[A-Z]{3}"
            maxLength={3}
            list="currencies"
            onChange={(event) => setCurrency(event.target.value.toUpperCase())}
          />
          <datalist id="currencies">
            {currencies.map((code) => (
              <option key={code} value={code} />
            ))}
          </datalist>
        </label>
        <label className="on">
          Time zone, which decides what a day is
          <input
            className="field"
            value={zone}
            required
            list="zones"
            onChange={(event) => setZone(event.target.value)}
          />
          <datalist id="zones">
            {Intl.supportedValuesOf("timeZone").map((one) => (
              <option key={one} value={one} />
            ))}
          </datalist>
        </label>
        {!workspace && (
          <label className="on">
            Where the workspace is made
            <input
              className="field"
              value={path}
              required
              spellCheck={false}
              onChange={(event) => setPath(event.target.value)}
            />
          </label>
        )}
        {error && <Failure error={error} />}
        <div className="form-actions">
          <button type="submit" className="button primary" disabled={doing !== null || name === ""}>
            Create retailer
          </button>
          {!workspace && (
            <button type="button" className="button" onClick={onBack}>
              Back
            </button>
          )}
        </div>
      </form>
    </>
  );
}
