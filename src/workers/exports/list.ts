import { AssayError } from "../../shared/base/errors.ts";
import { csv } from "./csv.ts";
import type { ExportTemplate } from "./define.ts";

export const templates: readonly ExportTemplate[] = [csv];

export function requireTemplate(name = "csv"): ExportTemplate {
  const found = templates.find((one) => one.name === name);
  if (found) return found;
  const names = templates.map((one) => one.name).join(", ");
  throw new AssayError("not_found", `No template is called ${name.slice(0, 60)}.`, `There are: ${names}.`);
}

export function listTemplates(): { templates: { name: string; title: string; columns: string[] }[] } {
  return {
    templates: templates.map(({ name, title, columns }) => ({
      name,
      title,
      columns: columns.map(({ header }) => header),
    })),
  };
}
