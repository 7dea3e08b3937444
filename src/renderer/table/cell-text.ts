import type { Cell, Field } from "../../shared/api/contract/customers.ts";
import { day, decimal, integer, money, share, unknown, word } from "../format/format.ts";

/** A value of a profile as text, by the kind of its field. */
export function cellText(value: Cell | undefined, field: Pick<Field, "kind"> | undefined, currency: string): string {
  if (value === null || value === undefined) return unknown;
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (typeof value === "object") return Object.values(value).join(", ");
  switch (field?.kind) {
    case "money":
      return money(Number(value), currency);
    case "share":
      return share(Number(value));
    case "date":
      return day(String(value));
    case "choice":
      return word(String(value));
    case "number":
      return Number.isInteger(Number(value)) ? integer(Number(value)) : decimal(Number(value));
    default:
      return String(value);
  }
}

export function isNumeric(field: Pick<Field, "kind"> | undefined): boolean {
  return field !== undefined && ["number", "money", "share", "date"].includes(field.kind);
}

const widths: Readonly<Record<Field["kind"], number>> = {
  number: 104,
  money: 118,
  share: 108,
  date: 112,
  text: 150,
  choice: 122,
  list: 190,
  flag: 118,
};

/** Wide enough for the header in one line and for values of the field's kind. */
export function usualWidth({ kind, label }: Pick<Field, "kind" | "label">): number {
  const header = label.length * 6.6 + (kind === "money" ? 34 : 0) + 30;
  return Math.round(Math.max(widths[kind], Math.min(220, header)));
}
