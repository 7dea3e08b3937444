export type TokenKind = "keyword" | "text" | "number" | "comment" | "name" | "other";
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

export const keywords: readonly string[] =
  "select from where group by order limit offset having join left right full inner cross on using as and or not in is null between like ilike case when then else end distinct union all except intersect with recursive asc desc nulls first last over partition rows range filter qualify exists true false cast interval date values unnest lateral sample summarize describe".split(
    " ",
  );
export const functions: readonly string[] =
  "count sum avg min max median quantile_cont stddev any_value arg_max arg_min list coalesce nullif greatest least round floor ceil abs ln exp date_trunc date_diff date_part strftime lower upper trim contains starts_with length concat regexp_matches row_number rank lag lead ntile histogram map_extract list_contains".split(
    " ",
  );
const isKeyword = new Set(keywords);
const part =
  /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|('(?:[^']|'')*(?:'|$))|("(?:[^"]|"")*(?:"|$)|[A-Za-z_][A-Za-z0-9_]*)|(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([\s\S])/g;

/** A statement in pieces that, joined, are the statement: also one that isn't finished. */
export function tokensOf(sql: string): Token[] {
  return Array.from(sql.matchAll(part), ([text, comment, quoted, name, number]) => {
    if (comment !== undefined) return { kind: "comment", text };
    if (quoted !== undefined) return { kind: "text", text };
    if (number !== undefined) return { kind: "number", text };
    if (name === undefined) return { kind: "other", text };
    return { kind: isKeyword.has(name.toLowerCase()) ? "keyword" : "name", text };
  });
}
