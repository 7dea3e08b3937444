import { useState } from "react";
import type { SqlTable } from "../../../shared/api/contract/sql.ts";
import type { AssayContract } from "../../../shared/api/contract.ts";
import type { OutputOf } from "../../../shared/api/operation.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useWork } from "../../client/use-work.ts";
import { asked, useViewedSnapshot } from "../../client/viewed-snapshot.ts";
import { CopyButton } from "../../components/CopyButton.tsx";
import { Dialog } from "../../components/Dialog.tsx";
import { PathField } from "../../components/PathField.tsx";
import { Failure } from "../../components/parts.tsx";
import { Working } from "../../components/Working.tsx";
import { integer } from "../../format/format.ts";

type Written = OutputOf<AssayContract["handoff.write"]>;
const usual = ["profiles", "order_lines"];

/** Which tables leave for which folder: a copy that stands by itself, for engines that don't know Assay. */
export function HandOffDialog({ tables, onClose }: { tables: readonly SqlTable[]; onClose: () => void }) {
  const { brand } = useBrand();
  const client = useClient();
  const viewed = useViewedSnapshot();
  const { doing, error, start, cancel } = useWork();
  const given = tables.filter(({ table, rows }) => rows !== null && table !== "model_evaluations");
  const [chosen, setChosen] = useState(() => usual.filter((name) => given.some(({ table }) => table === name)));
  const [to, setTo] = useState("");
  const [written, setWritten] = useState<Written | null>(null);
  const hasPeople = chosen.includes("people");
  const copy = () =>
    start("Copying", async (signal, onProgress) => {
      setWritten(null);
      const input = asked("handoff.write", { brand, tables: chosen, to: to.trim() }, viewed);
      setWritten(await client.stream("handoff.write", input, { signal, onProgress }));
    });
  return (
    <Dialog label="Hand tables to other engines" onClose={onClose} className="wide" isBusy={doing !== null}>
      <h2>Hand tables to other engines</h2>
      <p className="ink2">
        A folder of its own with Hive-partitioned Parquet, manifest, schema and DDL: Spark, Hadoop, Trino, pandas and
        DuckDB read it without Assay.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void copy();
        }}
      >
        <fieldset className="hand-off-tables">
          <legend className="sub">Tables</legend>
          {given.map(({ table, rows }) => (
            <label key={table} className="check">
              <input
                type="checkbox"
                checked={chosen.includes(table)}
                onChange={(event) =>
                  setChosen(event.target.checked ? [...chosen, table] : chosen.filter((one) => one !== table))
                }
              />
              <span className="mono clip" title={table}>
                {table}
              </span>
              <span className="muted num">{integer(rows)}</span>
            </label>
          ))}
        </fieldset>
        {hasPeople && (
          <p className="warn" role="status">
            <b>people</b> holds names and addresses: they leave the workspace with the copy.
          </p>
        )}
        <div className="hand-off-to">
          <PathField label="Into a folder that is new or empty" value={to} onChange={setTo} onPick={setTo} />
        </div>
        {doing && <Working doing={doing} onCancel={cancel} />}
        {error && <Failure error={error} />}
        {written && <Outcome written={written} />}
        <div className="actions">
          <button
            type="submit"
            className="button primary"
            disabled={chosen.length === 0 || to.trim() === "" || doing !== null}
          >
            Copy {chosen.length} {chosen.length === 1 ? "table" : "tables"}
          </button>
          <button type="button" className="button" onClick={onClose}>
            {written ? "Close" : "Cancel"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Outcome({ written: { tables } }: { written: Written }) {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const [first] = tables;
  const line = first ? `spark.read.parquet("${first.path}")` : "";
  return (
    <div role="status" className="hand-off-done">
      <p>
        <b>{integer(rows)}</b> rows of {tables.length} {tables.length === 1 ? "table" : "tables"} are copied.
      </p>
      {first && (
        <p className="mono">
          {line} <CopyButton text={() => line} label="Copy the line" />
        </p>
      )}
    </div>
  );
}
