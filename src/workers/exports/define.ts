import { AssayError } from "../../shared/base/errors.ts";
import type { CellForm } from "./hashing.ts";

/** How a cell is written: text is quoted and made safe, a phone number that is E.164 keeps its plus, numbers stay bare. */
export type CellKind = "text" | "phone" | "number" | "flag" | "list";

export interface ExportColumn {
  readonly header: string;
  /** A column of the person's record, of the profile, of what the sources call the customer, or of a plan's table of offers. */
  readonly from: "people" | "profiles" | "offers" | "identity_links";
  readonly column: string;
  readonly kind: CellKind;
  /** The form that the platform wants: hashed, or a code. */
  readonly form?: CellForm;
}

/** A column of the person's record. */
export function person(
  header: string,
  column: string,
  more: { readonly kind?: CellKind; readonly form?: CellForm } = {},
): ExportColumn {
  return { header, from: "people", column, kind: "text", ...more };
}

/** The form of a list that leaves the house. */
export interface ExportTemplate {
  readonly name: string;
  readonly title: string;
  readonly columns: readonly ExportColumn[];
  /** Whether columns of the profile or the record may be added. */
  readonly takesFields: boolean;
  /** What the list is for: whose consent counts. */
  readonly channel: string;
  /** A row without any of these values is left out as `no_address`, unless asked to stay or the brand knows none of them at all. */
  readonly needs: readonly string[];
  readonly extension: string;
}

export function defineTemplate(template: ExportTemplate): ExportTemplate {
  const headers = template.columns.map(({ header }) => header);
  if (new Set(headers).size !== headers.length) {
    throw new AssayError("internal", `The template ${template.name} names a column twice.`, "Mend its declaration.");
  }
  return template;
}
