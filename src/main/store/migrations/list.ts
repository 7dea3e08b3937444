import { initial } from "./0010-initial.ts";
import type { Migration } from "./migration.ts";

export const migrations: readonly Migration[] = [initial];
