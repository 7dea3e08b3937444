import { useEffect, useRef, useState } from "react";
import { integer } from "../../format/format.ts";
import type { NumberedLine } from "./use-log.ts";

interface Props {
  readonly lines: readonly NumberedLine[];
  readonly isOpen: boolean;
  readonly nothing: string;
  /** Left out where all are of one task. */
  readonly onChoose?: (key: string) => void;
}

const most = 400;

/** Lines of a log; while more come the end stays in sight, unless somebody scrolled up. */
export function LogLines({ lines, isOpen, nothing, onChoose }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [isAtEnd, setIsAtEnd] = useState(true);
  const [shown, setShown] = useState(most);
  const hidden = Math.max(0, lines.length - shown);
  useEffect(() => {
    const { current } = box;
    if (current && isAtEnd && lines.length > 0) current.scrollTop = current.scrollHeight;
  }, [lines, isAtEnd]);
  if (lines.length === 0) return <p className="muted">{nothing}</p>;
  return (
    <div
      ref={box}
      className="log-lines"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
      tabIndex={0}
      role="log"
      aria-label="Lines of the log"
      onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) =>
        setIsAtEnd(scrollTop + clientHeight >= scrollHeight - 24)
      }
    >
      {hidden > 0 && (
        <button type="button" className="button quiet" onClick={() => setShown(shown + 4 * most)}>
          Show {integer(Math.min(hidden, 4 * most))} earlier lines
        </button>
      )}
      <table>
        <tbody>
          {lines.slice(hidden).map((line) => (
            <tr key={line.number}>
              <td className="at">{(line.at_ms / 1000).toFixed(2)} s</td>
              {onChoose && (
                <td className="of">
                  <button type="button" className="link" title={line.key} onClick={() => onChoose(line.key)}>
                    {line.scope === "brand" ? line.step : `${line.step} ${line.scope}`}
                  </button>
                </td>
              )}
              <td data-is-bad={/^(failed|cancelled|lost)/.test(line.text)}>{line.text}</td>
            </tr>
          ))}
          {isOpen && (
            <tr>
              <td className="at muted">…</td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}
