import { AssayError } from "../../shared/base/errors.ts";
import { braze } from "./braze.ts";
import { csv } from "./csv.ts";
import type { ExportTemplate } from "./define.ts";
import { google } from "./google.ts";
import { klaviyo } from "./klaviyo.ts";
import { mailchimp } from "./mailchimp.ts";
import { meta } from "./meta.ts";

export const templates: readonly ExportTemplate[] = [csv, klaviyo, mailchimp, braze, meta, google];

export function requireTemplate(name = "csv"): ExportTemplate {
  const found = templates.find((one) => one.name === name);
  if (found) return found;
  const names = templates.map((one) => one.name).join(", ");
  throw new AssayError("not_found", `No template is called ${name.slice(0, 60)}.`, `There are: ${names}.`);
}

export interface TemplateSummary {
  name: string;
  title: string;
  columns: string[];
  takes_fields: boolean;
  channel: string;
}

export function listTemplates(): { templates: TemplateSummary[] } {
  return {
    templates: templates.map(({ name, title, columns, takesFields, channel }) => ({
      name,
      title,
      columns: columns.map(({ header }) => header),
      takes_fields: takesFields,
      channel,
    })),
  };
}
