import type { Field } from "../../shared/api/contract/customers.ts";
import { isNumeric } from "./cell-text.ts";
import type { TableSort } from "./use-pages.ts";

interface Props {
  readonly id: string;
  readonly field: Field | undefined;
  readonly size: number;
  readonly column: number;
  readonly currency: string;
  readonly sort: readonly TableSort[];
  readonly onSort: (isAdded: boolean) => void;
  readonly onResize: (size: number, isDone: boolean) => void;
}
const smallest = 64;

/** A column's head: a click sorts, Shift adds a key, the grip at its end makes it wider. */
export function HeaderCell({ id, field, size, column, currency, sort, onSort, onResize }: Props) {
  const at = sort.findIndex((one) => one.field === id);
  const sorted = sort[at];
  const label = field ? `${field.label}${field.kind === "money" ? `, ${currency}` : ""}` : "Customer";
  const order = sort.length > 1 && sorted ? String(at + 1) : "";
  const drag = (event: React.PointerEvent<HTMLSpanElement>) => {
    event.preventDefault();
    const { currentTarget, pointerId, clientX } = event;
    currentTarget.setPointerCapture(pointerId);
    const sizeAt = (x: number) => Math.max(smallest, size + x - clientX);
    const move = (moved: PointerEvent) => onResize(sizeAt(moved.clientX), false);
    const end = (ended: PointerEvent) => {
      onResize(sizeAt(ended.clientX), true);
      currentTarget.removeEventListener("pointermove", move);
    };
    currentTarget.addEventListener("pointermove", move);
    currentTarget.addEventListener("pointerup", end, { once: true });
  };
  return (
    <div
      role="columnheader"
      aria-colindex={column}
      aria-sort={sorted ? (sorted.direction === "asc" ? "ascending" : "descending") : "none"}
      className={field ? "hcell" : "hcell key"}
      style={{ width: size }}
    >
      <button
        type="button"
        tabIndex={-1}
        className={isNumeric(field) ? "th num" : "th"}
        title={field ? `${label}. ${field.help}` : "Name, or the id where no name is known"}
        disabled={!field}
        onClick={(event) => onSort(event.shiftKey)}
      >
        {label}
        {sorted ? ` ${sorted.direction === "asc" ? "↑" : "↓"}${order}` : ""}
      </button>
      <span className="grip" aria-hidden="true" onPointerDown={drag} />
    </div>
  );
}
