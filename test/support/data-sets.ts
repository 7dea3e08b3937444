import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

const folder = process.env["ASSAY_TEST_DATA"] ?? resolve(import.meta.dirname, "../../../shared/data");

/** A file of the public data sets, undefined where they aren't on this machine. */
export function dataSet(path: string): string | undefined {
  const found = join(folder, path);
  return existsSync(found) ? found : undefined;
}
