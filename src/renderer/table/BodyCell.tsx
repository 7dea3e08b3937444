import type { Field } from "../../shared/api/contract/customers.ts";
import { StageName } from "../components/Stage.tsx";
import { cellText, isNumeric } from "./cell-text.ts";
import type { PageRow } from "./use-pages.ts";

interface Props {
  readonly row: PageRow | undefined;
  readonly field: Field | undefined;
  /** Position among the columns; the first is the customer's name. */
  readonly at: number;
  readonly size: number;
  readonly currency: string;
}

export function BodyCell({ row, field, at, size, currency }: Props) {
  const value = row?.values[at - 1];
  const text = row && at > 0 ? cellText(value, field, currency) : "";
  return (
    <div
      role="gridcell"
      aria-colindex={at + 2}
      className={`td ${at === 0 ? "key" : ""} ${isNumeric(field) ? "num" : ""}`}
      style={{ width: size }}
      title={at === 0 ? (row?.customer_id ?? undefined) : text}
    >
      {row && at === 0 && (row.name ?? <span className="mono">{row.customer_id}</span>)}
      {at > 0 && (field?.name === "lifecycle_stage" && typeof value === "string" ? <StageName stage={value} /> : text)}
    </div>
  );
}
