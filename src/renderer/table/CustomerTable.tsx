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
import type { Field, SegmentTree } from "../../shared/api/contract/customers.ts";
import { go } from "../app/route.ts";
import { Failure } from "../components/parts.tsx";
import { BodyCell } from "./BodyCell.tsx";
import { usualWidth } from "./cell-text.ts";
import { HeaderCell } from "./HeaderCell.tsx";
import { drawableRows, placeOfRow, rowHeight, shiftAfterScroll } from "./scroll.ts";
import { type PageRow, type TableSort, usePages } from "./use-pages.ts";

const headHeight = 31;
const nameWidth = 200;
const features = tableFeatures({ columnVisibilityFeature, columnSizingFeature, rowSortingFeature });
const helper = createColumnHelper<typeof features, PageRow>();
const none: PageRow[] = [];

interface Props {
  readonly brand: string;
  readonly currency: string;
  readonly fields: readonly Field[];
  readonly columns: readonly string[];
  readonly where: SegmentTree | undefined;
  readonly text: string;
  readonly sort: readonly TableSort[];
  readonly sizes: Readonly<Record<string, number>>;
  readonly onSort: (sort: TableSort[]) => void;
  readonly onSize: (id: string, size: number, isDone: boolean) => void;
  readonly onTotal: (total: number, of: number) => void;
}

const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15 };

/** Profiles by the million: the engine keeps the order, pages come as they are scrolled to, only rows in view are drawn. */
export function CustomerTable({
  brand,
  currency,
  fields,
  columns,
  where,
  text,
  sort,
  sizes,
  onSort,
  onSize,
  onTotal,
}: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const [total, setTotal] = useState(0);
  const [scroll, setScroll] = useState({ top: 0, shift: 0 });
  const byName = useMemo(() => new Map(fields.map((field) => [field.name, field])), [fields]);
  const definitions = useMemo(
    () =>
      helper.columns([
        helper.accessor((row) => row.name, { id: "name", size: nameWidth }),
        ...columns.flatMap((name, at) => {
          const field = byName.get(name);
          return field ? [helper.accessor((row) => row.values[at], { id: name, size: usualWidth(field) })] : [];
        }),
      ]),
    [columns, byName],
  );
  const table = useTable({ features, columns: definitions, data: none, manualSorting: true });
  const shown = table.getAllLeafColumns().map((column) => ({
    id: column.id,
    size: sizes[column.id] ?? column.getSize(),
    field: byName.get(column.id),
  }));
  const width = shown.reduce((sum, { size }) => sum + size, 0);
  const virtual = useVirtualizer({
    count: Math.min(total, drawableRows),
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: headHeight,
  });
  const rows = virtual
    .getVirtualItems()
    .map(({ key, start, index }) => ({ key, start, row: Math.min(Math.max(0, total - 1), index + scroll.shift) }));
  const question = {
    brand,
    ...(where ? { where } : {}),
    ...(text ? { text } : {}),
    sort: [...sort],
    columns: [...columns],
  };
  const pages = usePages(
    question,
    rows.map(({ row }) => row),
  );
  const { first } = pages;
  useEffect(() => {
    if (!first) return;
    setTotal(first.total);
    onTotal(first.total, first.of);
  }, [first, onTotal]);
  const sortBy = (field: string, isAdded: boolean) => {
    const standing = sort.find((one) => one.field === field);
    const isText = ["text", "choice", "list"].includes(byName.get(field)?.kind ?? "text");
    const opposite = standing?.direction === "asc" ? "desc" : "asc";
    const direction = standing ? opposite : isText ? "asc" : "desc";
    onSort([...(isAdded ? sort.filter((one) => one.field !== field) : []), { field, direction } as const].slice(-4));
  };
  const follow = () => {
    const element = box.current;
    if (!element) return;
    const step = {
      top: element.scrollTop,
      lastTop: scroll.top,
      shift: scroll.shift,
      viewport: element.clientHeight,
      total,
    };
    setScroll({ top: step.top, shift: shiftAfterScroll(step) });
  };
  const show = (row: number) => {
    setActive(row);
    const place = placeOfRow(row, total);
    const isNear = rows.some((one) => one.row === row);
    if (!isNear) setScroll({ ...scroll, shift: place.shift });
    if (row === 0) box.current?.scrollTo({ top: 0 });
    else virtual.scrollToIndex(isNear ? row - scroll.shift : place.index);
  };
  const press = (event: React.KeyboardEvent) => {
    const found = pages.rowAt(active);
    if (event.key === "Enter" && found) go(`/customers/${found.customer_id}`);
    const target = event.key === "Home" ? 0 : event.key === "End" ? total - 1 : active + (steps[event.key] ?? 0);
    if (target === active && event.key !== "Home" && event.key !== "End") return;
    event.preventDefault();
    show(Math.min(total - 1, Math.max(0, target)));
  };
  if (pages.error) return <Failure error={pages.error} />;
  return (
    <div
      ref={box}
      className="grid-table"
      role="grid"
      aria-label="Customers"
      aria-rowcount={total + 1}
      aria-colcount={shown.length}
      aria-activedescendant={rows.some(({ row }) => row === active) ? `row-${active}` : undefined}
      tabIndex={0}
      onKeyDown={press}
      onScroll={follow}
    >
      <div className="rows" role="rowgroup" style={{ height: virtual.getTotalSize() + headHeight, width }}>
        <div className="thead" role="row" aria-rowindex={1} style={{ width }}>
          {shown.map(({ id, size, field }, at) => (
            <HeaderCell
              key={id}
              id={id}
              field={field}
              size={size}
              column={at + 1}
              currency={currency}
              sort={sort}
              onSort={(isAdded) => sortBy(id, isAdded)}
              onResize={(next, isDone) => onSize(id, next, isDone)}
            />
          ))}
        </div>
        {rows.map(({ key, start, row }) => {
          const found = pages.rowAt(row);
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the grid owns the keyboard
            <div
              key={key}
              id={`row-${row}`}
              role="row"
              aria-rowindex={row + 2}
              className="tr"
              data-active={row === active}
              style={{ transform: `translateY(${start}px)`, width }}
              onClick={() => found && go(`/customers/${found.customer_id}`)}
            >
              {shown.map(({ id, size, field }, at) => (
                <BodyCell key={id} row={found} field={field} at={at} size={size} currency={currency} />
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}
