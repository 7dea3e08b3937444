import { useQueries } from "@tanstack/react-query";
import {
  columnSizingFeature,
  columnVisibilityFeature,
  createColumnHelper,
  rowSortingFeature,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Cell, Field, SegmentTree } from "../../shared/api/contract/customers.ts";
import { go } from "../app/route.ts";
import { useClient } from "../client/ClientProvider.tsx";
import { cellText } from "./cells.ts";

const pageRows = 100;
const rowHeight = 32;
const headHeight = 31;
/** Chromium draws no element higher than this: beyond it the scroll position is mapped to rows. */
const mostPixels = 15_000_000;

const features = tableFeatures({ columnVisibilityFeature, columnSizingFeature, rowSortingFeature });
interface Shown {
  readonly customer_id: string;
  readonly name: string | null;
  readonly values: readonly Cell[];
}
const helper = createColumnHelper<typeof features, Shown>();
const none: Shown[] = [];

export interface TableSort {
  readonly field: string;
  readonly direction: "asc" | "desc";
}
interface Props {
  readonly brand: string;
  readonly currency: string;
  readonly fields: readonly Field[];
  readonly columns: readonly string[];
  readonly where: SegmentTree | undefined;
  readonly text: string;
  readonly sort: readonly TableSort[];
  readonly onSort: (sort: TableSort[]) => void;
  readonly onTotal: (total: number, of: number) => void;
}

/** Profiles by the million: the engine keeps the order, pages come as they are scrolled to, only rows in view are drawn. */
export function CustomerTable({ brand, currency, fields, columns, where, text, sort, onSort, onTotal }: Props) {
  const client = useClient();
  const box = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const [total, setTotal] = useState(0);
  const byName = useMemo(() => new Map(fields.map((field) => [field.name, field])), [fields]);
  const shown = useMemo(() => columns.flatMap((name) => byName.get(name) ?? []), [columns, byName]);
  const definitions = useMemo(
    () =>
      helper.columns([
        helper.accessor((row) => row.name ?? row.customer_id, { id: "name", size: 200 }),
        ...shown.map((field, at) =>
          helper.accessor((row) => row.values[at], { id: field.name, size: field.kind === "list" ? 180 : 132 }),
        ),
      ]),
    [shown],
  );
  const table = useTable({ features, columns: definitions, data: none, manualSorting: true } as never) as unknown as {
    getAllLeafColumns(): { id: string; getSize(): number }[];
  };
  const sized = table
    .getAllLeafColumns()
    .map((column) => ({ id: column.id, size: column.getSize(), field: byName.get(column.id) }));
  const width = sized.reduce((sum, { size }) => sum + size, 0);
  const virtual = useVirtualizer({
    count: Math.min(total, Math.floor(mostPixels / rowHeight)),
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: headHeight,
  });
  const drawable = Math.floor(mostPixels / rowHeight);
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  // where there are more rows than pixels, the place in the scroll bar is the place in the whole
  const shift = total > drawable ? Math.round((first / Math.max(1, drawable - items.length)) * (total - drawable)) : 0;
  const rows = items.map((item) => ({ ...item, row: Math.min(total - 1, item.index + shift) }));
  const pages = [...new Set([0, ...rows.map(({ row }) => Math.floor(row / pageRows))])];
  const question = {
    brand,
    ...(where ? { where } : {}),
    ...(text ? { text } : {}),
    sort: [...sort],
    columns: [...columns],
  };
  const answers = useQueries({
    queries: pages.map((page) => ({
      queryKey: ["customers.page", question, page],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        client.call("customers.page", { ...question, offset: page * pageRows, limit: pageRows }, { signal }),
      staleTime: 60_000,
    })),
  });
  const known = new Map(pages.map((page, at) => [page, answers[at]?.data]));
  const counted = known.get(0);
  useEffect(() => {
    if (!counted) return;
    setTotal(counted.total);
    onTotal(counted.total, counted.of);
  }, [counted, onTotal]);
  const rowAt = (index: number) => known.get(Math.floor(index / pageRows))?.rows[index % pageRows];
  const clickSort = (field: string, isAdded: boolean) => {
    const standing = sort.find((one) => one.field === field);
    const isNumber = !["text", "choice", "list"].includes(byName.get(field)?.kind ?? "text");
    const direction: TableSort["direction"] = standing
      ? standing.direction === "asc"
        ? "desc"
        : "asc"
      : isNumber
        ? "desc"
        : "asc";
    onSort([...(isAdded ? sort.filter((one) => one.field !== field) : []), { field, direction }].slice(-4));
  };
  const move = (event: React.KeyboardEvent) => {
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: 15,
      PageUp: -15,
      Home: -total,
      End: total,
    };
    const step = steps[event.key];
    if (event.key === "Enter") return void (rowAt(active) && go(`/customers/${rowAt(active)?.customer_id}`));
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.min(total - 1, Math.max(0, active + step));
    setActive(next);
    virtual.scrollToIndex(Math.min(drawable - 1, total > drawable ? Math.round((next / total) * drawable) : next));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows are drawn where they are scrolled to, which a table element can't
    <div
      ref={box}
      className="grid-table"
      style={{ height: "calc(100vh - 190px)" }}
      role="grid"
      aria-label="Customers"
      aria-rowcount={total + 1}
      aria-colcount={sized.length}
      tabIndex={0}
      onKeyDown={move}
    >
      <div
        style={{ height: virtual.getTotalSize() + headHeight, width, minWidth: "100%", position: "relative" }}
        role="rowgroup"
      >
        <div className="thead" role="row" aria-rowindex={1} style={{ width }}>
          {sized.map(({ id, size, field }) => {
            const sorted = sort.find((one) => one.field === id);
            return (
              <div
                key={id}
                role="columnheader"
                aria-sort={sorted ? (sorted.direction === "asc" ? "ascending" : "descending") : "none"}
                className={id === "name" ? "key" : ""}
                style={{ width: size, flex: "none" }}
              >
                <button
                  type="button"
                  tabIndex={-1}
                  className={`th ${isNumeric(field) ? "num" : ""}`}
                  style={{ width: "100%" }}
                  title={field?.help ?? "Name, or the id where no name is known"}
                  disabled={!field}
                  onClick={(event) => field && clickSort(id, event.shiftKey)}
                >
                  {field ? `${field.label}${field.kind === "money" ? `, ${currency}` : ""}` : "Customer"}
                  {sorted ? (sorted.direction === "asc" ? " ↑" : " ↓") : ""}
                </button>
              </div>
            );
          })}
        </div>
        {rows.map(({ key, start, row }) => {
          const found = rowAt(row);
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the grid owns the keyboard
            <div
              key={key}
              role="row"
              aria-rowindex={row + 2}
              tabIndex={-1}
              className="tr"
              data-active={row === active}
              style={{ transform: `translateY(${start}px)`, top: 0, width, minWidth: "100%" }}
              onClick={() => {
                setActive(row);
                if (found) go(`/customers/${found.customer_id}`);
              }}
            >
              {sized.map(({ id, size, field }, at) => (
                <div
                  key={id}
                  role="gridcell"
                  className={`td ${id === "name" ? "key" : ""} ${isNumeric(field) ? "num" : ""}`}
                  style={{ width: size }}
                >
                  {!found
                    ? ""
                    : id === "name"
                      ? (found.name ?? <span className="mono">{found.customer_id}</span>)
                      : cellText(found.values[at - 1], field, currency)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function isNumeric(field: Field | undefined): boolean {
  return field !== undefined && ["number", "money", "share", "date"].includes(field.kind);
}
