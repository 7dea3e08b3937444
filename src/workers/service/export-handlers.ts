import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import type { EngineContract, QuerySnapshot } from "../../shared/api/engine.ts";
import type { Handlers } from "../../shared/api/serve.ts";
import { AssayError } from "../../shared/base/errors.ts";
import type { ListComparison, Recipe } from "../../shared/domain/written-list.ts";
import { pseudonym, workspaceKey } from "../engine/pseudonym.ts";
import { digestFile } from "../engine/publish.ts";
import { readRecords } from "../exports/compare-lists.ts";
import { compareFiles } from "../exports/verify-list.ts";
import { type ExportInput, type ExportProgress, writeExport } from "../exports/write-export.ts";
import type { OpenSnapshot } from "../query/session-pool.ts";
import { askCampaigns } from "./campaign-questions.ts";
import { type ServiceContext, withSession } from "./context.ts";

export const exportHandlers: Pick<Handlers<EngineContract, ServiceContext>, "exports.look"> = {
  "exports.look": async ({ path }) => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found?.isFile())
      throw new AssayError("not_found", `${path} is no file.`, "Name a list or report that Assay wrote.");
    return { ...digestFile(path), manifest: manifestBeside(path) };
  },
};

/** What the manifest beside a list says of it: a hint, the log decides. */
function manifestBeside(path: string): { sha256: string; file: string } | null {
  const beside = `${path}.manifest.json`;
  if (!existsSync(beside)) return null;
  try {
    const { format, sha256, file } = JSON.parse(readFileSync(beside, "utf8")) as Record<string, unknown>;
    return format === "assay-list" && typeof sha256 === "string" && typeof file === "string" ? { sha256, file } : null;
  } catch {
    return null;
  }
}

/** Writes a list, and keeps beside the brand's exports whom it holds. */
export async function keptExport(
  ctx: ServiceContext,
  brandDir: string,
  write: (keep: NonNullable<ExportInput["keep"]>) => Promise<object>,
): Promise<object> {
  mkdirSync(ctx.scratchRoot, { recursive: true });
  const folder = posix.join("exports", "recipients");
  const keep = { folder: join(brandDir, folder), staging: join(brandDir, "tmp", "exports"), scratch: ctx.scratchRoot };
  const written = (await write(keep)) as { recipients: string | null };
  return { ...written, recipients: written.recipients === null ? null : posix.join(folder, written.recipients) };
}

export interface VerifyInput {
  readonly path: string;
  readonly recipe: Recipe;
  /** Pseudonyms of whoever was erased since: their rows can't be made again. */
  readonly erased: readonly string[];
}
interface Verifying {
  readonly ctx: ServiceContext;
  readonly reference: QuerySnapshot;
  readonly open: () => Promise<OpenSnapshot>;
  readonly runSql: (input: object) => Promise<object>;
  readonly signal: AbortSignal;
  readonly progress: ExportProgress;
}

/** Makes a list again from its recipe and compares. */
export async function verifyExport(
  { path, recipe, erased }: VerifyInput,
  { ctx, reference, open, runSql, signal, progress }: Verifying,
): Promise<object> {
  return withSession(ctx, signal, async ({ session, scratch }) => {
    const format = recipe.query?.format ?? "csv";
    const again = join(scratch, `again.${format}`);
    let code = recipe.code;
    if (recipe.query) await runSql({ sql: recipe.query.sql, format, out: again });
    else {
      const { definition, segments, template, fields, include_unreachable, campaign } = recipe;
      const input: ExportInput = {
        definition: { where: definition?.where, sql: definition?.sql },
        segments,
        segment: null,
        sentence: "",
        path: again,
        version: recipe.program,
        written_at: "",
        template: template ?? undefined,
        fields,
        include_unreachable,
        ...(campaign ? { campaign } : {}),
      };
      const written = campaign
        ? await askCampaigns(
            "campaigns.list_of",
            await open(),
            reference.brandDir,
            { ...input, groups: campaign.assignments, variant: campaign.variant, campaign },
            { signal, progress },
          )
        : await writeExport(await open(), input, signal, progress);
      code = (written as { code: string }).code;
    }
    const isSame = digestFile(again).sha256 === digestFile(path).sha256;
    const compared = await compareFiles(await session(), { own: path, again, format });
    return { ...withoutErased(compared, reference.brandDir, path, erased), isSameBytes: isSame, code };
  });
}

/** Takes rows of erased people out of the added ones and counts them by themselves. */
function withoutErased(compared: ListComparison, brandDir: string, path: string, erased: readonly string[]) {
  const none = { ...compared, erased: 0 };
  if (erased.length === 0 || compared.counts.added === 0 || compared.differences.length === 0) return none;
  const marks = new Set(erased);
  const key = workspaceKey(brandDir);
  const rows = readRecords(readFileSync(path, "utf8")).slice(1);
  const isErased = (row: number) =>
    (rows[row - 1] ?? []).some((cell) => {
      const plain = cell.trim().toLowerCase();
      return marks.has(pseudonym(key, "email", plain)) || marks.has(pseudonym(key, "customer", plain));
    });
  const differences = compared.differences.filter(({ kind, row }) => kind !== "added" || !isErased(row));
  const n = compared.differences.length - differences.length;
  return { ...compared, differences, counts: { ...compared.counts, added: compared.counts.added - n }, erased: n };
}
