import type { Database } from "./database.ts";
import { entryQueries } from "./entries.ts";
import { peopleQueries } from "./people.ts";
import { recognisedQueries } from "./recognised.ts";
import { runQueries } from "./runs.ts";
import { settingQueries } from "./settings.ts";
import { workspaceQueries } from "./workspaces.ts";

/** Everything that the store's thread can be asked, by name; documents pass as JSON text. */
export function storeOperations(db: Database) {
  return {
    ...entryQueries(db),
    ...runQueries(db),
    ...settingQueries(db),
    ...workspaceQueries(db),
    ...peopleQueries(db),
    ...recognisedQueries(db),
  };
}
export type StoreOperations = ReturnType<typeof storeOperations>;
export type StoreOperation = keyof StoreOperations;

export interface StoreRequest {
  readonly id: number;
  readonly name: StoreOperation | "close";
  readonly arguments: readonly unknown[];
}
