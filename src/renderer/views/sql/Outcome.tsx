import { useEffect, useMemo, useState } from "react";
import { useBrand } from "../../app/BrandContext.ts";
import { ResultChart } from "../../charts/ResultChart.tsx";
import { useClient } from "../../client/ClientProvider.tsx";
import { saveQuery } from "../../client/save-query.ts";
import { useWork } from "../../client/use-work.ts";
import { asked, useViewedSnapshot } from "../../client/viewed-snapshot.ts";
import { CopyButton } from "../../components/CopyButton.tsx";
import { Icon } from "../../components/Icon.tsx";
import { PythonButton } from "../../components/PythonButton.tsx";
import { Empty, Failure } from "../../components/parts.tsx";
import { Working } from "../../components/Working.tsx";
import { integer, seconds } from "../../format/format.ts";
import { ResultTable } from "../../table/ResultTable.tsx";
import { tabSeparated } from "../../table/result.ts";
import { chartOf } from "./chart-of.ts";
import type { Answer } from "./SqlView.tsx";

const longest = 30;

/** What came of a statement: its rows as table or chart, where it is wrong, or how long it has been running. */
export function Outcome({ answer }: { answer: Answer }) {
  switch (answer.kind) {
    case "none":
      return null;
    case "running":
      return <Running since={answer.since} />;
    case "failed": {
      const { line, column } = answer.error.details ?? {};
      const hint =
        line === undefined ? answer.error.hint : `Line ${line}, column ${column}. ${answer.error.hint ?? ""}`;
      return <Failure error={{ message: answer.error.message, hint }} />;
    }
    case "done":
      return <Rows key={answer.sql + answer.seconds} {...answer} />;
  }
}

function Running({ since }: { since: number }) {
  const [now, setNow] = useState(since);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, []);
  const elapsed = (now - since) / 1_000;
  if (elapsed < 0.5) return null;
  return (
    <div className="panel sql-running" role="status">
      <span>
        Running for {seconds(elapsed)} of {longest} s at most
      </span>
      <div className="bar">
        <i style={{ width: `${Math.min(100, (elapsed / longest) * 100)}%` }} />
      </div>
    </div>
  );
}

function Rows({ sql, result, seconds: taken }: Extract<Answer, { kind: "done" }>) {
  const { brand } = useBrand();
  const client = useClient();
  const viewed = useViewedSnapshot();
  const { doing, error, start, cancel } = useWork();
  const [shows, setShows] = useState<"table" | "chart">("table");
  const [written, setWritten] = useState<string | null>(null);
  const { columns, rows, row_count } = result;
  const chart = useMemo(() => chartOf(columns, rows), [columns, rows]);
  const save = (format: "csv" | "parquet") =>
    start(`Writing ${format === "csv" ? "CSV" : "Parquet"}`, async (signal) => {
      const done = await saveQuery(client, asked("sql.export", { brand, sql, format }, viewed), signal);
      if (done) setWritten(`${integer(done.rows)} ${done.rows === 1 ? "row" : "rows"} in ${done.path}`);
    });
  const isCut = rows.length < row_count;
  return (
    <section className="panel sql-result" aria-label="Result">
      <header>
        <div role="status">
          <h2>
            {integer(row_count)} {row_count === 1 ? "row" : "rows"}
          </h2>
          <p>
            {isCut ? `The first ${integer(rows.length)} are shown; exports hold all. ` : ""}
            {integer(columns.length)} {columns.length === 1 ? "column" : "columns"} in {seconds(taken)}
          </p>
        </div>
        <div className="tools">
          <fieldset className="segmented" aria-label="Show as">
            {(["table", "chart"] as const).map((one) => (
              <button key={one} type="button" aria-pressed={shows === one} onClick={() => setShows(one)}>
                {one === "table" ? "Table" : "Chart"}
              </button>
            ))}
          </fieldset>
          <CopyButton label="Copy" text={() => tabSeparated(columns, rows)} />
          <button type="button" className="button" disabled={doing !== null} onClick={() => void save("csv")}>
            <Icon name="download" />
            CSV
          </button>
          <button type="button" className="button" disabled={doing !== null} onClick={() => void save("parquet")}>
            <Icon name="download" />
            Parquet
          </button>
          <PythonButton subject={{ brand, sql }} />
        </div>
      </header>
      {doing && <Working doing={doing} onCancel={cancel} />}
      {error && <Failure error={error} />}
      {written && (
        <p className="ink2 small" role="status">
          {written}
        </p>
      )}
      {rows.length === 0 && <Empty title="No row">The statement ran; nothing fits it.</Empty>}
      {rows.length > 0 && shows === "table" && <ResultTable columns={columns} rows={rows} />}
      {rows.length > 0 &&
        shows === "chart" &&
        ("chart" in chart ? <ResultChart {...chart.chart} /> : <Empty title="Not as a chart">{chart.why}</Empty>)}
    </section>
  );
}
