import { type ReactNode, useState } from "react";
import { Icon } from "./Icon.tsx";
import { PanelContext } from "./panel-context.ts";

interface Props {
  /** The finding where there is one. */
  readonly title: string;
  /** Subject, unit and period. */
  readonly under?: ReactNode;
  readonly tools?: ReactNode;
  /** The same as a table: the panel then has a switch. */
  readonly table?: ReactNode;
  readonly span?: string;
  readonly children: ReactNode;
}

export function Panel({ title, under, tools, table, span = "", children }: Props) {
  const [isTable, setIsTable] = useState(false);
  return (
    <section className={`panel ${span}`} aria-label={title}>
      <header>
        <div>
          <h2>{title}</h2>
          {under && <p>{under}</p>}
        </div>
        {(tools || table) && (
          <div className="tools">
            {tools}
            {table && (
              <button
                type="button"
                className="button quiet"
                aria-label={isTable ? "Show as a chart" : "Show as a table"}
                title={isTable ? "Show as a chart" : "Show as a table"}
                onClick={() => setIsTable(!isTable)}
              >
                <Icon name={isTable ? "chart" : "table"} />
              </button>
            )}
          </div>
        )}
      </header>
      <PanelContext.Provider value={true}>
        {isTable ? <div className="scroll">{table}</div> : children}
      </PanelContext.Provider>
    </section>
  );
}
