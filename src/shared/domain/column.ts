/** Types of columns in tables that steps exchange, as DuckDB names them. */
export type ColumnType =
  | "BOOLEAN"
  | "INTEGER"
  | "BIGINT"
  | "DOUBLE"
  | "DECIMAL(18,4)"
  | "VARCHAR"
  | "DATE"
  | "TIMESTAMP"
  | "VARCHAR[]"
  | "MAP(VARCHAR, VARCHAR)"
  | "MAP(VARCHAR, DOUBLE)";

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** What one number counts: days, minor, rate, count … */
  readonly unit?: string;
  /** Identifies a person; never read by a model. */
  readonly pii?: true;
}

/** Columns of one table by name; all have `rows` entries. A missing value is null, in a Float64Array NaN.
 *  BOOLEAN, INTEGER, BIGINT and DOUBLE columns are Float64Array (booleans 0 and 1), DATE is Float64Array of days since
 *  1970-01-01, VARCHAR is (string | null)[], VARCHAR[] is (string[] | null)[]. */
export type ColumnValues = Float64Array | (string | null)[] | (readonly string[] | null)[];
export interface ColumnTable {
  readonly rows: number;
  readonly columns: Readonly<Record<string, ColumnValues>>;
}
