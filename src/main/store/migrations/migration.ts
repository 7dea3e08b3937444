/** A step of the store's schema; `version` rises, and an applied one is never edited. */
export interface Migration {
  readonly version: number;
  readonly sql: string;
}
