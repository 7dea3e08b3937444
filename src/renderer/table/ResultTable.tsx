import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState } from "react";
import { columnWidth, exactText, isNumeric, type ResultColumn, type ResultRow } from "./result.ts";

const rowHeight = 28;
const headHeight = 31;
const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12 };

/** Rows of a result, only those in view drawn; values as they are, NULL as a dash. */
export function ResultTable({ columns, rows }: { columns: readonly ResultColumn[]; rows: readonly ResultRow[] }) {
  const box = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const widths = useMemo(() => columns.map((column) => columnWidth(column, rows)), [columns, rows]);
  const width = widths.reduce((sum, one) => sum + one, 0);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 10,
    scrollMargin: headHeight,
  });
  const press = (event: React.KeyboardEvent) => {
    const step = steps[event.key];
    const target = event.key === "Home" ? 0 : event.key === "End" ? rows.length - 1 : active + (step ?? Number.NaN);
    if (Number.isNaN(target)) return;
    event.preventDefault();
    const next = Math.min(rows.length - 1, Math.max(0, target));
    setActive(next);
    virtual.scrollToIndex(next);
  };
  return (
    <div
      ref={box}
      className="grid-table result-table"
      role="grid"
      aria-label="Result"
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      aria-activedescendant={rows.length > 0 ? `result-${active}` : undefined}
      tabIndex={0}
      onKeyDown={press}
    >
      <div className="rows" role="rowgroup" style={{ height: virtual.getTotalSize() + headHeight, width }}>
        <div className="thead" role="row" aria-rowindex={1} style={{ width }}>
          {columns.map((column, at) => (
            <div
              key={column.name}
              role="columnheader"
              aria-colindex={at + 1}
              className={`hcell th ${isNumeric(column) ? "num" : ""}`}
              style={{ width: widths[at] }}
              title={`${column.name}, ${column.type}`}
            >
              {column.name}
            </div>
          ))}
        </div>
        {virtual.getVirtualItems().map(({ key, index, start }) => (
          <div
            key={key}
            id={`result-${index}`}
            role="row"
            aria-rowindex={index + 2}
            className="tr"
            data-active={index === active}
            style={{ transform: `translateY(${start}px)`, width, height: rowHeight }}
          >
            {columns.map((column, at) => {
              const value = rows[index]?.[column.name];
              return (
                <div
                  key={column.name}
                  role="gridcell"
                  aria-colindex={at + 1}
                  className={`td ${isNumeric(column) ? "num" : ""}`}
                  style={{ width: widths[at] }}
                  title={exactText(value)}
                >
                  {value === null || value === undefined ? <span className="muted">–</span> : exactText(value)}
                </div>
              );
            })}
          </div>
        ))}
      </div>
    </div>
  );
}
