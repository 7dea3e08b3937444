import { type ProposedTable, present, type Recognised, type Rule } from "../proposal.ts";
import type { Sheet } from "../sheet.ts";

export interface FileKind {
  /** Columns that tell it, as `plainHeader` writes them. */
  readonly has: readonly string[];
  /** A pattern of its name, where several kinds have these columns. */
  readonly name?: RegExp;
  readonly tables: readonly (Omit<ProposedTable, "columns" | "file"> & { readonly columns: Record<string, Rule> })[];
}

/** Layouts of several files that only make sense together: one source, each table from the files of its kind. */
export function relational(
  layout: string,
  kinds: readonly FileKind[],
  { key_space }: { readonly key_space?: string } = {},
): (sheet: Sheet) => Recognised | undefined {
  return (sheet) => {
    const kind = kinds.find(({ has, name }) => sheet.has(...has) && (name?.test(sheet.fileName) ?? true));
    if (!kind) return undefined;
    const tables = kind.tables.map(
      ({ columns, ...table }): ProposedTable => ({
        ...table,
        file: sheet.filePattern,
        columns: present(sheet.headers, columns),
      }),
    );
    return {
      layout,
      ...(key_space === undefined ? {} : { key_space }),
      confidence: 0.97,
      tables,
      warnings: tables.length > 0 ? [] : ["It feeds no table; it is kept as it is."],
    };
  };
}
