/** A DuckDB type as Hive, Spark and Trino's Hive connector write it. Types that Parquet holds otherwise are named by what lies
 *  in the file. */
export function hiveType(type: string): string {
  const list = /^(.*)\[\d*\]$/.exec(type);
  if (list) return `ARRAY<${hiveType(list[1] ?? "")}>`;
  const map = /^MAP\((.*)\)$/.exec(type);
  if (map) {
    const [key = "", value = ""] = splitTop(map[1] ?? "");
    return `MAP<${hiveType(key)}, ${hiveType(value)}>`;
  }
  const struct = /^STRUCT\((.*)\)$/.exec(type);
  if (struct)
    return `STRUCT<${splitTop(struct[1] ?? "")
      .map(member)
      .join(", ")}>`;
  return simple[type] ?? (/^DECIMAL\(/.test(type) ? type.replace(/\s/g, "") : "STRING");
}

const simple: Readonly<Record<string, string>> = {
  BOOLEAN: "BOOLEAN",
  TINYINT: "TINYINT",
  UTINYINT: "SMALLINT",
  SMALLINT: "SMALLINT",
  USMALLINT: "INT",
  INTEGER: "INT",
  UINTEGER: "BIGINT",
  BIGINT: "BIGINT",
  UBIGINT: "DECIMAL(20,0)",
  HUGEINT: "DOUBLE",
  FLOAT: "FLOAT",
  DOUBLE: "DOUBLE",
  DATE: "DATE",
  TIMESTAMP: "TIMESTAMP",
  "TIMESTAMP WITH TIME ZONE": "TIMESTAMP",
  BLOB: "BINARY",
};

function member(text: string): string {
  const [, quoted, bare, type = ""] = /^(?:"((?:[^"]|"")*)"|(\S+))\s+(.*)$/.exec(text) ?? [];
  return `${hiveName((quoted ?? bare ?? "").replaceAll('""', '"'))}: ${hiveType(type)}`;
}

/** The parts between commas that stand in no bracket and no quotes. */
function splitTop(text: string): string[] {
  const parts: string[] = [];
  let [depth, from, isQuoted] = [0, 0, false];
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (letter === '"') isQuoted = !isQuoted;
    if (isQuoted) continue;
    if (letter === "(" || letter === "[") depth++;
    if (letter === ")" || letter === "]") depth--;
    if (letter === "," && depth === 0) {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  return [...parts, text.slice(from).trim()];
}

export function hiveName(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}
