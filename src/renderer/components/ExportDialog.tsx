import { useState } from "react";
import type { Definition } from "../../shared/api/contract/segments.ts";
import { useClient } from "../client/ClientProvider.tsx";
import { choosable, type OfferedField } from "../client/offered.ts";
import { useAsk } from "../client/queries.ts";
import { saveExport } from "../client/save-export.ts";
import { asked, useViewedSnapshot } from "../client/viewed-snapshot.ts";
import { countOf } from "../format/format.ts";
import { Dialog } from "./Dialog.tsx";
import { Failure, Waiting } from "./parts.tsx";
import { State } from "./State.tsx";
import "./export.css";
import { ExportPreview } from "./ExportPreview.tsx";
import { PlannedLists } from "./PlannedLists.tsx";

interface Props {
  readonly brand: string;
  readonly segment: string | null;
  readonly definition: Definition;
  readonly fields: readonly OfferedField[];
  readonly onClose: () => void;
}

/** What the retailer's own systems call a customer: of some, all that they know. */
const ownNumber = {
  name: "source_customer_id",
  label: "Customer number",
  help: "The numbers that the sources know the customer by",
};

/** Who would leave the house and who is left out, with which columns; then the list itself. */
export function ExportDialog({ brand, segment, definition, fields, onClose }: Props) {
  const client = useClient();
  const known = fields.map(({ name }) => name);
  const [chosen, setChosen] = useState(() => ["lifecycle_stage", "value_tier"].filter((name) => known.includes(name)));
  const [template, setTemplate] = useState("csv");
  const [everybody, setEverybody] = useState(false);
  const [doing, setDoing] = useState<{ label: string; stop: AbortController } | null>(null);
  const [done, setDone] = useState<{ path: string; rows: number } | null>(null);
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const templates = useAsk("templates.list", {});
  const takesFields = templates.data?.templates.find(({ name }) => name === template)?.takes_fields ?? true;
  const viewed = useViewedSnapshot();
  const input = {
    brand,
    ...(segment ? { segment } : {}),
    definition,
    fields: takesFields ? chosen : [],
    include_unreachable: everybody,
    template,
  };
  const preview = useAsk("segments.export_preview", input, { keep: true });
  const write = async () => {
    const stop = new AbortController();
    setError(null);
    setDone(null);
    setDoing({ label: "Writing the list", stop });
    try {
      const written = await saveExport(client, asked("segments.export", input, viewed), {
        name: `${segment ?? "customers"}${template === "csv" ? "" : `-${template}`}.csv`,
        signal: stop.signal,
        onProgress: ({ label }) => setDoing({ label, stop }),
      });
      if (written) setDone(written);
    } catch (reason) {
      setError(reason as Error);
    } finally {
      setDoing(null);
    }
  };
  return (
    <Dialog label="Export a list" onClose={onClose} isBusy={doing !== null}>
      <h2>Export a list</h2>
      {preview.isError && <Failure error={preview.error} onRetry={() => void preview.refetch()} />}
      {preview.isPending && <Waiting label="Counting" />}
      {preview.data && <ExportPreview preview={preview.data} everybody={everybody} onEverybody={setEverybody} />}
      <div className="export-choices">
        {(templates.data?.templates.length ?? 0) > 1 && (
          <label className="on">
            Template
            <select className="field" value={template} onChange={(event) => setTemplate(event.target.value)}>
              {templates.data?.templates.map(({ name, title }) => (
                <option key={name} value={name}>
                  {title}
                </option>
              ))}
            </select>
          </label>
        )}
        {!takesFields && (
          <p className="small ink2">This platform takes its own columns only, hashed where it matches by digests.</p>
        )}
        <fieldset className="columns" hidden={!takesFields}>
          <legend>Columns beside id, e-mail and name</legend>
          <div className="boxes">
            {[ownNumber, ...choosable(fields, chosen)]
              .filter(({ name }) => name !== "customer_id")
              .map(({ name, label, help }) => (
                <label key={name} className="check" title={help}>
                  <input
                    type="checkbox"
                    checked={chosen.includes(name)}
                    onChange={(event) =>
                      setChosen(event.target.checked ? [...chosen, name] : chosen.filter((one) => one !== name))
                    }
                  />
                  <span className="clip">{label}</span>
                </label>
              ))}
          </div>
        </fieldset>
      </div>
      {segment && <PlannedLists brand={brand} segment={segment} template={template} fields={input.fields} />}
      {error && <Failure error={error} />}
      {done && (
        <p role="status">
          <State tone="good">{countOf(done.rows, "customer")} in</State> <span className="mono">{done.path}</span>
        </p>
      )}
      <div className="actions">
        {doing ? (
          <>
            <span role="status">{doing.label}</span>
            <button type="button" className="button" onClick={() => doing.stop.abort()}>
              Cancel
            </button>
          </>
        ) : (
          <>
            <button
              type="button"
              className="button primary"
              disabled={!preview.data || preview.isFetching || preview.data.rows === 0}
              onClick={() => void write()}
            >
              Export {countOf(preview.data?.rows ?? 0, "customer")}
            </button>
            <button type="button" className="button" onClick={onClose}>
              Close
            </button>
          </>
        )}
      </div>
    </Dialog>
  );
}
