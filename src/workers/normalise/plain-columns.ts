import type { Json } from "../../shared/base/canonical-json.ts";
import { lakeTable } from "../../shared/domain/lake.ts";
import type { ColumnRule, TableMapping } from "../../shared/domain/mapping.ts";
import type { Session } from "../engine/duckdb.ts";
import { type Shifts, shiftsOf } from "../engine/zone-shifts.ts";
import { nativeColumn, type RawTable, rawColumn } from "../sources/raw.ts";

/** From so many rows on a look through all of them pays for reading each without doubts. */
export const manyRows = 20_000;

/** A column in which every text is the plainest way to write its kind: it can't be unreadable. */
export interface PlainColumn {
  /** SQL over the raw table of what its text says: a wall clock's timestamp, or a decimal. */
  readonly read: string;
  /** How its wall clock turns into UTC; null where that is asked row by row. Of amounts without meaning, as is the zone. */
  readonly shifts: Shifts | null;
  readonly timeZone: string;
  /** No row lacks it. */
  readonly isFilled: boolean;
}

export type PlainColumns = ReadonlyMap<string, PlainColumn>;

interface Candidate {
  readonly mapping: TableMapping;
  readonly target: string;
  readonly cell: string;
  /** The type of its column where that isn't text. */
  readonly type: string | undefined;
  readonly isInstant: boolean;
  readonly timeZone: string;
}

/** Types whose values are what their texts would be read as. */
const timeTypes = /^(DATE|TIMESTAMP(_S|_MS|_NS)?)$/;
const amountTypes = /^(U?(TINY|SMALL|BIG)INT|U?INTEGER|DECIMAL\(\d+,[0-6]\))$/;

const amountKinds: ReadonlySet<string> = new Set(["money", "price", "quantity"]);

/** Of the columns of instants and amounts that tables are mapped from those that are plain throughout, by table and target: texts as
 *  `2026-06-01 10:00:00` where no format is named, and numbers with a decimal point at most; and times and numbers that lie as such
 *  in their file. */
export async function plainColumns(
  session: Session,
  raw: RawTable,
  { tables, timeZone }: { tables: readonly TableMapping[]; timeZone: string },
): Promise<ReadonlyMap<TableMapping, PlainColumns>> {
  if (raw.rowsRead < manyRows || (raw.isTyped && !raw.isLeft)) return new Map();
  const every = Math.max(1, Math.floor(raw.rowsRead / manyRows));
  const candidates = tables.flatMap((mapping) =>
    mapping.each === undefined ? candidatesOf(raw, mapping, timeZone) : [],
  );
  const asks = new Map(candidates.map((one) => [askName(one), one]));
  const all = [...asks.values()];
  const texts = all.filter(({ type }) => type === undefined);
  const likely = await looksOf(session, `${raw.table} WHERE source_row % ${every} = 0`, texts);
  const isLikely = (one: Candidate) => one.type !== undefined || likely.get(askName(one))?.isPlain === true;
  const sure = await looksOf(session, raw.table, all.filter(isLikely));
  const found = new Map<TableMapping, Map<string, PlainColumn>>();
  for (const one of candidates) {
    const look = sure.get(askName(one));
    if (!look?.isPlain) continue;
    const { timeZone: zone, isInstant, mapping, target } = one;
    const shifts = isInstant ? await shiftsOf(session, { ...look, timeZone: zone, isWall: true }) : null;
    const own = found.get(mapping) ?? new Map<string, PlainColumn>();
    found.set(mapping, own.set(target, { read: readSql(one), shifts, timeZone: zone, isFilled: look.isFilled }));
  }
  return found;
}

function candidatesOf(raw: RawTable, mapping: TableMapping, timeZone: string): Candidate[] {
  return (lakeTable(mapping.table)?.columns ?? []).flatMap(({ name, kind }) => {
    const rule = mapping.columns[name];
    const isInstant = kind === "instant";
    if (rule === undefined || (!isInstant && !amountKinds.has(kind))) return [];
    const column = plainRule(rule);
    const at = raw.columns.findIndex((one) => one.trim().toLowerCase() === column?.trim().toLowerCase());
    const zone = typeof rule === "object" && "time_zone" in rule ? rule.time_zone : undefined;
    const given = raw.natives?.get(at);
    const type = given !== undefined && (isInstant ? timeTypes : amountTypes).test(given) ? given : undefined;
    const cell = type === undefined ? rawColumn(at) : nativeColumn(at);
    return at < 0 ? [] : [{ mapping, target: name, cell, type, isInstant, timeZone: zone ?? timeZone }];
  });
}

/** The column that a rule takes as it is; undefined where it says more of its texts. */
function plainRule(rule: ColumnRule): string | undefined {
  if (typeof rule === "string") return rule;
  if (
    !("column" in rule) ||
    rule.since !== undefined ||
    rule.format !== undefined ||
    rule.unit !== undefined ||
    rule.decimal === ","
  )
    return undefined;
  return [rule.nothing, rule.plus, rule.less].some((list) => list !== undefined && list.length > 0)
    ? undefined
    : rule.column;
}

interface Look {
  readonly isPlain: boolean;
  readonly isFilled: boolean;
  readonly first: Json | undefined;
  readonly last: Json | undefined;
}

async function looksOf(session: Session, from: string, asks: readonly Candidate[]): Promise<Map<string, Look>> {
  if (asks.length === 0) return new Map();
  const asked = asks.flatMap((one) => {
    const [name, read] = [askName(one), readSql(one)];
    const isPlain = one.isInstant ? isPlainTime(one) : `${read} IS NOT NULL`;
    const range = one.isInstant ? [`min(${read}) AS first_${name}`, `max(${read}) AS last_${name}`] : [];
    return [
      `coalesce(bool_and(${isPlain}) FILTER (${one.cell} IS NOT NULL), true) AS ${name}`,
      `count(${one.cell}) = count(*) AS filled_${name}`,
      ...range,
    ];
  });
  const [row = {}] = await session.rows(`SELECT ${asked.join(", ")} FROM ${from}`);
  return new Map(
    asks.map((one) => {
      const name = askName(one);
      const [isPlain, isFilled] = [row[name] === true, row[`filled_${name}`] === true];
      return [name, { isPlain, isFilled, first: row[`first_${name}`], last: row[`last_${name}`] }];
    }),
  );
}

/** Whether a time is one that its text says exactly and that any reader takes for a date. */
function isPlainTime(one: Candidate): string {
  const read = readSql(one);
  const isDate = `isfinite(${read}) AND ${read} >= TIMESTAMP '1000-01-01'`;
  if (one.type === undefined) return `CAST(${read} AS VARCHAR) IS NOT DISTINCT FROM ${one.cell} AND ${isDate}`;
  return `coalesce(${one.type === "TIMESTAMP_NS" ? `epoch_ns(${one.cell}) % 1000 = 0 AND ` : ""}${isDate}, false)`;
}

const askName = ({ cell, isInstant }: Candidate) => `${isInstant ? "instant" : "amount"}_${cell}`;

function readSql({ cell, type, isInstant }: Candidate): string {
  if (type === "TIMESTAMP") return cell;
  return `TRY_CAST(${cell} AS ${isInstant ? "TIMESTAMP" : "DECIMAL(18,6)"})`;
}
