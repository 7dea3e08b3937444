/** Chosen rows by customer id: some, or all that the filters hold. */
export type Selection = { readonly kind: "some"; readonly ids: ReadonlySet<string> } | { readonly kind: "all" };

export const nobody: Selection = { kind: "some", ids: new Set() };

export function isChosen(selection: Selection, id: string): boolean {
  return selection.kind === "all" || selection.ids.has(id);
}

export function chosenCount(selection: Selection, total: number): number {
  return selection.kind === "all" ? total : selection.ids.size;
}

/** Takes one in or out; out of all, only those that are known by their ids can stay. */
export function toggle(selection: Selection, id: string, known: readonly string[]): Selection {
  const ids = new Set(selection.kind === "all" ? known : selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { kind: "some", ids };
}

export function addRange(selection: Selection, ids: readonly string[]): Selection {
  return selection.kind === "all" ? selection : { kind: "some", ids: new Set([...selection.ids, ...ids]) };
}
