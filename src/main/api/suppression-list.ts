import type { DetectedFile } from "../../shared/api/contract/sources.ts";
import { AssayError } from "../../shared/base/errors.ts";
import type { SourceBody } from "../../shared/domain/brand-state.ts";

type Mapping = SourceBody["mapping"];

export const suppressionSource = "suppressions";

/** How a list of addresses is read, whatever it was taken for: all of them are suppressed. Lists that came before may have called the
 *  column otherwise; the earlier names stay. */
export function suppressionMapping(path: string, files: readonly DetectedFile[], before?: Mapping): Mapping {
  const column = files.map(emailColumn).find((name) => name !== undefined);
  if (column === undefined) {
    throw new AssayError(
      "bad_input",
      `${path} has no column of e-mail addresses.`,
      "Call the column email in the file's first line.",
    );
  }
  const known = namesIn(before);
  const names = known.includes(column) ? known : [...known, column];
  const columns = {
    email: { coalesce: names },
    channel: { value: "email" },
    purpose: { value: "marketing" },
    status: { value: "suppressed" },
  };
  return { layout: suppressionSource, tables: [{ table: "consents", columns }] };
}

function emailColumn({ mapping }: DetectedFile): string | undefined {
  const rules = mapping.tables.map(({ columns }): unknown => columns["email"]);
  for (const rule of rules) {
    if (typeof rule === "string") return rule;
    if (typeof rule === "object" && rule !== null && "column" in rule) return String(rule.column);
    if (typeof rule === "object" && rule !== null && "coalesce" in rule && Array.isArray(rule.coalesce))
      return String(rule.coalesce[0]);
  }
  return undefined;
}

function namesIn(mapping: Mapping | undefined): string[] {
  const rule: unknown = mapping?.tables[0]?.columns["email"];
  if (typeof rule === "string") return [rule];
  return typeof rule === "object" && rule !== null && "coalesce" in rule ? (rule.coalesce as string[]) : [];
}
