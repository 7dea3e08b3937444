import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { publish } from "./publish.ts";

const formatVersion = 1;

export interface WorkspaceFile {
  readonly format_version: number;
  readonly workspace_id: string;
}

/** Makes a workspace in a folder that is empty or not there; one that is there already is a conflict. */
export function createWorkspace(dir: string): { workspace_id: string; path: string } {
  const path = resolve(dir);
  try {
    mkdirSync(join(path, "brands"), { recursive: true });
    mkdirSync(join(path, "tmp"), { recursive: true });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : error;
    throw new AssayError("unavailable", `${path} can't be made (${code}).`, "Choose a folder that you may write to.");
  }
  const file: WorkspaceFile = { format_version: formatVersion, workspace_id: randomUUID() };
  const outcome = publish({ content: Buffer.from(canonicalJson(file)), final: join(path, "workspace.json"), staging: join(path, "tmp") });
  if (outcome === "lost") throw new AssayError("conflict", `${path} is a workspace already.`, "Open it, or choose another folder.");
  return { workspace_id: file.workspace_id, path: realpathSync(path) };
}

export function openWorkspace(dir: string): { workspace_id: string; path: string; brands: string[]; read_only_reason: string | null } {
  const path = resolve(dir);
  const file = readWorkspaceFile(path);
  const brandsDir = join(path, "brands");
  const brands = existsSync(brandsDir)
    ? readdirSync(brandsDir, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
        .map(({ name }) => name)
        .filter((name) => existsSync(join(brandsDir, name, "log", `${"1".padStart(20, "0")}.json`)))
    : [];
  const reason = file.format_version === formatVersion ? null : `its format is ${file.format_version}, this program writes ${formatVersion}`;
  if (reason === null) sweepStaging(path, brands);
  return { workspace_id: file.workspace_id, path: realpathSync(path), brands, read_only_reason: reason };
}

function readWorkspaceFile(path: string): WorkspaceFile {
  const name = join(path, "workspace.json");
  let text: string;
  try {
    text = readFileSync(name, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw new AssayError("not_found", `${path} is no workspace.`, "Make one with `assay workspace create DIR`, or check the path.");
    }
    throw new AssayError("unavailable", `${name} can't be read (${code}).`, "Check the share and your rights to it.");
  }
  try {
    const file = JSON.parse(text) as WorkspaceFile;
    if (typeof file.workspace_id === "string" && Number.isInteger(file.format_version)) return file;
  } catch {
    // told below
  }
  throw new AssayError("corrupt", `${name} is damaged.`, "Restore it from a backup.");
}

export function createBrand(workspace: string, brand: string): { brandDir: string } {
  const brandDir = join(workspace, "brands", brand);
  for (const folder of ["log", "landing", "artifacts", "snapshots", "exports", "claims", "tmp"]) {
    mkdirSync(join(brandDir, folder), { recursive: true });
  }
  return { brandDir };
}

const staleMs = 24 * 3_600_000;

/** Staging files of attempts that ended long ago. The clock is the directory's own: the newest file there. */
function sweepStaging(workspace: string, brands: readonly string[]): void {
  for (const folder of [join(workspace, "tmp"), ...brands.map((brand) => join(workspace, "brands", brand, "tmp"))]) {
    if (!existsSync(folder)) continue;
    const now = statSync(join(workspace, "workspace.json")).ctimeMs;
    const latest = Math.max(now, statSync(folder).mtimeMs);
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      const known = statSync(path, { throwIfNoEntry: false });
      if (known && latest - known.mtimeMs > staleMs) rmSync(path, { recursive: true, force: true });
    }
  }
}
