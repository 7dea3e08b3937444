import type { Json } from "../../shared/base/canonical-json.ts";
import type { Person } from "../../shared/domain/erasure.ts";
import type { Session } from "../engine/duckdb.ts";
import { ident, literal } from "../engine/sql.ts";

/** Loads what a person is known by as tables that predicates refer to. */
export async function loadPerson(session: Session, person: Person): Promise<void> {
  const list = (name: string, values: readonly string[]) =>
    session.load(`own_${name}`, { rows: values.length, columns: { v: [...values] } }, [{ name: "v", type: "VARCHAR" }]);
  const pairs = (name: string, values: Person["records"]) =>
    session.load(
      `own_${name}`,
      {
        rows: values.length,
        columns: { key_space: values.map((one) => one.key_space), id: values.map(({ id }) => id) },
      },
      ["key_space", "id"].map((column) => ({ name: column, type: "VARCHAR" as const })),
    );
  await list("ids", person.customer_ids);
  await list("emails", person.emails);
  await list("phones", person.phones);
  await list("cards", person.cards);
  await list("visitors", person.visitors);
  await pairs("records", person.records);
  await pairs("orders", person.orders);
}

export const textsOf = ({ emails, phones }: Person): string[] =>
  [...emails, ...phones].map((text) => text.toLowerCase());

/** Whether a row is the person's, as SQL over a table of these columns; null where no column of it can say so. */
export function personPredicate(
  columns: readonly { readonly name: string; readonly type: string }[],
  person: Person,
): string | null {
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  const isText = (name: string) => types.get(name) === "VARCHAR";
  const conditions: string[] = [];
  const within = (name: string, list: string) => {
    if (isText(name)) conditions.push(`${ident(name)} IN (SELECT v FROM own_${list})`);
  };
  const paired = (name: string, space: string, list: string, value = ident(name)) => {
    if (!isText(name)) return;
    conditions.push(
      isText(space)
        ? `(${ident(space)}, ${value}) IN (SELECT key_space, id FROM own_${list})`
        : `${value} IN (SELECT id FROM own_${list})`,
    );
  };
  const isNamed = isText("customer_id");
  within("customer_id", "ids");
  within("other_customer_id", "ids");
  within("email", "emails");
  within("phone", "phones");
  within("loyalty_id", "cards");
  if (!isNamed || isText("key_space")) {
    paired("source_customer_id", "key_space", "records");
    if (isText("source"))
      paired("source_customer_id", "key_space", "records", `"source_customer_id" || '@' || "source"`);
    paired("source_record_id", "key_space", "records");
    paired("other_source_record_id", "other_key_space", "records");
  }
  if (!isNamed) {
    paired("order_id", "key_space", "orders");
    within("visitor_id", "visitors");
  }
  const texts = textsOf(person);
  const wide = columns
    .filter(({ type }) => type.includes("VARCHAR"))
    .map(({ name }) => `CAST(${ident(name)} AS VARCHAR)`);
  if (texts.length > 0 && wide.length > 0) {
    const row = `lower(concat_ws(chr(10), ${wide.join(", ")}))`;
    conditions.push(...texts.map((text) => `contains(${row}, ${literal(text)})`));
  }
  return conditions.length === 0 ? null : `coalesce(${conditions.join(" OR ")}, false)`;
}

/** A JSON value without the elements of lists that hold a text of the person; what is no element of a list becomes null. */
export function withoutPerson(value: Json, isOf: (text: string) => boolean): { value: Json; removed: number } {
  let removed = 0;
  const holds = (one: Json): boolean => {
    if (typeof one === "string") return isOf(one);
    if (Array.isArray(one)) return false; // its own elements are looked at
    if (one !== null && typeof one === "object")
      return Object.entries(one).some(([name, part]) => isOf(name) || holds(part));
    return false;
  };
  const clean = (one: Json): Json => {
    if (Array.isArray(one)) {
      const kept = one.filter((part) => !holds(part));
      removed += one.length - kept.length;
      return kept.map(clean);
    }
    if (typeof one === "string" && isOf(one)) {
      removed++;
      return null;
    }
    if (one === null || typeof one !== "object") return one;
    const entries = Object.entries(one).filter(([name]) => !isOf(name));
    removed += Object.keys(one).length - entries.length;
    return Object.fromEntries(entries.map(([name, part]) => [name, clean(part)]));
  };
  return { value: clean(value), removed };
}
