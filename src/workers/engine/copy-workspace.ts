import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { copyBrand } from "./copy-brand.ts";
import { makePath } from "./make-path.ts";
import { namesIn } from "./names-in.ts";
import { publish } from "./publish.ts";
import { createBrand, readWorkspaceFile, workspaceFormat } from "./workspace.ts";

export type CopyKind = "copy" | "backup" | "restore";

export interface CopyOptions {
  readonly from: string;
  readonly to: string;
  readonly kind: CopyKind;
  readonly signal: AbortSignal;
  readonly progress: (progress: CopyProgress) => void;
}

export interface CopyProgress {
  readonly label: string;
  readonly done: number;
  readonly total: number | null;
  readonly bytes: number;
}

export interface CopyCounts {
  files: number;
  bytes: number;
  /** Files that were there already. */
  standing: number;
}

export interface CopyResult extends CopyCounts {
  readonly path: string;
  readonly workspace_id: string;
  readonly brands: readonly { readonly brand: string; readonly version: number; readonly artifacts: number }[];
  /** What couldn't be copied because its bytes at the source aren't those that were written. */
  readonly damaged: readonly string[];
}

const markName = "copy.json";
const backupName = "backup.json";

/** Copies a workspace, makes or goes on with a backup of it, or makes a workspace from a backup. Files come first and entries of the log
 *  last, so that what is there at any moment is a whole workspace of some version; again, only what is missing is copied. */
export async function copyWorkspace(options: CopyOptions): Promise<CopyResult> {
  const { kind } = options;
  const [from, to] = [resolve(options.from), resolve(options.to)];
  if (to === from || to.startsWith(from + sep) || from.startsWith(to + sep))
    throw new AssayError("bad_input", `${to} lies in ${from}, or the other way round.`, "Choose a folder elsewhere.");
  const origin = kind === "restore" ? readBackup(from) : readWorkspaceFile(from).workspace_id;
  prepare(to, kind, origin);
  const counts: CopyCounts = { files: 0, bytes: 0, standing: 0 };
  const damaged: string[] = [];
  const brands: CopyResult["brands"][number][] = [];
  for (const brand of namesIn(join(from, "brands"))) {
    if (!existsSync(join(from, "brands", brand, "log"))) continue;
    createBrand(to, brand);
    const paths = { from: join(from, "brands", brand), to: join(to, "brands", brand) };
    const done = await copyBrand(paths, { ...options, brand, counts });
    damaged.push(...done.damaged.map((path) => join("brands", brand, path)));
    brands.push({ brand, version: done.version, artifacts: done.artifacts });
  }
  const workspace_id = finish(to, kind, { origin, brands, counts });
  return { path: to, workspace_id, brands, damaged, ...counts };
}

function prepare(to: string, kind: CopyKind, origin: string): void {
  makePath(join(to, "brands"));
  makePath(join(to, "tmp"));
  const mark = join(to, kind === "backup" ? backupName : markName);
  if (!existsSync(mark)) {
    const others = readdirSync(to).filter((name) => !["brands", "tmp", "lost+found"].includes(name));
    if (others.length > 0 || readdirSync(join(to, "brands")).length > 0) {
      const hint = "Choose an empty folder, or the one that an earlier try of this began.";
      throw new AssayError("conflict", `${to} isn't empty: it holds ${others.join(", ") || "brands"}.`, hint);
    }
    const content = Buffer.from(canonicalJson({ format: 1, kind, origin }));
    publish({ content, final: mark, staging: join(to, "tmp") });
  }
  const known = readMark(mark);
  if (known.origin === origin && known.kind === kind) return;
  throw new AssayError(
    "conflict",
    `${to} belongs to ${known.kind === kind ? "another workspace" : `a ${known.kind}`}.`,
    "Choose an empty folder.",
  );
}

function readMark(path: string): { kind: string; origin: string } {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as { kind: string; origin: string };
  } catch (cause) {
    throw new AssayError("corrupt", `${path} can't be read.`, "Choose an empty folder.", { path }, { cause });
  }
}

function readBackup(from: string): string {
  if (!existsSync(join(from, backupName)))
    throw new AssayError("not_found", `${from} is no backup.`, "Name a folder that `assay workspace backup` wrote.");
  return readMark(join(from, backupName)).origin;
}

/** A copy and a restored workspace get an id of their own: what machines remember of the first one must not be taken for theirs. */
function finish(
  to: string,
  kind: CopyKind,
  about: { origin: string; brands: CopyResult["brands"]; counts: CopyCounts },
): string {
  if (kind === "backup") {
    makePath(join(to, "backups"));
    const at = new Date().toISOString();
    const name = `${at.replaceAll(/[:.]/g, "-")}-${randomUUID().slice(0, 8)}.json`;
    writeFileSync(join(to, "backups", name), canonicalJson({ at, ...about } as never));
    return about.origin;
  }
  const final = join(to, "workspace.json");
  if (!existsSync(final)) {
    const file = { format_version: workspaceFormat, workspace_id: randomUUID() };
    publish({ content: Buffer.from(canonicalJson(file)), final, staging: join(to, "tmp") });
  }
  return readWorkspaceFile(to).workspace_id;
}
