import { useState } from "react";
import type { RunLine } from "../../../shared/api/contract/runs.ts";
import { saveText } from "../../client/save-text.ts";
import { CopyButton } from "../../components/CopyButton.tsx";
import { Icon } from "../../components/Icon.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Failure } from "../../components/parts.tsx";
import { integer } from "../../format/format.ts";
import { LogLines } from "./LogLines.tsx";
import { useLog } from "./use-log.ts";

export function logText(lines: readonly RunLine[]): string {
  return lines
    .map(({ at_ms, step, scope, text }) => `${(at_ms / 1000).toFixed(2)}\t${step}\t${scope}\t${text}`)
    .join("\n");
}

interface Props {
  readonly brand: string;
  readonly runId: string;
  readonly onClose: () => void;
  readonly onChoose: (key: string) => void;
}

/** What all tasks of the run said, the latest at the end; found by step or word. */
export function LogPanel({ brand, runId, onClose, onChoose }: Props) {
  const { lines, isOpen, error } = useLog(brand, runId, null);
  const [sought, setSought] = useState("");
  const words = sought.toLowerCase().split(/\s+/).filter(Boolean);
  const found = lines.filter(({ step, scope, text }) => {
    const said = `${step} ${scope} ${text}`.toLowerCase();
    return words.every((word) => said.includes(word));
  });
  return (
    <Panel
      span="s12"
      title="Log of the run"
      under={`${integer(lines.length)} ${lines.length === 1 ? "line" : "lines"} of its tasks${isOpen ? ", followed as they come" : ""}`}
      tools={
        <>
          <input
            type="search"
            className="field"
            aria-label="Find in the log"
            placeholder="Find a step or word"
            value={sought}
            onChange={(event) => setSought(event.target.value)}
          />
          <CopyButton text={() => logText(found)} label="Copy" />
          <button
            type="button"
            className="button quiet"
            aria-label="Save the log as a file"
            title="Save the log as a file"
            onClick={() => saveText(`run-${runId.slice(0, 8)}.log`, logText(found), "text/plain")}
          >
            <Icon name="download" />
          </button>
          <button type="button" className="button quiet" aria-label="Close the log" onClick={onClose}>
            <Icon name="close" />
          </button>
        </>
      }
    >
      {error && <Failure error={error} />}
      <LogLines
        lines={found}
        isOpen={isOpen}
        onChoose={onChoose}
        nothing={
          words.length > 0
            ? "No line has these words."
            : isOpen
              ? "No task has said anything yet."
              : "Nothing was kept of what its tasks said."
        }
      />
    </Panel>
  );
}
