import { emptyMeaning } from "../../shared/domain/empty-values.ts";
import { lakeTargets } from "../../shared/domain/lake.ts";
import { profileField } from "../../shared/domain/profile-fields.ts";
import { tableHelp } from "../../shared/domain/table-help.ts";
import type { OpenSnapshot } from "./session-pool.ts";

export interface TableInfo {
  table: string;
  help: string;
  columns: { name: string; type: string; help: string }[];
}

const help = new Map(
  lakeTargets.flatMap(({ table, columns }) =>
    columns.map((column) => [`${table}.${column.name}`, column.help] as const),
  ),
);
const shared = new Map(
  lakeTargets.flatMap(({ columns }) => columns.map((column) => [column.name, column.help] as const)),
);

/** The snapshot's tables with their columns, what each means where that is known, profiles first. */
export async function listTables(snapshot: OpenSnapshot): Promise<{ tables: TableInfo[] }> {
  const names = Object.keys(snapshot.handle.tables).filter((table) => snapshot.has(table));
  names.sort((a, b) => (a === "profiles" ? -1 : b === "profiles" ? 1 : a < b ? -1 : 1));
  return {
    tables: names.map((table) => ({
      table,
      help: tableHelp(table),
      columns: [...snapshot.columnsOf(table)].map(([name, type]) => ({ name, type, help: helpOf(table, name) })),
    })),
  };
}

/** What a column means and, where it may be, what it is empty for. */
function helpOf(table: string, name: string): string {
  const empty = emptyMeaning(table, name);
  const help = meaning(table, name);
  if (!empty) return help;
  return `${help === "" || /[.!?]$/.test(help) ? help : `${help}.`} Empty: ${empty}.`.trim();
}

function meaning(table: string, name: string): string {
  const own = help.get(`${table}.${name}`) ?? profileField(name)?.help ?? shared.get(name);
  if (own) return own;
  if (name === "enough_data") return "Whether the history is long enough for the score.";
  if (name === "reason") return "Why a score is missing.";
  if (name === "source") return "Where the row came from.";
  if (name === "batch_id") return "The delivery that held it.";
  if (name === "source_row") return "Its row in the delivered file.";
  const limit = /^(.*)_(low|high)$/.exec(name);
  return limit ? `${limit[2] === "low" ? "Lower" : "Upper"} 80 % limit of ${limit[1]}.` : "";
}
