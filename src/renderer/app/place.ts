/** Where somebody was last: reopened at the next start, in the same workspace. */
export interface Place {
  readonly workspace_id: string;
  readonly brand: string;
  readonly path: string;
}

const longest = 4_000;
/** Screens that are no place to come back to: what stands there was half done. */
const passing = /^\/(sources\/add|segments\/new)/;

export function readPlace(value: unknown): Place | null {
  const { workspace_id, brand, path } = (typeof value === "object" && value !== null ? value : {}) as Partial<Place>;
  const isWhole = typeof workspace_id === "string" && typeof brand === "string" && typeof path === "string";
  return isWhole && /^\/[a-z]/.test(path) && !path.startsWith("//") ? { workspace_id, brand, path } : null;
}

/** What is kept of an address; null where it isn't worth it. */
export function keptPath(path: string): string | null {
  if (path === "/" || passing.test(path)) return null;
  return path.length > longest ? (path.split("?")[0] ?? null) : path;
}

/** Where to begin: the last place in this workspace if the page was opened without an address of its own. */
export function startingPlace(
  place: Place | null,
  now: { readonly path: string; readonly workspace_id: string; readonly brands: readonly string[] },
): Place | null {
  if (now.path !== "/" || place?.workspace_id !== now.workspace_id) return null;
  return now.brands.includes(place.brand) ? place : null;
}
