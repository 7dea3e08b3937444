/** A path from the root of a disk or share on, as a field's pattern: one that isn't would lie wherever the program was started. */
export const wholePath = String.raw`\s*(?:\/|[A-Za-z]:(?:\\|\/)|\\\\).*`;

/** The last parts of a path, for a column that is too narrow for all of it. */
export function shortPath(path: string, parts = 2): string {
  return path.split(/[\\/]/).filter(Boolean).slice(-parts).join("/");
}

/** A name that a source may have, from a path: letters, digits, - and _. */
export function nameFromPath(path: string): string {
  const last = path.split(/[\\/]/).filter(Boolean).at(-1) ?? "";
  const name = last
    .replace(/\.(csv|tsv|json|ndjson|xlsx|parquet|gz|zst|txt)+$/gi, "")
    .replaceAll(/[^A-Za-z0-9_-]+/g, "-");
  return name.replaceAll(/^-+|-+$/g, "").slice(0, 40) || "source";
}
