import type { ColumnTable } from "../../../shared/domain/column.ts";
import { type FitLines, fitLatent, type LatentFit } from "../../numeric/latent-fit.ts";
import { numbers, texts } from "../tables.ts";

/** Categories whose sizes are named alike, and how sizes fit there. */
export interface SizeSystem extends LatentFit {
  readonly categories: readonly string[];
  readonly sizes: readonly string[];
  readonly n_customers: number;
}

export interface Worn {
  readonly category: string;
  readonly value: string;
  readonly kept: number;
  readonly returned: number;
  readonly lastOn: number;
}

/** Lines of each customer of one attribute, customers in order of their id. */
export function wornBy(table: ColumnTable, attribute: string): Map<string, Worn[]> {
  const [ids, attributes, categories, values] = ["customer_id", "attribute", "category", "value"].map((name) =>
    texts(table, name),
  );
  const [kept, returned, last] = ["n_kept", "n_returned", "last_on"].map((name) => numbers(table, name));
  const found = new Map<string, Worn[]>();
  for (let at = 0; at < table.rows; at++) {
    if (attributes?.[at] !== attribute) continue;
    const id = ids?.[at] ?? "";
    const line = {
      category: categories?.[at] ?? "",
      value: values?.[at] ?? "",
      kept: kept?.[at] ?? 0,
      returned: returned?.[at] ?? 0,
      lastOn: last?.[at] ?? Number.NaN,
    };
    const own = found.get(id);
    if (own) own.push(line);
    else found.set(id, [line]);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const leastAlike = 0.5;

/** Joins categories of which at least half of the size names are common: a 12 is a 12 in dresses and in coats, not in shoes. */
function systemsOf(worn: Iterable<readonly Worn[]>): { categories: string[]; sizes: string[] }[] {
  const names = new Map<string, Set<string>>();
  for (const lines of worn)
    for (const { category, value } of lines) names.set(category, (names.get(category) ?? new Set()).add(value));
  const systems: { categories: string[]; sizes: Set<string> }[] = [];
  for (const [category, sizes] of [...names].sort(([a, x], [b, y]) => y.size - x.size || (a < b ? -1 : 1))) {
    const shared = (other: ReadonlySet<string>) => [...sizes].filter((size) => other.has(size)).length;
    const found = systems.find(({ sizes: other }) => shared(other) >= leastAlike * Math.min(sizes.size, other.size));
    if (found) {
      found.categories.push(category);
      for (const size of sizes) found.sizes.add(size);
    } else systems.push({ categories: [category], sizes: new Set(sizes) });
  }
  return systems.map(({ categories, sizes }) => ({ categories: categories.sort(), sizes: [...sizes].sort() }));
}

/** Reads customers' lines in one system by size. */
export function createLines(system: Pick<SizeSystem, "categories" | "sizes">) {
  const index = new Map(system.sizes.map((size, at) => [size, at]));
  const categories = new Set(system.categories);
  return (worn: readonly Worn[]): FitLines[] => {
    const found: { choice: number; kept: number; returned: number }[] = [];
    for (const { category, value, kept, returned } of worn) {
      const choice = index.get(value);
      if (choice === undefined || !categories.has(category)) continue;
      const own = found.find((one) => one.choice === choice);
      if (own) {
        own.kept += kept;
        own.returned += returned;
      } else found.push({ choice, kept, returned });
    }
    return found.sort((a, b) => a.choice - b.choice);
  };
}

export function fitSystems(worn: ReadonlyMap<string, readonly Worn[]>): SizeSystem[] {
  return systemsOf(worn.values()).map((system) => {
    const alike = new Map<string, { lines: FitLines[]; count: number }>();
    let n_customers = 0;
    const linesOf = createLines(system);
    for (const own of worn.values()) {
      const lines = linesOf(own);
      if (lines.length === 0) continue;
      n_customers++;
      const key = lines.map(({ choice, kept, returned }) => `${choice}:${kept}:${returned}`).join(" ");
      const known = alike.get(key);
      if (known) known.count++;
      else alike.set(key, { lines, count: 1 });
    }
    const persons = [...alike].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
    return { ...system, ...fitLatent(persons, system.sizes.length), n_customers };
  });
}
