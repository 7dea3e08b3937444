import { initial } from "./0010-initial.ts";
import { runDetails } from "./0020-run-details.ts";
import { recognisedFiles } from "./0030-recognised-files.ts";
import type { Migration } from "./migration.ts";

export const migrations: readonly Migration[] = [initial, runDetails, recognisedFiles];
