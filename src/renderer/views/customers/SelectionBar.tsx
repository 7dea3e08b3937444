import { useState } from "react";
import type { Field, SegmentTree } from "../../../shared/api/contract/customers.ts";
import type { Definition } from "../../../shared/api/contract/segments.ts";
import { go } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { copyText } from "../../client/copy-text.ts";
import { useWork } from "../../client/use-work.ts";
import { ExportDialog } from "../../components/ExportDialog.tsx";
import { Icon } from "../../components/Icon.tsx";
import { Failure } from "../../components/parts.tsx";
import { Working } from "../../components/Working.tsx";
import { integer } from "../../format/format.ts";
import { chosenCount, type Selection } from "../../table/selection.ts";
import type { TableSort } from "../../table/use-pages.ts";
import { asTabText, mostCopied, mostNamed, readRows, ruleOf } from "./chosen-rows.ts";
import { SegmentDialog } from "./SegmentDialog.tsx";

interface Props {
  readonly brand: string;
  readonly fields: readonly Field[];
  readonly columns: readonly string[];
  readonly where: SegmentTree | undefined;
  readonly text: string;
  readonly sort: readonly TableSort[];
  readonly selection: Selection;
  readonly total: number;
  readonly onClear: () => void;
}
type Next = "segment" | "export";

/** What can be done with the chosen customers. */
export function SelectionBar({ brand, fields, columns, where, text, sort, selection, total, onClear }: Props) {
  const client = useClient();
  const { doing, error, start, cancel } = useWork();
  const [said, setSaid] = useState("");
  const [next, setNext] = useState<{ what: Next; definition: Definition } | null>(null);
  const count = chosenCount(selection, total);
  const rule = selection.kind === "some" ? ruleOf(selection.ids) : where;
  const question = {
    brand,
    ...(rule ? { where: rule } : {}),
    ...(text && selection.kind === "all" ? { text } : {}),
    sort: [...sort],
  };
  const named = selection.kind === "some" || text !== "";
  const isTooMany = named && count > mostNamed;
  const copy = () =>
    start("Reading the rows", async (signal, onProgress) => {
      const shown = columns.flatMap((name) => fields.find((field) => field.name === name) ?? []);
      const rows = await readRows(
        client,
        { ...question, columns: shown.map(({ name }) => name) },
        {
          most: mostCopied,
          signal,
          onProgress: (done, of) => onProgress({ label: "Reading the rows", done, total: of }),
        },
      );
      const isDone = await copyText(asTabText(rows, shown));
      setSaid(
        isDone ? `${integer(rows.length)} ${rows.length === 1 ? "row" : "rows"} copied` : "The clipboard refused",
      );
    });
  const open = (what: Next) =>
    start("Reading the customers", async (signal) => {
      if (selection.kind === "some" || text === "") {
        return setNext({ what, definition: { where: rule ?? { combinator: "and", rules: [] } } });
      }
      const rows = await readRows(client, { ...question, columns: [] }, { most: mostNamed, signal });
      setNext({ what, definition: { where: ruleOf(rows.map(({ customer_id }) => customer_id)) } });
    });
  return (
    <>
      <section className="selection-bar" aria-label="Chosen customers">
        <span role="status">
          <b>{integer(count)}</b> {count === 1 ? "customer" : "customers"} chosen
          {said && <span className="muted">; {said}</span>}
        </span>
        <button
          type="button"
          className="button"
          disabled={doing !== null || isTooMany}
          title={isTooMany ? `A rule names at most ${integer(mostNamed)} customers one by one` : undefined}
          onClick={() => void open("segment")}
        >
          <Icon name="segments" />
          Make a segment
        </button>
        <button
          type="button"
          className="button"
          disabled={doing !== null}
          title={count > mostCopied ? `The first ${integer(mostCopied)} rows` : "Exact values, tab-separated"}
          onClick={() => void copy()}
        >
          <Icon name="copy" />
          Copy {count > mostCopied ? `the first ${integer(mostCopied)}` : ""}
        </button>
        <button
          type="button"
          className="button"
          disabled={doing !== null || isTooMany}
          onClick={() => void open("export")}
        >
          <Icon name="download" />
          Export
        </button>
        <button type="button" className="button quiet" aria-label="Choose nobody" onClick={onClear}>
          <Icon name="close" />
        </button>
      </section>
      {doing && <Working doing={doing} onCancel={cancel} />}
      {error && <Failure error={error} />}
      {next?.what === "segment" && (
        <SegmentDialog
          brand={brand}
          count={count}
          definition={next.definition}
          onClose={() => setNext(null)}
          onSaved={(name) => go(`/segments/${name}`)}
        />
      )}
      {next?.what === "export" && (
        <ExportDialog
          brand={brand}
          segment={null}
          definition={next.definition}
          fields={fields}
          onClose={() => setNext(null)}
        />
      )}
    </>
  );
}
