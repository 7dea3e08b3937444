export interface ProposedColumn {
  readonly column: string;
  readonly format?: string;
  readonly decimal?: "." | ",";
  /** A discount that is a share of the price. */
  readonly unit?: "share" | "percent";
  /** Below 0 whatever is written: what was given back. */
  readonly sign?: "negative";
  /** The zone of instants that aren't the brand's wall clock. */
  readonly time_zone?: string;
  /** The day that a count of days begins after. */
  readonly since?: string;
  /** Texts that stand for nothing. */
  readonly nothing?: readonly string[];
  /** Columns whose amounts are added and taken off. */
  readonly plus?: readonly string[];
  readonly less?: readonly string[];
}
export type Rule =
  | string
  | ProposedColumn
  | { readonly value: string }
  | { readonly map: string; readonly values: Record<string, string>; readonly otherwise?: string }
  | { readonly coalesce: readonly string[]; readonly time_zone?: string }
  | { readonly concat: readonly string[]; readonly separator?: string }
  | { readonly columns: readonly string[] };
export interface ProposedTable {
  readonly table: string;
  /** The list inside of the file's rows whose elements are the rows. */
  readonly each?: string;
  readonly where?: string;
  readonly file?: string;
  readonly columns: Record<string, Rule>;
}
export interface Recognised {
  readonly layout: string;
  /** Whose ids its ids are, where they aren't the brand's. */
  readonly key_space?: string;
  readonly confidence: number;
  readonly tables: readonly ProposedTable[];
  readonly warnings: readonly string[];
}

/** Answers to a question of consent, as exports write them. */
export const consentAnswers = {
  true: "granted",
  yes: "granted",
  y: "granted",
  "1": "granted",
  false: "denied",
  no: "denied",
  n: "denied",
  "0": "denied",
};

/** The rules whose columns a file has. */
export function present(headers: readonly string[], columns: Record<string, Rule | undefined>): Record<string, Rule> {
  const names = new Set(headers.map((name) => name.trim().toLowerCase()));
  const holds = (rule: Rule) => {
    if (typeof rule === "string") return names.has(rule.toLowerCase());
    if ("column" in rule) return names.has(rule.column.toLowerCase());
    if ("map" in rule) return names.has(rule.map.toLowerCase());
    const several =
      "coalesce" in rule ? rule.coalesce : "concat" in rule ? rule.concat : "columns" in rule ? rule.columns : null;
    return several === null || several.some((name) => names.has(name.toLowerCase()));
  };
  return Object.fromEntries(
    Object.entries(columns).filter((entry): entry is [string, Rule] => entry[1] !== undefined && holds(entry[1])),
  );
}

/** The rules that there are. */
export function keep(entries: Readonly<Record<string, Rule | undefined>>): Record<string, Rule> {
  return Object.fromEntries(Object.entries(entries).filter((entry): entry is [string, Rule] => entry[1] !== undefined));
}

/** An instant of another zone than the brand's. */
export const utc = (column: string, format?: string): ProposedColumn => ({
  column,
  ...(format === undefined ? {} : { format }),
  time_zone: "UTC",
});

export const amount = (column: string): ProposedColumn => ({ column, decimal: "." });
