import { useState } from "react";
import { go } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { Failure, Head } from "../../components/parts.tsx";

/** The first retailer of a workspace: name, money, zone; then its exports are recognised. */
export function BrandForm({ workspace, folder }: { workspace: string | null; folder: string | null }) {
  const client = useClient();
  const [path, setPath] = useState(workspace ?? `${folder}/assay-workspace`);
  const [name, setName] = useState("");
  const [currency, setCurrency] = useState("GBP");
  const [zone, setZone] = useState(Intl.DateTimeFormat().resolvedOptions().timeZone || "Europe/London");
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const make = async () => {
    setIsBusy(true);
    setError(null);
    try {
      if (!workspace) await client.call("workspace.create", { path });
      await client.call("brand.create", { brand: name, currency, time_zone: zone });
      go(folder ? `/sources/add?path=${encodeURIComponent(folder)}` : "/sources/add");
    } catch (reason) {
      setError(reason as Error);
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <>
      <Head title="A new retailer" />
      <form
        className="panel"
        style={{ maxWidth: 560, display: "grid", gap: 12 }}
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
            onChange={(event) => setName(event.target.value)}
            required
            pattern="[A-Za-z0-9][A-Za-z0-9_-]*"
          />
        </label>
        <label className="on">
          Currency
          <input
            className="field"
            value={currency}
            onChange={(event) => setCurrency(event.target.value.toUpperCase())}
            required
            maxLength={3}
            list="currencies"
          />
          <datalist id="currencies">
            {["GBP", "EUR", "USD", "BRL", "AUD", "CAD", "CHF", "SEK", "PLN", "JPY"].map((code) => (
              <option key={code} value={code} />
            ))}
          </datalist>
        </label>
        <label className="on">
          Time zone, which decides what a day is
          <input
            className="field"
            value={zone}
            onChange={(event) => setZone(event.target.value)}
            required
            list="zones"
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
            <input className="field" value={path} onChange={(event) => setPath(event.target.value)} required />
          </label>
        )}
        {error && <Failure error={error} />}
        <div>
          <button type="submit" className="button primary" disabled={isBusy || name === ""}>
            Create retailer
          </button>
        </div>
      </form>
    </>
  );
}
