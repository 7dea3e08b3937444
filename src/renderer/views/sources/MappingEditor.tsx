import { useState } from "react";
import type { MappingJson } from "../../../shared/api/contract/sources.ts";
import { useAsk } from "../../client/queries.ts";
import { columnOf, likelyColumn, ruleText, withColumn } from "./mapping-edit.ts";

interface Props {
  readonly mapping: MappingJson;
  /** The file's columns; without them the mapping can only be read, or edited as JSON. */
  readonly columns: readonly string[];
  readonly label?: string;
  readonly isBusy?: boolean;
  readonly onSave: (mapping: MappingJson) => void;
}

const notTaken = "(none)";

function readMapping(text: string): MappingJson | null {
  try {
    const read: unknown = JSON.parse(text);
    const isMapping = typeof read === "object" && read !== null && "tables" in read && Array.isArray(read.tables);
    return isMapping ? (read as MappingJson) : null;
  } catch {
    return null;
  }
}

/** A mapping as columns on columns; each can be pointed elsewhere, and the whole edited as JSON. */
export function MappingEditor({ mapping, columns, label = "Save mapping", isBusy = false, onSave }: Props) {
  const targets = useAsk("sources.targets", {});
  const [draft, setDraft] = useState(mapping);
  const [json, setJson] = useState<string | null>(null);
  const isChanged = JSON.stringify(draft) !== JSON.stringify(mapping);
  const read = json === null ? null : readMapping(json);
  return (
    <>
      {json !== null && (
        <>
          <textarea
            className="field json mono"
            aria-label="Mapping as JSON"
            spellCheck={false}
            value={json}
            onChange={(event) => setJson(event.target.value)}
          />
          {read === null && <p className="bad">This is no mapping: it has a layout and a list of tables.</p>}
        </>
      )}
      {json === null && (
        <div className="mapping">
          {draft.tables.map((table, at) => (
            <MappedTable
              // biome-ignore lint/suspicious/noArrayIndexKey: a mapping may feed one table twice
              key={at}
              table={table.table}
              rules={table.columns}
              columns={columns}
              targets={targets.data?.tables.find((one) => one.table === table.table)?.columns ?? []}
              onColumn={(target, column) => setDraft(withColumn(draft, at, target, column))}
            />
          ))}
        </div>
      )}
      <div className="mapping-foot">
        {json === null ? (
          <button type="button" className="button" onClick={() => setJson(JSON.stringify(draft, null, 2))}>
            Edit as JSON
          </button>
        ) : (
          <button
            type="button"
            className="button"
            disabled={read === null}
            onClick={() => {
              if (read) setDraft(read);
              setJson(null);
            }}
          >
            Use this JSON
          </button>
        )}
        {isChanged && json === null && (
          <>
            <button type="button" className="button primary" disabled={isBusy} onClick={() => onSave(draft)}>
              {label}
            </button>
            <button type="button" className="button" disabled={isBusy} onClick={() => setDraft(mapping)}>
              Undo changes
            </button>
          </>
        )}
      </div>
    </>
  );
}

interface TableProps {
  readonly table: string;
  readonly rules: Readonly<Record<string, unknown>>;
  readonly columns: readonly string[];
  readonly targets: readonly { readonly name: string; readonly help: string; readonly required: boolean }[];
  readonly onColumn: (target: string, column: string | null) => void;
}

function MappedTable({ table, rules, columns, targets, onColumn }: TableProps) {
  const [begun, setBegun] = useState<readonly string[]>([]);
  const rows = [
    ...Object.entries(rules),
    ...begun.filter((name) => !(name in rules)).map((name) => [name, ""] as const),
  ];
  const free = targets.filter(({ name }) => !(name in rules) && !begun.includes(name));
  const missing = targets.filter(({ name, required }) => required && !(name in rules));
  const begin = (target: string) => {
    const column = likelyColumn(target, columns);
    if (column === null) setBegun([...begun, target]);
    else onColumn(target, column);
  };
  const point = (target: string, column: string) => {
    setBegun(begun.filter((one) => one !== target));
    onColumn(target, column === notTaken ? null : column);
  };
  return (
    <div>
      <h3 className="medium">{table.replaceAll("_", " ")}</h3>
      {missing.length > 0 && (
        <p className="warn small">Needed and not mapped: {missing.map(({ name }) => name).join(", ")}</p>
      )}
      <table className="plain tight fixed">
        <tbody>
          {rows.map(([target, rule]) => (
            <tr key={target}>
              <td className="mono clip" title={targets.find(({ name }) => name === target)?.help}>
                {target}
              </td>
              <td>
                {columns.length === 0 ? (
                  <span className="ink2">{ruleText(rule)}</span>
                ) : (
                  <select
                    className="field wide"
                    aria-label={`Column for ${target} of ${table}`}
                    value={columnOf(rule) ?? ""}
                    onChange={(event) => point(target, event.target.value)}
                  >
                    {!columnOf(rule) && <option value="">{ruleText(rule) || "choose a column…"}</option>}
                    {[...new Set([...columns, ...(columnOf(rule) ? [columnOf(rule) ?? ""] : [])])].map((name) => (
                      <option key={name} value={name}>
                        {name === columnOf(rule) ? ruleText(rule) : name}
                      </option>
                    ))}
                    <option value={notTaken}>(not taken)</option>
                  </select>
                )}
              </td>
            </tr>
          ))}
          {columns.length > 0 && free.length > 0 && (
            <tr>
              <td colSpan={2}>
                <select
                  className="field"
                  aria-label={`Add a column to ${table}`}
                  value=""
                  onChange={(event) => event.target.value && begin(event.target.value)}
                >
                  <option value="">add a column…</option>
                  {free.map(({ name, help }) => (
                    <option key={name} value={name} title={help}>
                      {name}
                    </option>
                  ))}
                </select>
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}
