import { useState } from "react";
import type { Field } from "../../../shared/api/contract/customers.ts";
import type { Definition } from "../../../shared/api/contract/segments.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { Dialog } from "../../components/Dialog.tsx";
import { Failure, Waiting } from "../../components/parts.tsx";
import { integer } from "../../format/format.ts";

const leftOut: Readonly<Record<string, string>> = {
  suppressed: "suppressed",
  no_consent: "without consent",
  no_address: "without an address",
};

/** Who would leave the house, and then the list itself. */
export function ExportDialog({
  brand,
  segment,
  definition,
  fields,
  onClose,
}: {
  brand: string;
  segment: string | null;
  definition: Definition;
  fields: readonly Field[];
  onClose: () => void;
}) {
  const client = useClient();
  const [chosen, setChosen] = useState<string[]>(["lifecycle_stage", "value_tier"]);
  const [everybody, setEverybody] = useState(false);
  const [state, setState] = useState<{ label: string } | null>(null);
  const [done, setDone] = useState<{ path: string; rows: number } | null>(null);
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const input = {
    brand,
    ...(segment ? { segment } : {}),
    definition,
    fields: chosen,
    include_unreachable: everybody,
    template: "csv",
  };
  const preview = useAsk("segments.export_preview", input, { keep: true });
  const write = async () => {
    setError(null);
    setState({ label: "Writing the list" });
    try {
      const made = await client.stream("segments.export", input, { onProgress: ({ label }) => setState({ label }) });
      setDone(made);
      const link = document.createElement("a");
      link.href = `/download?path=${encodeURIComponent(made.path)}`;
      link.download = "";
      link.click();
    } catch (reason) {
      setError(reason as Error);
    } finally {
      setState(null);
    }
  };
  return (
    <Dialog label="Export a list" onClose={onClose}>
      <h2>Export a list</h2>
      {preview.isError && <Failure error={preview.error} />}
      {preview.isPending ? (
        <Waiting label="Counting" />
      ) : preview.data ? (
        <>
          <p>
            <b>{integer(preview.data.rows)}</b> customers leave the house.
          </p>
          <ul style={{ margin: "6px 0 10px", paddingLeft: 18 }}>
            {preview.data.left_out.map(({ reason, count }) => (
              <li key={reason}>
                {integer(count)} left out: {leftOut[reason] ?? reason.replaceAll("_", " ")}
              </li>
            ))}
            {preview.data.left_out.length === 0 && <li>Nobody is left out.</li>}
          </ul>
          <label style={{ display: "flex", gap: 8, marginBottom: 10 }}>
            <input type="checkbox" checked={everybody} onChange={(event) => setEverybody(event.target.checked)} />
            Also those without consent (the suppressed never)
          </label>
          <label className="on">
            Columns beside id, e-mail and names
            <select
              className="field"
              multiple
              size={6}
              style={{ height: 120 }}
              value={chosen}
              onChange={(event) => setChosen([...event.target.selectedOptions].map(({ value }) => value))}
            >
              {fields
                .filter(({ name }) => name !== "customer_id")
                .map((field) => (
                  <option key={field.name} value={field.name}>
                    {field.label}
                  </option>
                ))}
            </select>
          </label>
          <div className="scroll" style={{ margin: "10px 0" }}>
            <table className="plain mono">
              <thead>
                <tr>
                  {preview.data.columns.map((name) => (
                    <th key={name}>{name}</th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {preview.data.sample.slice(0, 4).map((row) => (
                  <tr key={row.join("|")}>
                    {row.map((cell, at) => (
                      <td key={preview.data?.columns[at]}>{cell}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      ) : null}
      {error && <Failure error={error} />}
      {done && (
        <p className="good" role="status">
          ✓ {integer(done.rows)} customers in <span className="mono">{done.path}</span>
        </p>
      )}
      <div style={{ display: "flex", gap: 8, marginTop: 12 }}>
        <button
          type="button"
          className="button primary"
          disabled={!preview.data || state !== null || preview.data.rows === 0}
          onClick={() => void write()}
        >
          {state ? state.label : `Export ${integer(preview.data?.rows)} customers`}
        </button>
        <button type="button" className="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
