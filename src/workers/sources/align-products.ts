import type { Detected } from "./detect.ts";
import { plainHeader } from "./synonyms.ts";

type Table = { readonly table: string; readonly columns: Record<string, unknown> };

const numberNames = new Set(["productid", "itemid", "articleid"]);

/** Catalogues that have several numbers of a product are read by the one that lines call it by: of the same name, or, where lines say
 *  `product_id`, the bare `id`. Only among plain tables that were recognised together. */
export function alignProducts(files: readonly Detected[]): Detected[] {
  const plain = files.filter(({ layout }) => layout === "generic");
  const used = new Set(plain.flatMap((file) => keyOf(file, "order_lines") ?? []).map(plainHeader));
  return files.map((file) => {
    const key = plain.includes(file) && !keyOf(file, "order_lines") ? keyOf(file, "products") : undefined;
    if (key === undefined || used.size === 0 || used.has(plainHeader(key))) return file;
    const isBare = (name: string) => plainHeader(name) === "id" && [...numberNames].some((one) => used.has(one));
    const { headers = [] } = file;
    const better = headers.find((name) => used.has(plainHeader(name))) ?? headers.find(isBare);
    if (better === undefined) return file;
    const tables = (file.mapping.tables as Table[]).map((table) =>
      table.table === "products" ? { ...table, columns: { ...table.columns, product_id: better } } : table,
    );
    return { ...file, mapping: { ...file.mapping, tables } };
  });
}

function keyOf({ mapping }: Detected, table: string): string | undefined {
  const found = (mapping.tables as Table[]).find((one) => one.table === table)?.columns["product_id"];
  return typeof found === "string" ? found : undefined;
}
