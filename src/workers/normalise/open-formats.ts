import { lakeTable } from "../../shared/domain/lake.ts";
import { columnsOfRule, type TableMapping } from "../../shared/domain/mapping.ts";
import type { Session } from "../engine/duckdb.ts";
import { monthFirst, profileColumns } from "../sources/profile.ts";
import type { RawTable } from "../sources/raw.ts";
import { countryOfZone } from "./contact.ts";
import type { PlainColumns } from "./plain-columns.ts";
import type { Formats } from "./value-sql.ts";

/** The file's rows, or the elements of a list in them, that a table is mapped from. */
export function rowsOf(raw: RawTable, { each }: TableMapping): RawTable | undefined {
  return each === undefined ? raw : raw.lists?.get(each);
}

interface FormatOptions {
  readonly tables: readonly TableMapping[];
  readonly timeZone: string;
  /** Columns that leave nothing to decide. */
  readonly plain?: ReadonlyMap<TableMapping, PlainColumns>;
}

/** Formats of mapped columns whose mapping leaves them open, decided from the whole file. */
export async function formatsOf(
  session: Session,
  raw: RawTable,
  { tables, timeZone, plain }: FormatOptions,
): Promise<ReadonlyMap<RawTable, Formats>> {
  const open = new Map<RawTable, Set<string>>();
  for (const mapping of tables) {
    const rows = rowsOf(raw, mapping);
    if (!rows) continue;
    const own = open.get(rows) ?? new Set<string>();
    for (const column of openColumns(mapping, plain?.get(mapping))) own.add(column);
    open.set(rows, own);
  }
  const isMonthFirst = countryOfZone(timeZone) === "US";
  const formats = new Map<RawTable, Formats>();
  for (const [rows, names] of open) {
    if (names.size === 0) continue;
    const profiled = await profileColumns(session, rows, (name) => names.has(name.trim().toLowerCase()));
    const found = profiled.map(({ name, format, isAmbiguous, decimal }) => {
      const own = format !== null && isAmbiguous && isMonthFirst ? monthFirst(format) : format;
      return [name.trim().toLowerCase(), { format: own, decimal }] as const;
    });
    formats.set(rows, new Map(found));
  }
  return formats;
}

/** The columns whose formats some tables leave open, in lower case. */
export function openFormats(tables: readonly TableMapping[]): ReadonlySet<string> {
  return new Set(tables.flatMap((mapping) => openColumns(mapping, undefined)));
}

function openColumns(mapping: TableMapping, plain: PlainColumns | undefined): string[] {
  const columns = lakeTable(mapping.table)?.columns ?? [];
  return Object.entries(mapping.columns).flatMap(([name, rule]) => {
    if (plain?.has(name)) return [];
    const kind = columns.find((column) => column.name === name)?.kind;
    const isDate = kind === "instant" || kind === "date";
    const isAmount = kind === "money" || kind === "price" || kind === "quantity";
    const given =
      typeof rule === "object" && "column" in rule ? (isDate ? (rule.format ?? rule.since) : rule.decimal) : undefined;
    const isOpen = (isDate || isAmount) && given === undefined;
    return isOpen ? columnsOfRule(rule).map((column) => column.trim().toLowerCase()) : [];
  });
}
