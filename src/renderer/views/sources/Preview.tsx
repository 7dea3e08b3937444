import { useState } from "react";
import type { MappingJson } from "../../../shared/api/contract/sources.ts";
import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { Failure, Waiting } from "../../components/parts.tsx";
import { integer } from "../../format/format.ts";
import { MappingEditor } from "./MappingEditor.tsx";

/** A file's rows as they lie, what the mapping makes of them, and which would be left out. */
export function Preview({ path, currency, timeZone }: { path: string; currency: string; timeZone: string }) {
  const [mapping, setMapping] = useState<MappingJson | null>(null);
  const preview = useAsk(
    "sources.preview",
    { path, currency, time_zone: timeZone, limit: 12, ...(mapping ? { mapping } : {}) },
    { keep: true },
  );
  if (preview.isPending)
    return (
      <Panel span="s12" title="Preview">
        <Waiting label="Reading the file" />
      </Panel>
    );
  if (preview.isError)
    return (
      <Panel span="s12" title="Preview">
        <Failure error={preview.error} />
      </Panel>
    );
  const { data } = preview;
  return (
    <>
      <Panel
        span="s12"
        title={`${path.split(/[\\/]/).at(-1)}: ${integer(data.rows_read)} rows`}
        under={`${integer(data.rows_rejected)} of them would be left out`}
      >
        <MappingEditor
          mapping={data.mapping}
          columns={data.columns.map(({ name }) => name)}
          onSave={setMapping}
          label="Try this mapping"
        />
      </Panel>
      <Panel
        span="s12"
        title="As it lies in the file"
        under={data.columns.map(({ name, kind }) => `${name}: ${kind}`).join(", ")}
      >
        <Rows columns={data.columns.map(({ name }) => name)} rows={data.rows} />
      </Panel>
      {data.tables.map((table) => (
        <Panel key={table.table} span="s6" title={table.table} under={`${integer(table.rows_accepted)} rows`}>
          <Rows columns={table.columns} rows={table.rows} />
        </Panel>
      ))}
      {data.rejects.length > 0 && (
        <Panel span="s12" title="Left out" under="Line, column, value and reason">
          <Rows
            columns={["line", "column", "value", "reason"]}
            rows={data.rejects.map(({ line, column, value, reason }) => [line, column, value, reason])}
          />
        </Panel>
      )}
    </>
  );
}

function Rows({
  columns,
  rows,
}: {
  columns: readonly string[];
  rows: readonly (readonly (string | number | boolean | null)[])[];
}) {
  return (
    <div className="scroll">
      <table className="plain mono">
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file may be equal
            <tr key={at}>
              {row.map((cell, column) => (
                <td key={columns[column]} style={{ whiteSpace: "nowrap" }}>
                  {cell === null ? "" : String(cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
