import { useState } from "react";
import type { SegmentTree } from "../../../shared/api/contract/customers.ts";
import type { SegmentFigures } from "../../../shared/api/contract/segments.ts";
import { segmentSentence } from "../../../shared/domain/segment.ts";
import { useProof } from "../../client/use-proof.ts";
import { Panel } from "../../components/Panel.tsx";
import { Failure } from "../../components/parts.tsx";
import { ShowUnproven } from "../../components/ShowUnproven.tsx";
import { integer } from "../../format/format.ts";
import { Group, type GroupContext } from "./Group.tsx";
import { readTree, unfinished } from "./tree.ts";

interface Props {
  readonly tree: SegmentTree;
  readonly sql: string | undefined;
  readonly context: GroupContext;
  readonly figures: SegmentFigures | undefined;
  readonly error: (Error & { hint?: string }) | null;
}
type Way = "rules" | "text" | "json";

function sentenceOf(tree: SegmentTree, currency: string): string {
  try {
    return segmentSentence({ where: tree }, { currency });
  } catch (reason) {
    return reason instanceof Error ? reason.message : String(reason);
  }
}

/** The rules as they are built, as a sentence, or as JSON. */
export function RulesPanel({ tree, sql, context, figures, error }: Props) {
  const [way, setWay] = useState<Way>("rules");
  const proof = useProof();
  const missing = unfinished(tree);
  const other = (target: Way, name: string) => (
    <button type="button" className="button bare" onClick={() => setWay(way === target ? "rules" : target)}>
      {way === target ? "Back to the rules" : name}
    </button>
  );
  return (
    <Panel
      span="s12"
      title="Rules"
      tools={
        <>
          <span className="muted small">
            {missing ?? (figures ? `Counted in ${integer(figures.milliseconds)} ms` : "")}
          </span>
          {context.fields.some(({ name }) => proof.isColumnDoubted(name)) && <ShowUnproven proof={proof} />}
          {sql === undefined && other("text", "Read as text")}
          {sql === undefined && other("json", "JSON")}
        </>
      }
    >
      {error && <Failure error={error} />}
      {sql !== undefined && (
        <>
          <p className="muted small">Written as an expression over the profiles; change it from the command line.</p>
          <pre className="mono">{sql}</pre>
        </>
      )}
      {sql === undefined && way === "rules" && <Group tree={tree} path={[]} context={context} />}
      {sql === undefined && way === "text" && <p className="sentence">{sentenceOf(tree, context.currency)}</p>}
      {sql === undefined && way === "json" && (
        <JsonRules
          tree={tree}
          onUse={(next) => {
            context.onChange([], next);
            setWay("rules");
          }}
        />
      )}
    </Panel>
  );
}

function JsonRules({ tree, onUse }: { tree: SegmentTree; onUse: (tree: SegmentTree) => void }) {
  const [text, setText] = useState(() => JSON.stringify(tree, null, 2));
  const read = readTree(text);
  return (
    <>
      <textarea
        className="field json mono"
        aria-label="Rules as JSON"
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="json-foot">
        <button type="button" className="button" disabled={read === null} onClick={() => read && onUse(read)}>
          Use these rules
        </button>
        {read === null && <span className="bad">This is no rule tree: {"{combinator, rules: […]}"}</span>}
      </div>
    </>
  );
}
