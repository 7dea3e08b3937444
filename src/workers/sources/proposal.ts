export interface ProposedColumn {
  readonly column: string;
  readonly format?: string;
  readonly decimal?: "." | ",";
}
export type Rule =
  | string
  | ProposedColumn
  | { readonly value: string }
  | { readonly map: string; readonly values: Record<string, string>; readonly otherwise?: string }
  | { readonly coalesce: readonly string[] };
export interface ProposedTable {
  readonly table: string;
  readonly where?: string;
  readonly file?: string;
  readonly columns: Record<string, Rule>;
}
export interface Recognised {
  readonly layout: string;
  readonly confidence: number;
  readonly tables: readonly ProposedTable[];
  readonly warnings: readonly string[];
}

/** Answers to a question of consent, as exports write them. */
export const consentAnswers = {
  true: "granted",
  yes: "granted",
  y: "granted",
  "1": "granted",
  false: "denied",
  no: "denied",
  n: "denied",
  "0": "denied",
};
