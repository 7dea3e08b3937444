import type { DetectedFile } from "../../shared/api/contract/sources.ts";
import { canonicalJson, type Json } from "../../shared/base/canonical-json.ts";
import type { SourceBody } from "../../shared/domain/brand-state.ts";

export interface SourceGroup {
  readonly key: string;
  readonly name: string;
  readonly layout: string;
  readonly mapping: SourceBody["mapping"];
  readonly files: readonly DetectedFile[];
}

/** A platform's files belong together; plain tables by which of their columns feed what. */
function groupKey(layout: string, tables: readonly Table[]): string {
  return layout === "generic" ? `generic|${tables.map(shapeOf).sort().join("|")}` : layout;
}

/** Files by what tells one source from another: a platform's layout; for plain tables, what they feed too. */
export function groupByLayout(name: string, files: readonly DetectedFile[], layout?: string): SourceGroup[] {
  const groups = new Map<string, DetectedFile[]>();
  for (const file of files) {
    if (layout && file.layout !== layout) continue;
    const key = groupKey(file.layout, file.mapping.tables);
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

/** Those of some files that are a source's: what they are recognised as is what it was added as. A later version of this program may
 *  find more in the same files; where none is as before, those of no other source that feed its first table from the same columns. */
export function filesOf(
  source: SourceBody,
  others: readonly SourceBody[],
  files: readonly DetectedFile[],
): readonly DetectedFile[] {
  if (!source.is_detected) return files;
  const keyOfFile = ({ layout, mapping }: DetectedFile) => groupKey(layout, mapping.tables);
  const own = keyOf(source);
  const same = files.filter((file) => keyOfFile(file) === own);
  if (same.length > 0) return same;
  const taken = new Set(others.filter((other) => other.source !== source.source && other.is_detected).map(keyOf));
  return files.filter(
    (file) => file.layout === source.layout && !taken.has(keyOfFile(file)) && isAlike(tablesOf(source)[0], file),
  );
}

/** Files of a source's paths that no source takes; told with the first of the sources that share them. */
export function strangersOf(
  source: SourceBody,
  sources: readonly SourceBody[],
  files: readonly DetectedFile[],
): readonly DetectedFile[] {
  const sharing = sources.filter(({ paths }) => paths.join("\n") === source.paths.join("\n"));
  if (sharing[0]?.source !== source.source) return [];
  const taken = new Set(sharing.flatMap((one) => filesOf(one, sources, files)));
  return files.filter((file) => !taken.has(file));
}

const tablesOf = ({ proposed, mapping }: SourceBody) => (proposed ?? mapping).tables as readonly Table[];
const keyOf = (source: SourceBody) => groupKey(source.layout, tablesOf(source));

function isAlike(table: Table | undefined, { mapping }: DetectedFile): boolean {
  const found = mapping.tables.find((one) => one.table === table?.table);
  if (!table || !found) return false;
  const names = Object.keys(table.columns);
  const equal = names.filter((name) => shapeOfRule(table.columns[name]) === shapeOfRule(found.columns[name]));
  return equal.length >= 2 && equal.length >= names.length * 0.6;
}

type Table = DetectedFile["mapping"]["tables"][number];

/** Where a table's columns come from, whatever their formats. */
function shapeOf(table: Table): string {
  const columns = Object.entries(table.columns).map(([name, rule]) => [name, sourceOfRule(rule)]);
  return canonicalJson([table.table, table.where ?? null, Object.fromEntries(columns)]);
}

function sourceOfRule(rule: unknown) {
  const {
    format: _f,
    decimal: _d,
    unit: _u,
    since: _s,
    ...rest
  } = typeof rule === "object" && rule !== null && !Array.isArray(rule)
    ? (rule as Record<string, unknown>)
    : { column: rule };
  return rest;
}

const shapeOfRule = (rule: unknown) => (rule === undefined ? "" : canonicalJson(sourceOfRule(rule) as Json));

/** One mapping for all the files of a source. Formats that one file leaves open are taken from another that shows them; text
 *  files decide before workbooks, whose cells carry their own types. */
function mergeMappings(layout: string, files: readonly DetectedFile[]): SourceBody["mapping"] {
  const merged = new Map<string, Table>();
  const ordered = [...files].sort(
    (a, b) => Number(b.format.startsWith("delimited")) - Number(a.format.startsWith("delimited")),
  );
  for (const table of ordered.flatMap((file) => file.mapping.tables)) {
    const shape = shapeOf(table);
    const known = merged.get(shape);
    const columns = Object.entries(known?.columns ?? table.columns).map(
      ([name, rule]) => [name, typeof rule === "string" && known ? (table.columns[name] ?? rule) : rule] as const,
    );
    merged.set(shape, { ...table, columns: Object.fromEntries(columns) });
  }
  const { tables: _, ...rest } = files[0]?.mapping ?? { layout, tables: [] };
  return { ...rest, layout, tables: [...merged.values()] } as SourceBody["mapping"];
}
