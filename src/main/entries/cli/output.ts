import { stripVTControlCharacters } from "node:util";
import type { WireError } from "../../../shared/base/errors.ts";

export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
}

const isTerminal = () => process.stderr.isTTY === true;

/** Standard output carries the answer and nothing else; everything else goes to standard error. */
export class Output {
  readonly #options: OutputOptions;
  #lastLabel = "";

  constructor(options: OutputOptions) {
    this.#options = options;
  }

  get json(): boolean {
    return this.#options.json;
  }

  /** The one document, or its form for reading. */
  answer(document: unknown, read: () => string): void {
    process.stdout.write(this.#options.json ? `${JSON.stringify(document)}\n` : ensureNewline(read()));
  }

  /** A line of an answer that comes bit by bit. */
  line(text: string): void {
    process.stdout.write(ensureNewline(text));
  }

  note(text: string): void {
    if (!this.#options.quiet) process.stderr.write(`${text}\n`);
  }

  /** A bar on a terminal, one line for each new step otherwise. */
  progress(label: string, done: number, total: number | null, rest = ""): void {
    if (this.#options.quiet) return;
    if (isTerminal()) {
      const share = total ? Math.min(1, done / total) : 0;
      const bar = total ? `[${"#".repeat(Math.round(share * 24)).padEnd(24, "·")}] ${Math.round(share * 100)} %` : "";
      process.stderr.write(`\r\u001b[K${bar} ${label} ${rest}`.slice(0, (process.stderr.columns ?? 100) + 4));
    } else if (label !== this.#lastLabel) {
      process.stderr.write(`${label}${total ? ` (${done} of ${total})` : ""}\n`);
    }
    this.#lastLabel = label;
  }

  endProgress(): void {
    if (!this.#options.quiet && isTerminal() && this.#lastLabel) process.stderr.write("\r\u001b[K");
  }

  fail(error: WireError): void {
    this.endProgress();
    if (this.#options.json) process.stdout.write(`${JSON.stringify({ error })}\n`);
    process.stderr.write(`${error.message}\n${error.hint ? `  ${error.hint}\n` : ""}`);
  }
}

function ensureNewline(text: string): string {
  return text.endsWith("\n") || text === "" ? text : `${text}\n`;
}

/** Columns of text under headers; numbers stand to the right. */
export function table(headers: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const cells = rows.map((row) => row.map(show));
  const widths = headers.map((header, at) => Math.max(width(header), ...cells.map((row) => width(row[at] ?? ""))));
  const isNumeric = headers.map(
    (_, at) => rows.length > 0 && rows.every((row) => row[at] === null || typeof row[at] === "number"),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) => {
        const fill = " ".repeat(Math.max(0, (widths[at] ?? 0) - width(cell)));
        return isNumeric[at] ? fill + cell : cell + fill;
      })
      .join("  ")
      .trimEnd();
  return [line(headers), line(widths.map((n) => "─".repeat(n))), ...cells.map(line)].join("\n");
}

const width = (text: string) => stripVTControlCharacters(text).length;

export function show(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number")
    return Number.isInteger(value) ? groupDigits(value) : String(Number(value.toPrecision(6)));
  if (typeof value === "object") return JSON.stringify(value);
  return String(value).replaceAll("\n", "⏎");
}

export function groupDigits(value: number): string {
  return value.toLocaleString("en-GB", { maximumFractionDigits: 0 }).replace("-", "−");
}

export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let at = 0;
  let left = value;
  while (left >= 1000 && at < units.length - 1) {
    left /= 1000;
    at++;
  }
  return `${at === 0 ? left : left.toFixed(1)} ${units[at]}`;
}
