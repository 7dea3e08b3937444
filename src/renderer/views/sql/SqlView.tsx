import { useCallback, useEffect, useRef, useState } from "react";
import { useBrand } from "../../app/BrandContext.ts";
import { go, useRoute } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { asked, useViewedSnapshot } from "../../client/viewed-snapshot.ts";
import { Empty, Failure, Head } from "../../components/parts.tsx";
import { Skeleton } from "../../components/Skeleton.tsx";
import { day } from "../../format/format.ts";
import { keyName } from "../../format/keys.ts";
import type { Result } from "../../table/result.ts";
import { Editor } from "./Editor.tsx";
import { HandOffDialog } from "./HandOffDialog.tsx";
import { Outcome } from "./Outcome.tsx";
import { Statements } from "./Statements.tsx";
import "./sql.css";
import { TablesPane } from "./TablesPane.tsx";
import { useStatements } from "./use-statements.ts";

const first = `SELECT lifecycle_stage, count(*) AS customers, sum(predicted_value_minor) AS predicted_value_minor
FROM profiles
GROUP BY lifecycle_stage
ORDER BY customers DESC`;
export const shownAtMost = 10_000;

export type Failed = Error & { hint?: string; code?: string; details?: Record<string, unknown> };
export type Answer =
  | { readonly kind: "running"; readonly since: number }
  | { readonly kind: "done"; readonly sql: string; readonly result: Result; readonly seconds: number }
  | { readonly kind: "failed"; readonly error: Failed }
  | { readonly kind: "none" };

/** Read-only SQL over the current snapshot. */
export function SqlView() {
  const { brand } = useBrand();
  const tables = useAsk("sql.tables", { brand });
  const statements = useStatements(brand);
  if (tables.data && statements.isKnown)
    return <Console tables={tables.data.tables} asOf={tables.data.as_of} statements={statements} />;
  return (
    <>
      <Head title="SQL" />
      {tables.isError && tables.error.code === "not_found" && (
        <Empty
          title="No table stands here yet"
          action={
            <a className="button primary" href="/overview" data-route>
              Go to Overview
            </a>
          }
        >
          Profiles, scores, orders and returns can be asked with SQL after the first run.
        </Empty>
      )}
      {tables.isError && tables.error.code !== "not_found" && (
        <Failure error={tables.error} onRetry={() => void tables.refetch()} />
      )}
      {!tables.isError && (
        <Skeleton
          label="Reading the tables"
          columns={[
            { part: 1, panels: [560] },
            { part: 3, panels: [220, 320] },
          ]}
        />
      )}
    </>
  );
}

interface ConsoleProps {
  readonly tables: Parameters<typeof TablesPane>[0]["tables"];
  readonly asOf: string;
  readonly statements: ReturnType<typeof useStatements>;
}

function Console({ tables, asOf, statements }: ConsoleProps) {
  const { brand } = useBrand();
  const client = useClient();
  const { params } = useRoute();
  const viewed = useViewedSnapshot();
  const [sql, setSql] = useState(() => params.get("q") ?? statements.past[0]?.sql ?? first);
  const [answer, setAnswer] = useState<Answer>({ kind: "none" });
  const [isHanding, setIsHanding] = useState(false);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const run = async (statement: string) => {
    if (statement.trim() === "") return;
    stop.current?.abort();
    const own = new AbortController();
    stop.current = own;
    const since = Date.now();
    setAnswer({ kind: "running", since });
    go(`/sql?q=${encodeURIComponent(sql)}`, { replace: true });
    try {
      const input = { brand, sql: statement, limit: shownAtMost };
      const result = await client.call("sql.query", asked("sql.query", input, viewed), { signal: own.signal });
      const seconds = (Date.now() - since) / 1_000;
      setAnswer({ kind: "done", sql: statement, result, seconds });
      await statements.remember({ sql: statement, at: new Date(since).toISOString(), rows: result.row_count, seconds });
    } catch (error) {
      if (stop.current !== own) return;
      setAnswer(own.signal.aborted ? { kind: "none" } : { kind: "failed", error: error as Failed });
    }
  };
  const insert = useCallback((name: string) => {
    setSql((before) => `${before}${/[\s(,.]$/.test(before) || before === "" ? "" : " "}${name}`);
  }, []);
  const open = (statement: string) => {
    setSql(statement);
    setAnswer({ kind: "none" });
  };
  const isRunning = answer.kind === "running";
  return (
    <>
      <Head
        title="SQL"
        beside={<span className="chip">Read-only</span>}
        right={
          <>
            <span className="fact">
              As of <b>{day(asOf)}</b>
            </span>
            <button type="button" className="button" onClick={() => setIsHanding(true)}>
              Hand off tables
            </button>
            {isRunning ? (
              <button type="button" className="button" onClick={() => stop.current?.abort()}>
                Cancel
              </button>
            ) : (
              <button
                type="button"
                className="button primary"
                disabled={sql.trim() === ""}
                title={`${keyName("Ctrl Enter")}; what is marked, or all of it`}
                onClick={() => void run(sql)}
              >
                Run
              </button>
            )}
          </>
        }
      />
      {isHanding && <HandOffDialog tables={tables} onClose={() => setIsHanding(false)} />}
      <div className="sql-screen">
        <div className="stack">
          <section className="panel sql-panel" aria-label="Statement">
            <Editor
              value={sql}
              tables={tables}
              fault={answer.kind === "failed" ? faultOf(answer.error) : null}
              onChange={(next) => {
                setSql(next);
                if (answer.kind === "failed") setAnswer({ kind: "none" });
              }}
              onRun={(statement) => void run(statement)}
            />
            <p className="muted small">
              One SELECT over this snapshot, in a process of its own, stopped after 30 s.{" "}
              <kbd>{keyName("Ctrl Enter")}</kbd> runs it or what is marked, <kbd>Ctrl Space</kbd> offers names.
            </p>
          </section>
          <Outcome answer={answer} />
        </div>
        <aside className="stack" aria-label="Tables and statements">
          <TablesPane tables={tables} onInsert={insert} />
          <Statements sql={sql} statements={statements} onOpen={open} />
        </aside>
      </div>
    </>
  );
}

function faultOf({ details }: Failed): { line: number; column: number } | null {
  const { line, column } = details ?? {};
  return typeof line === "number" && typeof column === "number" ? { line, column } : null;
}
