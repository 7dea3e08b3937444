import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { canonicalJson, type Json } from "../../src/shared/base/canonical-json.ts";
import { flatEntryPath } from "../../src/workers/engine/layout.ts";
import { forgetTurn } from "../../src/workers/engine/log-entries.ts";
import { sha256Of } from "../../src/workers/engine/publish.ts";

/** Lays a brand out as it was before there were folders: every entry in `log/`, artifacts and hints by two digits of their keys. */
export function toOlderLayout(brandDir: string): void {
  rmSync(flatEntryPath(brandDir, 1));
  for (const folder of readdirSync(join(brandDir, "log"))) {
    for (const name of readdirSync(join(brandDir, "log", folder)))
      renameSync(join(brandDir, "log", folder, name), join(brandDir, "log", name));
    rmSync(join(brandDir, "log", folder), { recursive: true });
  }
  for (const kind of ["artifacts", "contents"]) {
    for (const folder of namesIn(join(brandDir, kind))) {
      for (const name of namesIn(join(brandDir, kind, folder))) {
        const to = join(brandDir, kind, name.slice(0, 2), name);
        mkdirSync(dirname(to), { recursive: true });
        renameSync(join(brandDir, kind, folder, name), to);
        if (kind === "artifacts") moveRecord(join(to, "artifact.json"));
      }
      rmSync(join(brandDir, kind, folder), { recursive: true });
    }
  }
  forgetTurn(brandDir);
}

/** The paths in a record, sealed anew. */
function moveRecord(path: string): void {
  const { sum, ...rest } = JSON.parse(readFileSync(path, "utf8")) as { sum: string; files: { path: string }[] };
  const files = rest.files.map((file) => ({ ...file, path: file.path.replace(/^artifacts\/(..)./, "artifacts/$1") }));
  const moved = { ...rest, files } as unknown as Record<string, Json>;
  chmodSync(path, 0o644);
  writeFileSync(path, canonicalJson({ ...moved, sum: sha256Of(Buffer.from(canonicalJson(moved))) }));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
