import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** A cell of a delimited file. */
export function cell(text: string | number, delimiter: string): string {
  const plain = String(text);
  return plain.includes(delimiter) || /["\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

export interface WriteOptions {
  readonly delimiter?: string;
  readonly encoding?: "utf8" | "latin1";
  readonly before?: readonly string[];
  readonly after?: readonly string[];
}

/** Writes a whole delimited file; returns its path. */
export function writeTable(path: string, header: readonly string[], rows: readonly (readonly (string | number)[])[], options: WriteOptions = {}): string {
  const { delimiter = ",", encoding = "utf8", before = [], after = [] } = options;
  mkdirSync(dirname(path), { recursive: true });
  const lines = [...before, header.map((name) => cell(name, delimiter)).join(delimiter), ...rows.map((row) => row.map((one) => cell(one, delimiter)).join(delimiter)), ...after];
  writeFileSync(path, `${lines.join("\n")}\n`, encoding);
  return path;
}

