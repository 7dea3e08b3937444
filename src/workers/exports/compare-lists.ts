import type { Difference, ListComparison } from "../../shared/domain/written-list.ts";

const listed = 200;

/** The records of a CSV text, quotes and line ends of any kind understood. */
export function readRecords(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  const plain = text.startsWith("\ufeff") ? text.slice(1) : text;
  const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y;
  while (cells.lastIndex < plain.length) {
    const at = cells.lastIndex;
    const cell = cells.exec(plain);
    if (!cell) {
      record.push(plain.slice(at)); // no CSV from here on: told as a difference
      break;
    }
    record.push(cell[1] !== undefined ? cell[1].replaceAll('""', '"') : (cell[2] ?? ""));
    if (cell[3] === ",") {
      if (cells.lastIndex === plain.length) record.push("");
      continue;
    }
    records.push(record);
    record = [];
  }
  if (record.length > 0) records.push(record);
  return records;
}

const identity = (record: readonly string[]) => record.join("\u001f");

/** Compares a list with the same list made again, by rows whatever their order. Rows that only one of the two has and that share the
 *  customer's id (else the first column that names rows) are changed ones. */
export function compareLists(own: string, again: string): ListComparison {
  const [header = [], ...rows] = readRecords(own);
  const [wanted = [], ...rowsAgain] = readRecords(again);
  const isSameHeader = identity(header) === identity(wanted);
  const left = new Map<string, number[]>();
  for (const [at, record] of rowsAgain.entries()) {
    const key = identity(record);
    const known = left.get(key);
    if (known) known.push(at);
    else left.set(key, [at]);
  }
  let isSameOrder = isSameHeader;
  const extra: number[] = [];
  for (const [at, record] of rows.entries()) {
    const found = isSameHeader ? left.get(identity(record))?.shift() : undefined;
    if (found === undefined) extra.push(at);
    if (found !== at) isSameOrder = false;
  }
  const naming = namingColumn(wanted, rowsAgain);
  const lostBy = new Map<string, number[]>();
  for (const at of [...left.values()].flat().sort((a, b) => a - b)) {
    const name = rowsAgain[at]?.[naming] ?? "";
    lostBy.set(name, [...(lostBy.get(name) ?? []), at]);
  }
  const differences: Difference[] = [];
  const counts = { missing: 0, added: 0, changed: 0 };
  const tell = (kind: Difference["kind"], at: number, record: readonly string[], columns: readonly string[] = []) => {
    counts[kind]++;
    const customer_id = record[wanted.indexOf("customer_id")] ?? null;
    if (differences.length < listed) differences.push({ kind, row: at + 1, customer_id, columns });
  };
  for (const at of extra) {
    const record = rows[at] ?? [];
    const twin = isSameHeader ? lostBy.get(record[naming] ?? "")?.shift() : undefined;
    const before = twin === undefined ? undefined : rowsAgain[twin];
    if (!before) tell("added", at, record);
    else
      tell(
        "changed",
        at,
        before,
        wanted.filter((_, column) => before[column] !== record[column]),
      );
  }
  for (const at of [...lostBy.values()].flat().sort((a, b) => a - b)) tell("missing", at, rowsAgain[at] ?? []);
  return { rows: rows.length, rows_again: rowsAgain.length, counts, differences, isSameOrder };
}

/** The customer's id, else the column that has most different texts. */
function namingColumn(header: readonly string[], rows: readonly (readonly string[])[]): number {
  const id = header.indexOf("customer_id");
  if (id >= 0) return id;
  const many = header.map((_, at) => new Set(rows.map((row) => row[at])).size);
  return many.indexOf(Math.max(0, ...many));
}
