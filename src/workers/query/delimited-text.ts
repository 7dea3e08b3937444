import type { Json } from "../../shared/base/canonical-json.ts";

/** Starts that a spreadsheet takes for a formula or a command, also in full width and behind blanks. */
const formula = /^[\s\u00a0\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n\0]/;
const e164 = /^\+[1-9]\d{6,14}$/;

/** A text as a quoted CSV cell (RFC 4180). A text that a spreadsheet would run gets an apostrophe in front; a phone number in
 *  E.164 form is no formula and keeps its plus. */
export function quoteText(text: string, isPhone = false): string {
  const plain = text.replaceAll("\0", "");
  const safe = formula.test(text) && !(isPhone && e164.test(plain)) ? `'${plain}` : plain;
  return `"${safe.replaceAll('"', '""')}"`;
}

/** A value as a CSV cell: numbers and flags bare, NULL empty, lists and maps as JSON text. */
export function toCell(value: Json | undefined, isPhone = false): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string") return quoteText(value, isPhone);
  return quoteText(JSON.stringify(value));
}

/** Lines end in CR LF. */
export function toLine(cells: readonly string[]): string {
  return `${cells.join(",")}\r\n`;
}
