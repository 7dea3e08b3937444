import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { type Completions, completionsAt, type KnownTable } from "./complete.ts";
import { tokensOf } from "./tokens.ts";

interface Props {
  readonly value: string;
  readonly tables: readonly KnownTable[];
  /** Where the statement is wrong, from 1. */
  readonly fault: { readonly line: number; readonly column: number } | null;
  readonly onChange: (value: string) => void;
  /** The statement, or the part of it that is marked. */
  readonly onRun: (sql: string) => void;
}

const lineHeight = 20;
const closed: Completions = { from: 0, list: [] };

/** A statement with its words told apart; names of tables and columns are offered while it is typed. */
export function Editor({ value, tables, fault, onChange, onRun }: Props) {
  const text = useRef<HTMLTextAreaElement>(null);
  const under = useRef<HTMLPreElement>(null);
  const ruler = useRef<HTMLSpanElement>(null);
  const caretAfter = useRef<number | null>(null);
  const listId = useId();
  const [offered, setOffered] = useState<Completions>(closed);
  const [at, setAt] = useState(0);
  const [scroll, setScroll] = useState({ top: 0, left: 0 });
  const tokens = useMemo(() => tokensOf(value), [value]);
  const lines = value.split("\n");
  const isOpen = offered.list.length > 0;
  useLayoutEffect(() => {
    if (caretAfter.current === null) return;
    text.current?.setSelectionRange(caretAfter.current, caretAfter.current);
    caretAfter.current = null;
  });
  useEffect(() => {
    if (fault && text.current) text.current.scrollTop = Math.max(0, (fault.line - 4) * lineHeight);
  }, [fault]);
  const offer = (sql: string, caret: number, isAsked: boolean) => {
    const found = completionsAt(sql, caret, tables);
    const isUseful = isAsked || caret > found.from || sql[caret - 1] === ".";
    setOffered(isUseful ? found : closed);
    setAt(0);
  };
  const accept = (index: number) => {
    const chosen = offered.list[index];
    if (!chosen || !text.current) return;
    const caret = text.current.selectionStart;
    caretAfter.current = offered.from + chosen.text.length;
    onChange(value.slice(0, offered.from) + chosen.text + value.slice(caret));
    setOffered(closed);
  };
  const press = (event: React.KeyboardEvent<HTMLTextAreaElement>) => {
    const { selectionStart, selectionEnd } = event.currentTarget;
    const withControl = event.ctrlKey || event.metaKey;
    if (withControl && event.key === "Enter") {
      setOffered(closed);
      const marked = value.slice(selectionStart, selectionEnd);
      onRun(marked.trim() === "" ? value : marked);
    } else if (withControl && event.key === " ") offer(value, selectionStart, true);
    else if (!isOpen || withControl) return;
    else if (event.key === "ArrowDown") setAt((at + 1) % offered.list.length);
    else if (event.key === "ArrowUp") setAt((at + offered.list.length - 1) % offered.list.length);
    else if (event.key === "Enter" || event.key === "Tab") accept(at);
    else if (event.key === "Escape") setOffered(closed);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const charWidth = (ruler.current?.getBoundingClientRect().width ?? 78) / 10;
  const before = value.slice(0, offered.from).split("\n");
  const place = {
    top: before.length * lineHeight - scroll.top + 10,
    left: Math.max(0, (before.at(-1)?.length ?? 0) * charWidth - scroll.left + 52),
  };
  return (
    <div className="sql-editor">
      <div className="lines" aria-hidden="true">
        <div style={{ transform: `translateY(${-scroll.top}px)` }}>
          {lines.map((_, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
            <div key={index} data-fault={fault?.line === index + 1}>
              {index + 1}
            </div>
          ))}
        </div>
      </div>
      <div className="page">
        <pre ref={under} aria-hidden="true" style={{ transform: `translate(${-scroll.left}px, ${-scroll.top}px)` }}>
          {tokens.map(({ kind, text: piece }, index) =>
            kind === "other" || kind === "name" ? (
              piece
            ) : (
              // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no other name
              <span key={index} className={kind}>
                {piece}
              </span>
            ),
          )}
          {fault && (
            <span
              className="fault"
              style={{ top: (fault.line - 1) * lineHeight, left: (fault.column - 1) * charWidth, width: charWidth * 2 }}
            />
          )}
        </pre>
        <span ref={ruler} className="ruler" aria-hidden="true">
          0123456789
        </span>
        <textarea
          ref={text}
          aria-label="SQL statement"
          aria-autocomplete="list"
          aria-controls={isOpen ? listId : undefined}
          aria-activedescendant={isOpen ? `${listId}-${at}` : undefined}
          aria-describedby={`${listId}-keys`}
          aria-invalid={fault !== null}
          value={value}
          wrap="off"
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          rows={Math.min(18, Math.max(7, lines.length + 1))}
          onChange={(event) => {
            onChange(event.target.value);
            offer(event.target.value, event.target.selectionStart, false);
          }}
          onKeyDown={press}
          onBlur={() => setOffered(closed)}
          onMouseDown={() => setOffered(closed)}
          onScroll={(event) => setScroll({ top: event.currentTarget.scrollTop, left: event.currentTarget.scrollLeft })}
        />
      </div>
      <span id={`${listId}-keys`} className="sr">
        Ctrl Enter runs, Ctrl Space offers names.
      </span>
      {isOpen && (
        <div className="offered" role="listbox" id={listId} aria-label="Names" style={place}>
          {offered.list.map((one, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the text owns the keyboard
            <div
              key={`${one.kind} ${one.text}`}
              id={`${listId}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              ref={index === at ? (element) => element?.scrollIntoView({ block: "nearest" }) : undefined}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => accept(index)}
            >
              <span className="mono">{one.text}</span>
              <span className="muted clip">{one.more}</span>
              <span className="kind">{one.kind}</span>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
