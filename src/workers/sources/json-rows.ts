import { isUtf8 } from "node:buffer";
import { join } from "node:path";
import { AssayError } from "../../shared/base/errors.ts";
import { ByteFile } from "./byte-file.ts";
import { flattenRecord, isObject } from "./json-flatten.ts";
import type { JsonRecord } from "./json-records.ts";

const maxColumns = 20_000;
const maxLists = 60;

/** One table of a JSON file: its records, or the elements of a list in them. */
export interface JsonTable {
  /** The list's path; empty for the records themselves. */
  readonly list: string;
  /** The table whose rows hold the list; empty for the records. */
  readonly parent: string;
  readonly columns: readonly string[];
  readonly path: string;
  readonly rows: number;
  readonly longest: number;
}

interface Fault {
  readonly line: number;
  readonly reason: "too_deep" | "too_long" | "cut_short" | "invalid_encoding" | "invalid_json" | "no_object";
  /** What stands where it begins. */
  readonly value: string;
}

interface Target {
  readonly list: string;
  readonly parent: string;
  /** Names as the file has them, and the same told apart where only their case differs. */
  readonly names: string[];
  readonly columns: string[];
  readonly known: Set<string>;
  readonly taken: Set<string>;
  readonly path: string;
  readonly file: ByteFile;
  rows: number;
  longest: number;
}

/** Writes JSON records as plain tables in the scratch folder. A row begins with its number, its parent's (its record's, for records)
 *  and its line or its place in the list; columns that came up later than a row are missing at its end. */
export class JsonRows {
  accepted = 0;
  rejected = 0;
  readonly rejectsPath: string;
  readonly #scratch: string;
  readonly #label: string;
  readonly #keepsText: boolean;
  readonly #targets = new Map<string, Target>();
  readonly #rejects: ByteFile;

  constructor(options: { scratch: string; label: string; keepsText: boolean }) {
    this.#scratch = options.scratch;
    this.#label = options.label;
    this.#keepsText = options.keepsText;
    this.rejectsPath = join(options.scratch, "json-rejects.csv");
    this.#rejects = new ByteFile(this.rejectsPath);
    this.#target("", "");
  }

  take(record: JsonRecord): void {
    const read = this.#read(record);
    if ("reason" in read) this.#reject(record.bytes, read);
    else {
      this.accepted++;
      this.#write("", "", read.value, this.accepted + this.rejected, record.line);
    }
  }

  #read({ bytes, line, fault }: JsonRecord): Fault | { value: Record<string, unknown> } {
    if (fault) return { line, reason: fault, value: "" };
    if (!isUtf8(bytes)) return { line, reason: "invalid_encoding", value: "" };
    const text = bytes.toString("utf8");
    try {
      const value = parseJson(text, this.#keepsText);
      return isObject(value) ? { value } : { line, reason: "no_object", value: text.slice(0, 60) };
    } catch (error) {
      const said = error instanceof SyntaxError ? error.message : "";
      const at = Number(/position (\d+)/.exec(said)?.[1] ?? 0);
      const lines = text.slice(0, at).split("\n").length - 1;
      const value = text.slice(Math.max(0, at - 20), at + 20).trim();
      return { line: line + lines, reason: "invalid_json", value };
    }
  }

  finish(): JsonTable[] {
    for (const { file } of this.#targets.values()) file.flush();
    this.#rejects.flush();
    return [...this.#targets.values()].map(({ list, parent, columns, path, rows, longest }) => ({
      ...{ list, parent, columns, path, rows, longest },
    }));
  }

  close(): void {
    for (const { file } of this.#targets.values()) file.close();
    this.#rejects.close();
  }

  #target(list: string, parent: string): Target {
    const known = this.#targets.get(list);
    if (known) return known;
    if (this.#targets.size > maxLists)
      throw new AssayError("bad_input", `${this.#label} holds over ${maxLists} kinds of lists.`, "Export it as CSV.");
    const path = join(this.#scratch, `json-rows-${this.#targets.size}.csv`);
    const target: Target = {
      ...{ list, parent, path, names: [], columns: [], known: new Set<string>(), taken: new Set<string>() },
      ...{ file: new ByteFile(path), rows: 0, longest: 0 },
    };
    this.#targets.set(list, target);
    return target;
  }

  #write(list: string, parent: string, record: Record<string, unknown>, parentRow: number, place: number): void {
    const target = this.#target(list, parent);
    const flat = flattenRecord(record, list);
    const cells = new Map(flat.cells);
    if (this.#keepsText) for (const [name, items] of flat.lists) cells.set(name, JSON.stringify(items));
    const row = ++target.rows;
    for (const name of cells.keys()) if (!target.known.has(name)) this.#addColumn(target, name);
    let line = `${row},${parentRow},${place}`;
    for (let at = 0, left = cells.size; at < target.names.length && left > 0; at++) {
      const cell = cells.get(target.names[at] ?? "");
      line += ",";
      if (cell === undefined) continue;
      left--;
      line += cell === "" ? "" : `"${cell.replaceAll("\0", "\ufffd").replaceAll('"', '""')}"`;
    }
    target.file.text(`${line}\n`);
    if (line.length > target.longest) target.longest = line.length;
    for (const [name, items] of flat.lists) {
      for (const [at, item] of items.entries()) this.#write(name, list, item, row, at + 1);
    }
  }

  #addColumn(target: Target, name: string): void {
    if (target.columns.length >= maxColumns)
      throw new AssayError("bad_input", `${this.#label} has over ${maxColumns} columns.`, "Export it as CSV.");
    let own = name;
    for (let n = 2; target.taken.has(own.trim().toLowerCase()); n++) own = `${name}_${n}`;
    target.taken.add(own.trim().toLowerCase());
    target.known.add(name);
    target.names.push(name);
    target.columns.push(own);
  }

  #reject(bytes: Buffer, { line, reason, value }: Fault): void {
    this.rejected++;
    const raw = bytes.subarray(0, 4000).toString("utf8").replaceAll("\0", "\ufffd");
    const cells = [String(this.accepted + this.rejected), String(line), value.replaceAll("\0", "\ufffd"), reason, raw];
    this.#rejects.text(`${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(",")}\n`);
  }
}

/** Whole numbers that a double can't hold, such as ids, keep every digit; all numbers do where the text is kept as it lies. */
export function parseJson(text: string, keepsText: boolean): unknown {
  return keepsText || /[0-9]{16}/.test(text) ? JSON.parse(text, numbersAsWritten) : JSON.parse(text);
}

function numbersAsWritten(_: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === "number" ? (context?.source ?? value) : value;
}
