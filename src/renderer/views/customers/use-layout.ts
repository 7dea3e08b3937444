import { useState } from "react";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";

export interface TableLayout {
  readonly columns: readonly string[] | null;
  readonly sizes: Readonly<Record<string, number>>;
}
const usual: TableLayout = { columns: null, sizes: {} };
const setting = "customers_table";

function readLayout(value: unknown): TableLayout {
  if (typeof value !== "object" || value === null) return usual;
  const { columns, sizes } = value as { columns?: unknown; sizes?: unknown };
  return {
    columns: Array.isArray(columns) ? columns.filter((one) => typeof one === "string") : null,
    sizes: Object.fromEntries(
      Object.entries(typeof sizes === "object" && sizes !== null ? sizes : {}).filter(
        (entry): entry is [string, number] => typeof entry[1] === "number",
      ),
    ),
  };
}

/** Columns and widths of the table as they were left on this machine. */
export function useLayout(): [TableLayout, (layout: TableLayout, isKept?: boolean) => void] {
  const client = useClient();
  const settings = useAsk("settings.read", {});
  const [changed, setChanged] = useState<TableLayout | null>(null);
  const layout = changed ?? readLayout(settings.data?.values[setting]);
  const set = (next: TableLayout, isKept = true) => {
    setChanged(next);
    const value = { columns: next.columns ? [...next.columns] : null, sizes: { ...next.sizes } };
    if (isKept) void client.call("settings.write", { name: setting, value });
  };
  return [layout, set];
}
