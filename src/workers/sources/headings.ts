import type { ColumnProfile } from "./profile.ts";
import type { ProposedColumn, ProposedTable, Recognised, Rule } from "./proposal.ts";
import type { Sheet } from "./sheet.ts";
import { columnFor, plainHeader } from "./synonyms.ts";

/** Meanings whose hour may stand in a column beside the date. */
const timed: ReadonlySet<string> = new Set(["ordered_at", "event_at"]);
const isDay = (column: string) => /dat(?:e|um)|fecha|^data|^t_?dat$|^day$/i.test(column) && !/time|stamp/i.test(column);

/** Meanings that are moments, and what counts days from one that isn't said. */
const moments: ReadonlySet<string> = new Set(["ordered_at", "event_at", "returned_at", "delivered_at", "created_at"]);
const dayCount = /^day(?:no|number)?$/;
/** The day before the first of a count whose beginning isn't known. */
export const unknownBeginning = "1999-12-31";

/** What is called so that a card beside it holds money. */
const giftCards = /gift_?-?cards?|geschenkkarte|store_?-?credit|^(?:initial|remaining)(?:value|balance|amount)$/;

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

  /** The column of a meaning; never `other`. */
  find(meaning: string, other?: string): string | undefined {
    const isFit = (name: string) => name !== other && this.#isFit(meaning, name);
    const found = columnFor(meaning, this.#names, isFit);
    if (meaning === "quantity" && found === undefined)
      return this.#names.find((name) => this.#profiles.get(name)?.isQuantity);
    return found;
  }

  #isFit(meaning: string, name: string): boolean {
    if (moments.has(meaning)) return this.#isMoment(name) || this.isDayCount(name);
    if (meaning === "loyalty_id" && this.#isOtherCard(name)) return false;
    const isQuantity = this.#profiles.get(name)?.isQuantity === true;
    return !isQuantity || meaning === "quantity";
  }

  /** Whether a card's number is one that is paid with: a gift card changes hands, and cards that are masked alike are many people's. */
  #isOtherCard(name: string): boolean {
    const { examples = [] } = this.#profiles.get(name) ?? {};
    if (examples.some((text) => /[*•]|x{3,}/i.test(text))) return true;
    if (!/^card(?:number|no)$/.test(plainHeader(name))) return false;
    return giftCards.test(this.fileName) || this.#names.some((one) => giftCards.test(plainHeader(one)));
  }

  /** Whether values of a column that were seen can be dates: no words, and no small numbers. */
  #isMoment(name: string): boolean {
    const profile = this.#profiles.get(name);
    const seen = profile?.examples ?? [];
    if (!profile || seen.length === 0) return !dayCount.test(plainHeader(name));
    if (profile.kind === "integer" || profile.kind === "decimal") return seen.some((text) => Number(text) >= 10_000);
    return seen.some((text) => /\d/.test(text)) || profile.format !== null;
  }

  /** Whether a column counts days from a beginning that isn't said. */
  isDayCount(name: string): boolean {
    const { kind, examples = [] } = this.#profiles.get(name) ?? {};
    if (!dayCount.test(plainHeader(name)) || this.#names.some((one) => /^(?:month|year)$/.test(plainHeader(one))))
      return false;
    return examples.length === 0 || (kind === "integer" && examples.every((text) => Number(text) < 10_000));
  }

  /** Columns called as a moment is whose values can't be one. */
  notMoments(): string[] {
    return this.#names.filter(
      (name) => columnFor("ordered_at", [name]) !== undefined && !this.#isMoment(name) && !this.isDayCount(name),
    );
  }

  /** Whether a column that is called a price holds what the whole line came to. */
  isLineTotal(column: string | undefined): boolean {
    return column !== undefined && this.#profiles.get(column)?.isLineTotal === true;
  }

  /** How many values of a column differ, of how many. */
  counts(column: string): { readonly distinct: number; readonly filled: number } {
    const { distinct = 0, filled = 0 } = this.#profiles.get(column) ?? {};
    return { distinct, filled };
  }

  get names(): readonly string[] {
    return this.#names;
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

  /** All values of a column, as far as they are known to be few; else those that were seen. */
  values(column: string): readonly string[] {
    return this.#profiles.get(column)?.values ?? this.examples(column);
  }

  date(meaning: string): Rule | undefined {
    const column = this.find(meaning);
    if (column !== undefined && this.isDayCount(column)) return { column, since: unknownBeginning };
    const hour = timed.has(meaning) ? this.find("time_of_day") : undefined;
    if (column !== undefined && hour !== undefined && hour !== column && isDay(column))
      return { concat: [column, hour] };
    return column === undefined ? undefined : this.dateIn(column);
  }

  /** A column's date with the format that its values have. */
  dateIn(column: string): Rule {
    const profile = this.#profiles.get(column);
    return profile?.format && !profile.isAmbiguous ? { column, format: profile.format } : column;
  }

  kind(column: string): string {
    return this.#profiles.get(column)?.kind ?? "text";
  }

  isShare(column: string): boolean {
    return this.#profiles.get(column)?.isShare === true;
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
    if (profile.isShare && !/amount|value|price(?!discount)|total/i.test(plainHeader(column)))
      return { column, ...decimal, unit: "share" };
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

/** Whether a file had no header, so that its columns are numbered. */
export function isNumbered(names: readonly string[]): boolean {
  return names.length > 0 && names.every((name) => /^column_\d+$/.test(name));
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
