import type { ColumnProfile } from "./profile.ts";
import type { ProposedColumn, ProposedTable, Recognised, Rule } from "./proposal.ts";
import type { Sheet } from "./sheet.ts";
import { columnFor } from "./synonyms.ts";

/** Meanings whose hour may stand in a column beside the date. */
const timed: ReadonlySet<string> = new Set(["ordered_at", "event_at"]);
const isDay = (column: string) => /dat(?:e|um)|fecha|^t_?dat$|^day$/i.test(column) && !/time|stamp/i.test(column);

/** What a plain table's header names mean, with the formats that its columns hold. */
export class Headings {
  readonly fileName: string;
  readonly #names: readonly string[];
  readonly #profiles: ReadonlyMap<string, ColumnProfile>;

  constructor({ fileName, columns }: Pick<Sheet, "fileName" | "columns">) {
    this.fileName = fileName.toLowerCase();
    this.#names = columns.map(({ name }) => name);
    this.#profiles = new Map(columns.map((column) => [column.name, column]));
  }

  find(meaning: string): string | undefined {
    return columnFor(meaning, this.#names);
  }

  has(...meanings: readonly string[]): boolean {
    return meanings.some((meaning) => this.find(meaning) !== undefined);
  }

  /** Columns that no rule takes. */
  rest(taken: Readonly<Record<string, Rule | undefined>>): string[] {
    const used = new Set(Object.values(taken).flatMap((rule) => (typeof rule === "string" ? [rule] : columnIn(rule))));
    return this.#names.filter((name) => !used.has(name));
  }

  /** Values of a column that were seen; none where only the header is known. */
  examples(column: string): readonly string[] {
    return this.#profiles.get(column)?.examples ?? [];
  }

  date(meaning: string): Rule | undefined {
    const column = this.find(meaning);
    const hour = timed.has(meaning) ? this.find("time_of_day") : undefined;
    if (column !== undefined && hour !== undefined && hour !== column && isDay(column))
      return { concat: [column, hour] };
    const profile = column === undefined ? undefined : this.#profiles.get(column);
    return column !== undefined && profile?.format && !profile.isAmbiguous
      ? { column, format: profile.format }
      : column;
  }

  amount(column: string | undefined): string | ProposedColumn | undefined {
    const decimal = column === undefined ? undefined : this.#profiles.get(column)?.decimal;
    return column !== undefined && decimal ? { column, decimal } : column;
  }

  /** A discount in money, or as a share of the price where every value is one. */
  discount(): Rule | undefined {
    const column = this.find("discount");
    const profile = column === undefined ? undefined : this.#profiles.get(column);
    if (column === undefined || !profile) return undefined;
    const decimal = profile.decimal ? { decimal: profile.decimal } : {};
    if (/%|percent|pct|prozent/i.test(column)) return { column, ...decimal, unit: "percent" };
    if (profile.isShare && !/amount|value|price|total/i.test(column)) return { column, ...decimal, unit: "share" };
    if (profile.examples.some((text) => text.endsWith("%"))) return { column, ...decimal, unit: "percent" };
    return this.amount(column);
  }

  /** Dates that could be read in two ways. */
  ambiguous(): string[] {
    return [...this.#profiles.values()].filter(({ isAmbiguous }) => isAmbiguous).map(({ name }) => name);
  }

  person(): Record<string, Rule | undefined> {
    const given = this.find("given_name");
    return {
      source_customer_id: this.find("source_customer_id"),
      email: this.find("email"),
      phone: this.find("phone"),
      given_name: given,
      family_name: this.find("family_name"),
      full_name: given ? undefined : this.find("full_name"),
      gender: this.find("gender"),
      address_line: this.find("address_line"),
      city: this.find("city"),
      region: this.find("region"),
      postcode: this.find("postcode"),
      country: this.find("country"),
      loyalty_id: this.find("loyalty_id"),
    };
  }
}

function columnIn(rule: Rule | undefined): string[] {
  if (typeof rule !== "object") return [];
  if ("concat" in rule) return [...rule.concat];
  return "column" in rule ? [rule.column] : "map" in rule ? [rule.map] : [];
}

export type Recognise = (headings: Headings) => Omit<Recognised, "layout"> | undefined;

export const found = (confidence: number, tables: readonly ProposedTable[], warnings: readonly string[] = []) => ({
  confidence,
  tables: tables.filter(({ columns }) => Object.keys(columns).length > 0),
  warnings,
});
