import { useState } from "react";
import { Icon } from "../../components/Icon.tsx";
import { instant, integer, seconds } from "../../format/format.ts";
import type { useStatements } from "./use-statements.ts";

interface Props {
  readonly sql: string;
  readonly statements: ReturnType<typeof useStatements>;
  readonly onOpen: (sql: string) => void;
}
type Tab = "saved" | "history";

/** Statements kept under a name and those that were run; a click puts one into the editor. */
export function Statements({ sql, statements, onOpen }: Props) {
  const [tab, setTab] = useState<Tab>(statements.saved.length > 0 ? "saved" : "history");
  const [name, setName] = useState("");
  const save = (event: React.FormEvent) => {
    event.preventDefault();
    void statements.keep({ name: name.trim(), sql }).then(() => {
      setName("");
      setTab("saved");
    });
  };
  return (
    <section className="panel sql-statements" aria-label="Statements">
      <form onSubmit={save}>
        <input
          className="field"
          aria-label="Name to keep the statement under"
          placeholder="Name to keep it under"
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <button type="submit" className="button" disabled={name.trim() === "" || sql.trim() === ""}>
          Save
        </button>
      </form>
      <fieldset className="segmented" aria-label="Statements">
        {(["saved", "history"] as const).map((one) => (
          <button key={one} type="button" aria-pressed={tab === one} onClick={() => setTab(one)}>
            {one === "saved" ? `Saved ${statements.saved.length}` : `History ${statements.past.length}`}
          </button>
        ))}
      </fieldset>
      {tab === "saved" && (
        <ul>
          {statements.saved.map((one) => (
            <li key={one.name}>
              <button type="button" className="open" title={one.sql} onClick={() => onOpen(one.sql)}>
                <span className="medium clip">{one.name}</span>
                <span className="mono muted clip">{oneLine(one.sql)}</span>
              </button>
              <button
                type="button"
                className="button quiet"
                aria-label={`Remove ${one.name}`}
                onClick={() => void statements.drop(one.name)}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
          {statements.saved.length === 0 && <li className="muted">Statements kept under a name stand here.</li>}
        </ul>
      )}
      {tab === "history" && (
        <ul>
          {statements.past.map((one) => (
            <li key={one.at + one.sql}>
              <button type="button" className="open" title={one.sql} onClick={() => onOpen(one.sql)}>
                <span className="mono clip">{oneLine(one.sql)}</span>
                <span className="muted small">
                  {instant(one.at)}; {integer(one.rows)} {one.rows === 1 ? "row" : "rows"} in {seconds(one.seconds)}
                </span>
              </button>
            </li>
          ))}
          {statements.past.length === 0 && <li className="muted">What was run stands here.</li>}
          {statements.past.length > 0 && (
            <li>
              <button type="button" className="button bare" onClick={() => void statements.forgetPast()}>
                Clear history
              </button>
            </li>
          )}
        </ul>
      )}
    </section>
  );
}

function oneLine(sql: string): string {
  return sql.replaceAll(/\s+/g, " ").trim();
}
