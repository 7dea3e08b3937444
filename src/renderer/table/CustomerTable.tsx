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
import { Failure } from "../components/parts.tsx";
import { BodyCell } from "./BodyCell.tsx";
import { usualWidth } from "./cell-text.ts";
import { HeaderCell } from "./HeaderCell.tsx";
import { RowBox } from "./RowBox.tsx";
import { drawableRows, placeOfRow, shiftAfterScroll } from "./scroll.ts";
import { addRange, isChosen, nobody, type Selection, toggle } from "./selection.ts";
import { type PageRow, type TableSort, usePages } from "./use-pages.ts";
import { useRowHeight } from "./use-row-height.ts";

const headHeight = 31;
const nameWidth = 200;
const boxWidth = 34;
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
  readonly selection: Selection;
  readonly onSelect: (selection: Selection) => void;
  /** The customer whose details are open. */
  readonly opened: string | null;
  readonly onOpen: (id: string) => void;
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
  selection,
  onSelect,
  opened,
  onOpen,
}: Props) {
  const rowHeight = useRowHeight();
  const drawable = drawableRows(rowHeight);
  const anchor = useRef<number | null>(null);
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
  const width = shown.reduce((sum, { size }) => sum + size, boxWidth);
  const virtual = useVirtualizer({
    count: Math.min(total, drawable),
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: headHeight,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows of another height are measured anew
  useEffect(() => virtual.measure(), [rowHeight]);
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
      height: rowHeight,
    };
    setScroll({ top: step.top, shift: shiftAfterScroll(step) });
  };
  const show = (row: number) => {
    setActive(row);
    const place = placeOfRow(row, total, drawable);
    const isNear = rows.some((one) => one.row === row);
    if (!isNear) setScroll({ ...scroll, shift: place.shift });
    if (row === 0) box.current?.scrollTo({ top: 0 });
    else virtual.scrollToIndex(isNear ? row - scroll.shift : place.index);
  };
  const idsBetween = (from: number, to: number) =>
    Array.from({ length: Math.abs(to - from) + 1 }, (_, at) => pages.rowAt(Math.min(from, to) + at)).flatMap(
      (row) => row?.customer_id ?? [],
    );
  const choose = (row: number, isRange: boolean) => {
    const found = pages.rowAt(row);
    if (!found) return;
    if (isRange && anchor.current !== null) onSelect(addRange(selection, idsBetween(anchor.current, row)));
    else onSelect(toggle(selection, found.customer_id, pages.known()));
    anchor.current = row;
  };
  const press = (event: React.KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const found = pages.rowAt(active);
    if (event.key === "Enter" && found) onOpen(found.customer_id);
    if (event.key === " ") {
      event.preventDefault();
      choose(active, event.shiftKey);
    }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a") {
      event.preventDefault();
      onSelect({ kind: "all" });
    }
    const target = event.key === "Home" ? 0 : event.key === "End" ? total - 1 : active + (steps[event.key] ?? 0);
    if (target === active && event.key !== "Home" && event.key !== "End") return;
    event.preventDefault();
    const row = Math.min(total - 1, Math.max(0, target));
    show(row);
    const next = pages.rowAt(row);
    if (opened !== null && next) onOpen(next.customer_id);
  };
  if (pages.error) return <Failure error={pages.error} />;
  return (
    <div
      ref={box}
      className="grid-table"
      role="grid"
      aria-label="Customers"
      aria-rowcount={total + 1}
      aria-colcount={shown.length + 1}
      aria-multiselectable="true"
      aria-busy={pages.first === undefined}
      aria-activedescendant={rows.some(({ row }) => row === active) ? `row-${active}` : undefined}
      tabIndex={0}
      onKeyDown={press}
      onScroll={follow}
    >
      <div className="rows" role="rowgroup" style={{ height: virtual.getTotalSize() + headHeight, width }}>
        <div className="thead" role="row" aria-rowindex={1} style={{ width }}>
          <div role="columnheader" aria-colindex={1} className="pick" style={{ width: boxWidth }}>
            <input
              type="checkbox"
              aria-label="Choose all customers of the list"
              tabIndex={-1}
              checked={selection.kind === "all"}
              ref={(element) => {
                if (element) element.indeterminate = selection.kind === "some" && selection.ids.size > 0;
              }}
              onChange={(event) => onSelect(event.target.checked ? { kind: "all" } : nobody)}
            />
          </div>
          {shown.map(({ id, size, field }, at) => (
            <HeaderCell
              key={id}
              id={id}
              field={field}
              size={size}
              column={at + 2}
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
              aria-selected={found ? isChosen(selection, found.customer_id) : false}
              data-active={row === active}
              data-opened={found !== undefined && found.customer_id === opened}
              style={{ transform: `translateY(${start}px)`, width, height: rowHeight }}
              onClick={() => {
                setActive(row);
                if (found) onOpen(found.customer_id);
              }}
            >
              <RowBox
                name={found?.name ?? found?.customer_id ?? ""}
                isOn={found !== undefined && isChosen(selection, found.customer_id)}
                width={boxWidth}
                onToggle={(isRange) => {
                  setActive(row);
                  choose(row, isRange);
                }}
              />
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
