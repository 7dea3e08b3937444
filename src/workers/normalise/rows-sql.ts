import { normalisedColumns } from "../../shared/domain/lake.ts";
import type { Mapping } from "../../shared/domain/mapping.ts";
import { ident, literal } from "../engine/sql.ts";
import { type RawTable, rawColumn } from "../sources/raw.ts";
import type { NormaliseOptions, ParsedTable } from "./normalise-file.ts";
import type { Places } from "./stack.ts";

/** Rows that can't be read, one reason each; `source_row` is their place. */
export function rejectSql(
  raw: RawTable,
  tables: readonly ParsedTable[],
  { rejects, places }: { rejects: string; places: Places },
): string {
  const text = raw.columns.map((_, at) => `coalesce(${rawColumn(at)}, '')`).join(", ");
  const unread = `SELECT line, column_name AS "column", value, reason, raw, source_row FROM ${raw.rejects}`;
  const faulty = tables.map(
    ({
      name,
    }) => `SELECT f.line, split_part(f.fault, '|', 1) AS "column", f.faulty_value AS value, split_part(f.fault, '|', 2) AS reason,
      ${text ? `left(concat_ws(',', ${text}), 4000)` : "NULL"} AS raw, f.source_row FROM ${name} f JOIN ${raw.table} r USING (source_row) WHERE f.fault IS NOT NULL`,
  );
  return `CREATE TEMP TABLE ${rejects} AS SELECT ${places.fileName} AS file, line, "column", value, reason, raw, source_row FROM (${[unread, ...faulty].join(" UNION ALL ")})
    QUALIFY row_number() OVER (PARTITION BY source_row ORDER BY "column", reason) = 1`;
}

export interface RowOptions {
  readonly rejects: string;
  readonly hasRejects: boolean;
  /** Its rows are told apart by file and row where they have a key. */
  readonly isPlain: boolean;
  readonly options: NormaliseOptions;
  readonly places: Places;
}

/** The rows of a table as the lake takes them. */
export function rowsSql(
  { table, parsed, name: from }: ParsedTable,
  { rejects, hasRejects, isPlain, options, places }: RowOptions,
): string {
  const keySpace = keySpaceOf(options.mapping);
  const mapped = parsed.filter(({ raw }) => raw !== "NULL").map(({ target }) => target.name);
  const hasKey = table.key.length > 0 && table.key.every((name) => mapped.includes(name));
  const anyMissing = table.key.map((name) => `${ident(name)} IS NULL`).join(" OR ");
  const whole = `md5(concat_ws(chr(31), ${mapped.map((name) => `coalesce(CAST(${ident(name)} AS VARCHAR), chr(30))`).join(", ")}))`;
  const hash = hasKey && isPlain ? `CASE WHEN ${anyMissing} THEN ${whole} END` : whole;
  const values: Readonly<Record<string, string>> = {
    key_space: literal(keySpace),
    source: literal(options.source),
    batch_id: literal(options.batchId),
    file_number: places.fileNumber,
    source_row: places.sourceRow,
    row_hash: hash,
  };
  const select = normalisedColumns(table).map(
    ({ name, type }) => `CAST(${values[name] ?? ident(name)} AS ${type}) AS ${ident(name)}`,
  );
  const filled = mapped
    .filter((name) => !["currency", "channel", "status"].includes(name))
    .map((name) => `${ident(name)} IS NOT NULL`);
  const needed =
    table.table === "customers"
      ? ["source_customer_id", "email", "phone", "loyalty_id"]
          .filter((name) => mapped.includes(name))
          .map((name) => `${ident(name)} IS NOT NULL`)
      : filled;
  const sound = hasRejects ? `source_row NOT IN (SELECT source_row FROM ${rejects}) AND ` : "";
  return `SELECT ${select.join(", ")} FROM ${from} WHERE ${sound}(${needed.join(" OR ") || "true"})`;
}

const platforms = new Set(["shopify", "woocommerce", "magento"]);

/** Whose numbers of orders, customers and products a file's are. */
export function keySpaceOf({ key_space, layout }: Mapping): string {
  return key_space ?? (platforms.has(layout) ? layout : "brand");
}
