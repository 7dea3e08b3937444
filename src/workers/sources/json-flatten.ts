export interface FlatRecord {
  /** Column → text; nested objects have their path, parted by dots. */
  readonly cells: ReadonlyMap<string, string>;
  /** Lists of objects by path. */
  readonly lists: ReadonlyMap<string, readonly Readonly<Record<string, unknown>>[]>;
}

/** One object as cells and lists. Lists of plain values become one text; pairs of key and value become columns. */
export function flattenRecord(record: Readonly<Record<string, unknown>>, prefix = ""): FlatRecord {
  const flat = { cells: new Map<string, string>(), lists: new Map<string, Record<string, unknown>[]>() };
  flattenInto(record, prefix, flat);
  return flat;
}

interface Flat {
  readonly cells: Map<string, string>;
  readonly lists: Map<string, Record<string, unknown>[]>;
}

function flattenInto(record: Readonly<Record<string, unknown>>, prefix: string, flat: Flat): void {
  for (const [key, value] of Object.entries(record)) {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    if (value === null || value === undefined)
      flat.cells.set(path, ""); // the column is there
    else if (Array.isArray(value)) flattenList(value, path, flat);
    else if (isObject(value)) flattenInto(value, path, flat);
    else flat.cells.set(path, String(value));
  }
}

function flattenList(values: readonly unknown[], path: string, flat: Flat): void {
  if (values.length === 0) return;
  if (!values.every(isObject)) {
    flat.cells.set(
      path,
      values.map((value) => (isPlain(value) ? String(value ?? "") : JSON.stringify(value))).join(", "),
    );
    return;
  }
  const pairs = values.map(pairOf);
  if (pairs.every((pair) => pair !== null)) {
    for (const { key, value } of pairs) {
      const name = `${path}.${key}`;
      if (isPlain(value)) flat.cells.set(name, String(value));
      else if (isObject(value)) flat.cells.set(name, firstPlain(value));
    }
    return;
  }
  flat.lists.set(path, [...(flat.lists.get(path) ?? []), ...values]);
}

/** A list's object that only says what a key is, as analytics events and shops' custom fields are written. */
function pairOf(item: Readonly<Record<string, unknown>>): { key: string; value: unknown } | null {
  const names = Object.keys(item).filter(
    (name) => !/^(?:id|set_timestamp_micros|display_key|display_value)$/.test(name),
  );
  const key = item["key"] ?? item["attribute_code"] ?? (names.length === 2 ? item["name"] : undefined);
  return typeof key === "string" && key !== "" && "value" in item && names.length === 2
    ? { key, value: item["value"] ?? "" }
    : null;
}

function firstPlain(value: Readonly<Record<string, unknown>>): string {
  const found = Object.values(value).find((one) => one !== null && isPlain(one));
  return found === undefined ? "" : String(found);
}

function isPlain(value: unknown): boolean {
  return value === null || typeof value !== "object";
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
