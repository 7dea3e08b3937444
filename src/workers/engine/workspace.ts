import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { attemptsAtWork } from "./claims.ts";
import { errnoOf } from "./file-system.ts";
import { sweepStaging } from "./janitor.ts";
import { hasLog } from "./layout.ts";
import { makePath } from "./make-path.ts";
import { failure, publish } from "./publish.ts";

/** Written into new workspaces. In those of format 1 each log turns to the present layout with its next entry; a program that knows only
 *  that format is kept from writing by the layout itself. */
export const workspaceFormat = 2;
const writableFormats = [1, workspaceFormat];

interface WorkspaceFile {
  readonly format_version: number;
  readonly workspace_id: string;
}

/** Makes a workspace; a folder that is one already is a conflict. */
export function createWorkspace(dir: string): { workspace_id: string; path: string } {
  const path = resolve(dir);
  makeFolders(path, ["brands", "tmp"]);
  const file: WorkspaceFile = { format_version: workspaceFormat, workspace_id: randomUUID() };
  const content = Buffer.from(canonicalJson(file));
  const outcome = publish({ content, final: join(path, "workspace.json"), staging: join(path, "tmp") });
  if (outcome === "lost") {
    throw new AssayError("conflict", `${path} is a workspace already.`, "Open it, or choose another folder.");
  }
  return { workspace_id: file.workspace_id, path: realpathSync(path) };
}

/** What a folder holds, once it is known to be a workspace; a reason where this program mustn't write to it. */
export function openWorkspace(dir: string): {
  workspace_id: string;
  path: string;
  brands: string[];
  read_only_reason: string | null;
} {
  const path = resolve(dir);
  const { workspace_id, format_version } = readWorkspaceFile(path);
  const isOurs = writableFormats.includes(format_version);
  const brands = listBrands(path);
  if (isOurs)
    sweepStaging(
      [path, ...brands.map((brand) => join(path, "brands", brand))].map((one) => join(one, "tmp")),
      { atWork: (folder) => attemptsAtWork(dirname(folder)) },
    );
  return {
    workspace_id,
    path: realpathSync(path),
    brands,
    read_only_reason: isOurs ? null : `its format is ${format_version}, this program writes ${workspaceFormat}`,
  };
}

/** Brands with a log; other folders are somebody's own. */
function listBrands(workspace: string): string[] {
  const folder = join(workspace, "brands");
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
      .map(({ name }) => name)
      .filter((name) => hasLog(join(folder, name)))
      .sort();
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw failure("can't be listed", folder, error);
  }
}

export function readWorkspaceFile(path: string): WorkspaceFile {
  const name = join(path, "workspace.json");
  let text: string;
  try {
    text = readFileSync(name, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errnoOf(error))) {
      throw new AssayError(
        "not_found",
        `${path} is no workspace.`,
        "Make one with `assay workspace create DIR`, or check the path.",
      );
    }
    throw failure("can't be read", name, error);
  }
  try {
    const file = JSON.parse(text) as WorkspaceFile;
    if (typeof file.workspace_id === "string" && Number.isInteger(file.format_version)) return file;
  } catch {
    // told below
  }
  throw new AssayError("corrupt", `${name} is damaged.`, "Restore it from a backup.", { path: name });
}

export function createBrand(workspace: string, brand: string): { brandDir: string } {
  const brandDir = join(workspace, "brands", brand);
  makeFolders(brandDir, ["log", "landing", "artifacts", "snapshots", "exports", "claims", "tmp"]);
  return { brandDir };
}

function makeFolders(path: string, names: readonly string[]): void {
  makePath(path);
  for (const name of names) makePath(join(path, name));
}
