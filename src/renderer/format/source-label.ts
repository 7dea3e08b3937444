/** What tells sources apart: their names without the words that all begin with, and without `generic`, which says nothing. */
export function sourceLabels(names: readonly string[]): ReadonlyMap<string, string> {
  const parts = names.map((name) => name.split("-"));
  const [first = [], ...others] = parts;
  let shared = 0;
  while (
    others.length > 0 &&
    shared < first.length &&
    parts.every((one) => one.length > shared + 1 && one[shared] === first[shared])
  )
    shared++;
  return new Map(
    names.map((name, at) => {
      const own = (parts[at] ?? []).slice(shared);
      return [name, (own.length > 1 && own[0] === "generic" ? own.slice(1) : own).join("-")];
    }),
  );
}
