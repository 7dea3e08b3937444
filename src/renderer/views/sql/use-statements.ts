import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";

export interface PastStatement {
  readonly sql: string;
  readonly at: string;
  readonly rows: number;
  readonly seconds: number;
}
export interface SavedStatement {
  readonly name: string;
  readonly sql: string;
}

const mostPast = 50;

/** Statements that were run and those kept under a name, on this machine, by brand. */
export function useStatements(brand: string) {
  const client = useClient();
  const settings = useAsk("settings.read", {});
  const [pastName, savedName] = [`sql_history ${brand}`, `sql_saved ${brand}`];
  const past = listOf(settings.data?.values[pastName], isPast);
  const saved = listOf(settings.data?.values[savedName], isSaved);
  const write = async (name: string, value: readonly object[]) => {
    await client.call("settings.write", { name, value: JSON.parse(JSON.stringify(value)) });
    await settings.refetch();
  };
  return {
    isKnown: settings.data !== undefined,
    past,
    saved,
    remember: (one: PastStatement) =>
      write(pastName, [one, ...past.filter(({ sql }) => sql !== one.sql)].slice(0, mostPast)),
    forgetPast: () => write(pastName, []),
    keep: (one: SavedStatement) =>
      write(
        savedName,
        [...saved.filter(({ name }) => name !== one.name), one].sort((a, b) => a.name.localeCompare(b.name, "en")),
      ),
    drop: (name: string) =>
      write(
        savedName,
        saved.filter((one) => one.name !== name),
      ),
  };
}

function listOf<T>(value: unknown, isOne: (one: unknown) => one is T): T[] {
  return Array.isArray(value) ? value.filter(isOne) : [];
}
function isPast(one: unknown): one is PastStatement {
  const { sql, at, rows, seconds } = (one ?? {}) as Record<string, unknown>;
  return typeof sql === "string" && typeof at === "string" && typeof rows === "number" && typeof seconds === "number";
}
function isSaved(one: unknown): one is SavedStatement {
  const { sql, name } = (one ?? {}) as Record<string, unknown>;
  return typeof sql === "string" && typeof name === "string";
}
