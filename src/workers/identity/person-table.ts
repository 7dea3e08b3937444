import { columnFor, plainHeader } from "../sources/synonyms.ts";
import { isJunkEmail, isJunkPhone } from "./junk.ts";
import { nameKey } from "./names.ts";

/** What a column tells of a person, which decides how two of its values are compared. */
export type AttributeKind =
  | "given_name"
  | "family_name"
  | "birth_date"
  | "email"
  | "phone"
  | "address"
  | "city"
  | "postcode"
  | "region"
  | "gender"
  | "identifier"
  | "number"
  | "category"
  | "text";

/** One attribute of every record, as values are compared: null where it isn't known. */
export interface Attribute {
  readonly name: string;
  readonly kind: AttributeKind;
  readonly values: readonly (string | null)[];
}

/** Columns of text by their header, of records in order; null where a file has no such column or a cell is empty. */
export interface TextColumn {
  readonly header: string;
  readonly values: readonly (string | null)[];
}

const meanings: readonly (readonly [meaning: string, kind: AttributeKind])[] = [
  ["given_name", "given_name"],
  ["family_name", "family_name"],
  ["birth_date", "birth_date"],
  ["email", "email"],
  ["phone", "phone"],
  ["address_line", "address"],
  ["city", "city"],
  ["postcode", "postcode"],
  ["region", "region"],
  ["country", "category"],
  ["gender", "gender"],
  ["loyalty_id", "identifier"],
];

/** What tells that a column of codes is a code of a person: fewer distinct values than this share are a category. */
const leastDistinct = 0.02;
const mostCategories = 50;

/** One file's columns under the names of what they tell, so that those of several files can be laid together; a whole name is
 *  taken apart where there is no given or family name. Other columns keep their header without blanks and signs. */
export function namedColumns(columns: readonly TextColumn[]): TextColumn[] {
  const headers = columns.map(({ header }) => header);
  const named = new Map<string, TextColumn>();
  const taken = new Set<string>();
  const take = (meaning: string) => {
    const header = columnFor(meaning, headers);
    const column = columns.find((one) => one.header === header && !taken.has(one.header));
    if (column) taken.add(column.header);
    return column;
  };
  for (const [meaning] of meanings) {
    const column = take(meaning);
    if (column) named.set(meaning, { header: meaning, values: column.values });
  }
  const whole = take("full_name");
  if (whole && !named.has("given_name") && !named.has("family_name"))
    for (const column of splitNames(whole.values)) named.set(column.header, column);
  for (const { header, values } of columns) {
    const name = plainHeader(header) || header;
    if (!taken.has(header) && !named.has(name)) named.set(name, { header: name, values });
  }
  return [...named.values()];
}

/** Finds what each column tells of a person: by its name where that is known, else by its values. Columns that can't join
 *  anybody (empty, one value only, or no value twice, as a file's own row numbers have it) are left out. */
export function personAttributes(columns: readonly TextColumn[]): Attribute[] {
  const kinds = new Map(meanings);
  const known = meanings.flatMap(([meaning, kind]) => {
    const column = columns.find(({ header }) => header === meaning);
    return column ? [attributeOf(meaning, kind, column.values)] : [];
  });
  const others = columns.flatMap(({ header, values }) => {
    const kind = kinds.has(header) ? undefined : kindByValues(values);
    return kind ? [attributeOf(header, kind, values)] : [];
  });
  return [...known, ...others].filter(({ values }) => canJoin(values));
}

function attributeOf(name: string, kind: AttributeKind, values: readonly (string | null)[]): Attribute {
  return { name, kind, values: values.map((value) => (value === null ? null : comparable(kind, value))) };
}

/** A value as it is compared: what people write differently without meaning a difference is gone. */
export function comparable(kind: AttributeKind, value: string): string | null {
  const text = value.trim();
  if (text === "") return null;
  switch (kind) {
    case "given_name":
    case "family_name":
      return nameKey(text)?.replaceAll(" ", "") ?? null;
    case "birth_date":
    case "number":
      return text.replaceAll(/[^0-9]/g, "") || null;
    case "email":
      return isJunkEmail(text.toLowerCase()) ? null : text.toLowerCase();
    case "phone":
      return isJunkPhone(text) ? null : text.replaceAll(/[^0-9]/g, "").slice(-9);
    case "identifier":
    case "postcode":
      return text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "") || null;
    default:
      return (
        text
          .normalize("NFKD")
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N}]/gu, "") || null
      );
  }
}

/** "Ann Mary Smith" and "Smith, Ann Mary" as given and family name; a single word is a family name. */
function splitNames(values: readonly (string | null)[]): TextColumn[] {
  const given: (string | null)[] = [];
  const family: (string | null)[] = [];
  for (const value of values) {
    const [last = "", first = ""] = value?.includes(",") ? value.split(",", 2) : [];
    const words = (value?.includes(",") ? nameKey(`${first} ${last}`) : nameKey(value))?.split(" ") ?? [];
    family.push(words.at(-1) ?? null);
    given.push(words.length > 1 ? words.slice(0, -1).join("") : null);
  }
  return [
    { header: "given_name", values: given },
    { header: "family_name", values: family },
  ];
}

function kindByValues(values: readonly (string | null)[]): AttributeKind | undefined {
  const known = values.filter((value): value is string => value !== null && value.trim() !== "");
  if (known.length === 0) return undefined;
  const distinct = new Set(known).size;
  if (distinct <= mostCategories || distinct < known.length * leastDistinct) return "category";
  const digits = known.filter((value) => /\d/.test(value) && !/\p{L}{3}/u.test(value)).length / known.length;
  if (digits < 0.8) return "text";
  const length = known.reduce((sum, value) => sum + value.length, 0) / known.length;
  return length >= 6 ? "identifier" : "number";
}

/** Whether some value stands in two records, and not the same one in all. */
function canJoin(values: readonly (string | null)[]): boolean {
  const seen = new Set<string>();
  let isRepeated = false;
  for (const value of values) {
    if (value === null) continue;
    if (seen.has(value)) isRepeated = true;
    seen.add(value);
  }
  return isRepeated && seen.size > 1;
}
