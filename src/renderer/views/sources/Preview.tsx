import type { MappingJson } from "../../../shared/api/contract/sources.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { Failure, Waiting } from "../../components/parts.tsx";
import { Scroll } from "../../components/Scroll.tsx";
import { integer, share } from "../../format/format.ts";
import { shortPath } from "../../format/paths.ts";
import { MappingEditor } from "./MappingEditor.tsx";
import { RejectTable } from "./RejectTable.tsx";

interface Props {
  readonly path: string;
  readonly mapping: MappingJson | null;
  /** Whether a changed mapping is what will be registered: only where there is one file. */
  readonly canKeep: boolean;
  readonly onMapping: (mapping: MappingJson) => void;
}
type CellRow = readonly (string | number | boolean | null)[];

/** A file's rows as they lie, what the mapping makes of them, and which would be left out. */
export function Preview({ path, mapping, canKeep, onMapping }: Props) {
  const { currency, timeZone } = useBrand();
  const own = mapping ? { mapping } : {};
  const preview = useAsk("sources.preview", { path, currency, time_zone: timeZone, limit: 8, ...own }, { keep: true });
  if (!preview.data)
    return (
      <Panel span="s12" title={shortPath(path, 1)}>
        {preview.isPending ? <Waiting label="Reading the file" /> : <Failure error={preview.error} />}
      </Panel>
    );
  const { columns, rows, rows_read, rows_rejected, tables, rejects } = preview.data;
  return (
    <>
      {preview.error && (
        <div className="s12">
          <Failure error={preview.error} />
        </div>
      )}
      <Panel
        span="s12"
        title={`${shortPath(path, 1)}: ${integer(rows_read)} rows as they lie`}
        under="What each column was taken for stands under its name"
      >
        <Scroll label="Rows">
          <table className="plain tight cells">
            <thead>
              <tr>
                {columns.map(({ name, kind, format, filled }) => (
                  <th key={name} title={`${share(filled, 0)} filled`}>
                    <span className="medium">{name}</span>
                    <span className="kind">
                      {kind}
                      {format ? `, ${format}` : ""}
                    </span>
                  </th>
                ))}
              </tr>
            </thead>
            <Cells columns={columns.map(({ name }) => name)} rows={rows} />
          </table>
        </Scroll>
      </Panel>
      <Panel
        span="s12"
        title="Mapping"
        under={
          canKeep
            ? "What is changed here is what will be registered"
            : "Tried on this file; after adding, each source's mapping can be changed for good"
        }
      >
        <MappingEditor
          key={JSON.stringify(preview.data.mapping)}
          mapping={preview.data.mapping}
          columns={columns.map(({ name }) => name)}
          label="Try this mapping"
          onSave={onMapping}
        />
      </Panel>
      {tables.map((table) => (
        <Panel
          key={table.table}
          span={tables.length > 1 ? "s6" : "s12"}
          title={table.table.replaceAll("_", " ")}
          under={`${integer(table.rows_accepted)} rows`}
        >
          <Scroll label={`Rows of ${table.table}`}>
            <table className="plain tight cells">
              <thead>
                <tr>
                  {table.columns.map((name) => (
                    <th key={name}>{name}</th>
                  ))}
                </tr>
              </thead>
              <Cells columns={table.columns} rows={table.rows} />
            </table>
          </Scroll>
        </Panel>
      ))}
      {rejects.length > 0 && (
        <Panel
          span="s12"
          title={`${integer(rows_rejected)} ${rows_rejected === 1 ? "row" : "rows"} would be left out`}
          under="Each with line, column, value and reason"
        >
          <RejectTable rows={rejects} />
        </Panel>
      )}
    </>
  );
}

function Cells({ columns, rows }: { columns: readonly string[]; rows: readonly CellRow[] }) {
  return (
    <tbody className="mono">
      {rows.map((row, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file may be equal
        <tr key={at}>
          {row.map((cell, column) => (
            <td key={columns[column]}>{cell === null ? "" : String(cell)}</td>
          ))}
        </tr>
      ))}
    </tbody>
  );
}
