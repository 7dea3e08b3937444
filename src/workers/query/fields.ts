import { toEpochDay } from "../../shared/base/time.ts";
import { describeField, type ProfileField } from "../../shared/domain/profile-fields.ts";
import type { Session } from "../engine/duckdb.ts";
import { ident } from "../engine/sql.ts";
import { numberOf, numberOrNull } from "./estimate.ts";
import type { OpenSnapshot } from "./session-pool.ts";

export interface FieldInfo {
  name: string;
  label: string;
  kind: ProfileField["kind"];
  unit: string | null;
  help: string;
  group: string;
  choices: string[] | null;
  is_empty: boolean;
  minimum: number | null;
  maximum: number | null;
}

const mostChoices = 200;

/** The columns of this snapshot's profiles as fields of the segment builder and the table: what they are called and mean, what
 *  they range over (days as days since 1970-01-01), and whether they are NULL throughout. Asked once a session. */
export async function listFields(snapshot: OpenSnapshot, signal?: AbortSignal): Promise<{ fields: FieldInfo[] }> {
  const known = snapshot.memo.get("fields") as FieldInfo[] | undefined;
  if (known) return { fields: known };
  return snapshot.use(signal, async (session) => {
    const fields = [...snapshot.profileColumns]
      .filter(([, type]) => !type.startsWith("MAP"))
      .map(([name, type]) => describeField(name, type));
    const ranges = await session.rows(`SELECT ${fields.map(rangeOf).join(", ")} FROM profiles`);
    const found: FieldInfo[] = [];
    for (const [at, field] of fields.entries()) {
      const filled = numberOf(ranges[0]?.[`n${at}`]);
      found.push({
        ...field,
        choices: filled > 0 ? await choicesOf(session, field) : field.choices ? [...field.choices] : null,
        is_empty: filled === 0,
        minimum: edge(ranges[0]?.[`a${at}`]),
        maximum: edge(ranges[0]?.[`z${at}`]),
      });
    }
    snapshot.memo.set("fields", found);
    return { fields: found };
  });
}

function rangeOf({ name, kind }: ProfileField, at: number): string {
  const hasRange = kind === "number" || kind === "money" || kind === "share" || kind === "date";
  const edges = hasRange ? `, min(${ident(name)}) AS a${at}, max(${ident(name)}) AS z${at}` : "";
  return `count(${ident(name)}) AS n${at}${edges}`;
}

function edge(value: Parameters<typeof numberOrNull>[0]): number | null {
  if (typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value)) return toEpochDay(value.slice(0, 10));
  return numberOrNull(value);
}

async function choicesOf(session: Session, { name, kind, choices }: ProfileField): Promise<string[] | null> {
  if (kind !== "choice") return null;
  const rows = await session.rows(
    `SELECT CAST(${ident(name)} AS VARCHAR) AS choice FROM profiles WHERE ${ident(name)} IS NOT NULL
     GROUP BY ALL ORDER BY ${choices ? "choice" : "count(*) DESC, choice"} LIMIT ${mostChoices}`,
  );
  const found = rows.map(({ choice }) => String(choice));
  if (!choices) return found;
  return [...choices, ...found.filter((one) => !choices.includes(one))];
}
