import { functions, keywords, tokensOf } from "./tokens.ts";

export interface KnownTable {
  readonly table: string;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly help: string }[];
}
export interface Completion {
  readonly text: string;
  readonly kind: "table" | "column" | "keyword" | "function";
  readonly more: string;
}
export interface Completions {
  /** Where the word that is completed begins. */
  readonly from: number;
  readonly list: readonly Completion[];
}

const most = 40;
const nameBefore = /([A-Za-z_][A-Za-z0-9_]*\.)?([A-Za-z_][A-Za-z0-9_]*)?$/;
const plain = /^[a-z_][a-z0-9_]*$/;

/** What may stand at the caret: after FROM or JOIN tables, after a table or its alias and a dot that table's columns, else
 *  columns of the tables that the statement names, then tables, functions and words. Nothing inside texts and comments. */
export function completionsAt(sql: string, caret: number, tables: readonly KnownTable[]): Completions {
  const before = sql.slice(0, caret);
  const last = tokensOf(before).at(-1);
  const none = { from: caret, list: [] };
  if (last?.kind === "comment" || (last?.kind === "text" && !/^'.*'$/s.test(last.text))) return none;
  const [, owner, typed = ""] = nameBefore.exec(before) ?? [];
  const from = caret - typed.length;
  const named = namedTables(sql, tables);
  if (owner) {
    const alias = owner.slice(0, -1).toLowerCase();
    const table = named.get(alias) ?? tables.find((one) => one.table.toLowerCase() === alias);
    return { from, list: matching(columnsOf(table ? [table] : []), typed) };
  }
  const word = tokensOf(before.slice(0, from))
    .filter(({ kind }) => kind === "keyword" || kind === "name")
    .at(-1)
    ?.text.toLowerCase();
  const list: Completion[] = tables.map(({ table, columns }) => ({
    text: table,
    kind: "table",
    more: `${columns.length} columns`,
  }));
  if (word === "from" || word === "join") return { from, list: matching(list, typed) };
  const used = [...new Set(named.values())];
  const words: Completion[] = [
    ...columnsOf(used),
    ...list,
    ...functions.map((text): Completion => ({ text: `${text}(`, kind: "function", more: "" })),
    ...keywords.map((text): Completion => ({ text: text.toUpperCase(), kind: "keyword", more: "" })),
  ];
  return { from, list: typed === "" ? matching(columnsOf(used), "") : matching(words, typed) };
}

/** The tables that a statement reads, by their names and aliases. */
function namedTables(sql: string, tables: readonly KnownTable[]): Map<string, KnownTable> {
  const words = tokensOf(sql).filter(({ kind, text }) => kind !== "comment" && text.trim() !== "");
  const found = new Map<string, KnownTable>();
  for (const [at, { kind, text }] of words.entries()) {
    if (kind !== "keyword" || !/^(from|join)$/i.test(text)) continue;
    const table = tables.find((one) => one.table === words[at + 1]?.text.toLowerCase());
    if (!table) continue;
    const next = words[at + 2]?.text.toLowerCase() === "as" ? words[at + 3] : words[at + 2];
    found.set(table.table, table);
    if (next?.kind === "name") found.set(next.text.toLowerCase(), table);
  }
  return found;
}

function columnsOf(tables: readonly KnownTable[]): Completion[] {
  const seen = new Map<string, Completion>();
  for (const { columns } of tables)
    for (const { name, type, help } of columns)
      if (!seen.has(name)) {
        const text = plain.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
        seen.set(name, { text, kind: "column", more: help || type.toLowerCase() });
      }
  return [...seen.values()];
}

function matching(list: readonly Completion[], typed: string): Completion[] {
  const wanted = typed.toLowerCase();
  const begins = list.filter(({ text }) => text.toLowerCase().startsWith(wanted));
  const holds = list.filter(
    ({ text }) => !text.toLowerCase().startsWith(wanted) && text.toLowerCase().includes(wanted),
  );
  return (wanted.length < 2 ? begins : [...begins, ...holds])
    .filter(({ text }) => text.toLowerCase() !== wanted)
    .slice(0, most);
}
