import type { SourceBody } from "../../shared/domain/brand-state.ts";
import type { DetectedFile } from "../../shared/api/contract/sources.ts";

export interface SourceGroup {
  readonly key: string;
  readonly name: string;
  readonly layout: string;
  readonly mapping: SourceBody["mapping"];
  readonly files: readonly DetectedFile[];
}

/** Files by what tells one source from another: a platform's layout; for plain tables, what they feed too. */
export function groupByLayout(name: string, files: readonly DetectedFile[], layout?: string): SourceGroup[] {
  const groups = new Map<string, DetectedFile[]>();
  for (const file of files) {
    if (layout && file.layout !== layout) continue;
    const key = file.layout === "generic" ? `generic|${[...file.tables].sort().join("+")}` : file.layout;
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  const single = groups.size === 1;
  const used = new Set<string>();
  return [...groups].map(([key, members]) => {
    const own = members[0]?.layout ?? "generic";
    const suffix = key === own ? own : `${own}-${(members[0]?.tables ?? [])[0] ?? "files"}`;
    let called = single ? name : `${name}-${suffix}`.replaceAll("_", "-").slice(0, 60);
    for (let n = 2; used.has(called); n++) called = `${name}-${suffix}-${n}`.replaceAll("_", "-");
    used.add(called);
    return { key, name: called, layout: own, mapping: mergeMappings(own, members), files: members };
  });
}

/** One mapping for all the files of a source: equal tables once; tables of different files are tied to their files' names. */
function mergeMappings(layout: string, files: readonly DetectedFile[]): SourceBody["mapping"] {
  const seen = new Set<string>();
  const tables = files.flatMap((file) =>
    file.mapping.tables.filter((table) => {
      const text = JSON.stringify(table);
      return seen.has(text) ? false : seen.add(text);
    }),
  );
  const { tables: _, ...rest } = files[0]?.mapping ?? { layout, tables: [] };
  return { ...rest, layout, tables } as SourceBody["mapping"];
}
