import { useState } from "react";
import type { MappingJson } from "../../../shared/api/contract/sources.ts";
import { useAsk } from "../../client/queries.ts";

function ruleText(rule: unknown): string {
  if (typeof rule === "string") return rule;
  if (typeof rule !== "object" || rule === null) return "";
  const { column, value, coalesce, map, format, decimal } = rule as Record<string, unknown>;
  if (value !== undefined) return `“${String(value)}”`;
  if (Array.isArray(coalesce)) return coalesce.join(" or ");
  if (map !== undefined) return `${String(map)}, translated`;
  return `${String(column ?? "")}${format ? `, ${String(format)}` : ""}${decimal ? `, decimal ${String(decimal)}` : ""}`;
}

/** A mapping as columns on columns; each can be pointed elsewhere, and the whole edited as JSON. */
export function MappingEditor({
  mapping,
  columns = [],
  onSave,
  label = "Save mapping",
}: {
  mapping: MappingJson;
  path?: string | undefined;
  columns?: readonly string[];
  onSave: (mapping: MappingJson) => void | Promise<void>;
  label?: string;
}) {
  const targets = useAsk("sources.targets", {});
  const [draft, setDraft] = useState(mapping);
  const [json, setJson] = useState<string | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const isChanged = JSON.stringify(draft) !== JSON.stringify(mapping);
  const setColumn = (at: number, target: string, column: string) => {
    const tables = draft.tables.map((table, index) => {
      if (index !== at) return table;
      const { [target]: standing, ...rest } = table.columns;
      if (column === "") return { ...table, columns: rest };
      const kept =
        typeof standing === "object" && standing !== null && "column" in standing ? { ...standing, column } : column;
      return { ...table, columns: { ...rest, [target]: kept } };
    });
    setDraft({ ...draft, tables });
  };
  const leaveJson = () => {
    try {
      setDraft(JSON.parse(json ?? "") as MappingJson);
      setJson(null);
      setWrong(null);
    } catch (reason) {
      setWrong(reason instanceof Error ? reason.message : String(reason));
    }
  };
  return (
    <>
      {json !== null ? (
        <>
          <textarea
            className="field mono"
            aria-label="Mapping as JSON"
            style={{ width: "100%", height: 260, padding: 8 }}
            value={json}
            onChange={(event) => setJson(event.target.value)}
          />
          {wrong && <p className="bad">{wrong}</p>}
        </>
      ) : (
        <div style={{ display: "grid", gridTemplateColumns: "repeat(auto-fill, minmax(320px, 1fr))", gap: 16 }}>
          {draft.tables.map((table, at) => {
            const known = targets.data?.tables.find((one) => one.table === table.table)?.columns ?? [];
            const free = known.filter(({ name }) => !(name in table.columns));
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: one file may feed a table twice, told apart by place alone
              <div key={`${at} ${table.table}`}>
                <div className="strong">{table.table}</div>
                <table className="plain">
                  <tbody>
                    {Object.entries(table.columns).map(([target, rule]) => (
                      <tr key={target}>
                        <td className="mono" title={known.find(({ name }) => name === target)?.help}>
                          {target}
                        </td>
                        <td>
                          {columns.length > 0 ? (
                            <select
                              className="field"
                              aria-label={`Column for ${target}`}
                              value={
                                typeof rule === "string"
                                  ? rule
                                  : typeof rule === "object" && rule !== null && "column" in rule
                                    ? String(rule["column"])
                                    : ""
                              }
                              onChange={(event) => setColumn(at, target, event.target.value)}
                            >
                              <option value="">{ruleText(rule) || "(none)"}</option>
                              {columns.map((name) => (
                                <option key={name} value={name}>
                                  {name}
                                </option>
                              ))}
                            </select>
                          ) : (
                            <span className="ink2">{ruleText(rule)}</span>
                          )}
                        </td>
                      </tr>
                    ))}
                    {columns.length > 0 && free.length > 0 && (
                      <tr>
                        <td colSpan={2}>
                          <select
                            className="field"
                            aria-label={`Add a column to ${table.table}`}
                            value=""
                            onChange={(event) =>
                              event.target.value && setColumn(at, event.target.value, columns[0] ?? "")
                            }
                          >
                            <option value="">add a column…</option>
                            {free.map(({ name }) => (
                              <option key={name} value={name}>
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
          })}
        </div>
      )}
      <div style={{ display: "flex", gap: 8, marginTop: 10 }}>
        <button
          type="button"
          className="button"
          onClick={() => (json === null ? setJson(JSON.stringify(draft, null, 2)) : leaveJson())}
        >
          {json === null ? "Edit as JSON" : "Use this JSON"}
        </button>
        {isChanged && (
          <>
            <button type="button" className="button primary" onClick={() => void onSave(draft)}>
              {label}
            </button>
            <button type="button" className="button" onClick={() => setDraft(mapping)}>
              Undo changes
            </button>
          </>
        )}
      </div>
    </>
  );
}
