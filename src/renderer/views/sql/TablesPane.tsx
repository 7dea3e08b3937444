import { useState } from "react";
import type { SqlTable } from "../../../shared/api/contract/sql.ts";
import { integer } from "../../format/format.ts";

interface Props {
  readonly tables: readonly SqlTable[];
  readonly onInsert: (name: string) => void;
}

/** The snapshot's tables with columns, types and what they mean; a click puts a name into the statement. */
export function TablesPane({ tables, onInsert }: Props) {
  const [wanted, setWanted] = useState("");
  const word = wanted.trim().toLowerCase();
  const shown = tables.filter(
    ({ table, columns }) =>
      word === "" || table.includes(word) || columns.some(({ name }) => name.toLowerCase().includes(word)),
  );
  return (
    <section className="panel sql-tables" aria-label="Tables">
      <input
        className="field"
        type="search"
        aria-label="Search tables and columns"
        placeholder={`Search ${tables.length} tables`}
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
      />
      <div className="list">
        {shown.map(({ table, help, rows, columns }) => (
          <details key={table} open={word !== "" && !table.includes(word) ? true : undefined}>
            <summary title={help}>
              <span className="mono medium clip">{table}</span>
              <span className="muted small">{rows === null ? "" : integer(rows)}</span>
            </summary>
            {help && <p className="ink2 small">{help}</p>}
            <button type="button" className="button bare small" onClick={() => onInsert(table)}>
              Insert {table}
            </button>
            <ul>
              {columns
                .filter(({ name }) => word === "" || table.includes(word) || name.toLowerCase().includes(word))
                .map(({ name, type, help: meaning }) => (
                  <li key={name}>
                    <button type="button" title={`Insert ${name}`} onClick={() => onInsert(name)}>
                      <span className="mono clip">{name}</span>
                      <span className="muted type">{typeName(type)}</span>
                      {meaning && <span className="ink2 meaning">{meaning}</span>}
                    </button>
                  </li>
                ))}
            </ul>
          </details>
        ))}
        {shown.length === 0 && <p className="muted">No table or column has “{wanted}” in its name.</p>}
      </div>
    </section>
  );
}

const names: Readonly<Record<string, string>> = {
  VARCHAR: "text",
  BIGINT: "integer",
  INTEGER: "integer",
  DOUBLE: "number",
  BOOLEAN: "flag",
  DATE: "day",
  TIMESTAMP: "instant",
};

function typeName(type: string): string {
  return names[type] ?? type.toLowerCase();
}
