import type { Cell, Field } from "../../shared/api/contract/customers.ts";
import { day, decimal, integer, money, share, unknown, word } from "../format/format.ts";

/** A value of a profile as text, by the kind of its field. */
export function cellText(
  value: Cell | undefined,
  field: Pick<Field, "kind" | "name"> | undefined,
  currency: string,
): string {
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
