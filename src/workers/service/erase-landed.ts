import { readdirSync, readFileSync, rmSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import type { ErasureDelivery } from "../../shared/api/engine-erasure.ts";
import { throwIfCancelled } from "../../shared/base/errors.ts";
import type { BatchFileBody } from "../../shared/domain/brand-state.ts";
import type { Person } from "../../shared/domain/erasure.ts";
import { landedPath } from "../engine/artifact-store.ts";
import { digestFile, publish } from "../engine/publish.ts";
import type { ServiceContext } from "./context.ts";
import { replaceFile } from "./erase-lists.ts";
import { safeExtension, screenedFiles } from "./land-files.ts";
import { textsOf } from "./person-predicate.ts";

export interface ErasedDelivery {
  readonly files: { batch_id: string; sha256: string; file: BatchFileBody }[];
  readonly rows: number;
  readonly removed: string[];
}

type ErasedFile = ErasedDelivery["files"][number] & { readonly rows: number; readonly removed: string };

interface Given {
  readonly brandDir: string;
  readonly person: Person;
  readonly deliveries: readonly ErasureDelivery[];
  readonly tombstones: readonly string[];
  readonly time_zone: string;
  readonly isDry: boolean;
}

/** So many files are read by one process. */
const atOnce = 32;
/** And so many processes read at a time. */
const processes = 2;

/** Writes every delivered file that holds the person again without their rows; what stood before is named, not yet taken away. */
export async function eraseFromLanded(
  ctx: ServiceContext,
  { brandDir, person, deliveries, tombstones, time_zone, isDry }: Given,
  { signal, progress }: { signal: AbortSignal; progress: (done: number, total: number) => void },
): Promise<ErasedDelivery> {
  const all = deliveries.flatMap((delivery) => delivery.files.map((file) => ({ delivery, file })));
  const parts = Array.from({ length: Math.ceil(all.length / atOnce) }, (_, at) =>
    all.slice(at * atOnce, (at + 1) * atOnce),
  );
  const erased: ErasedFile[][] = [];
  let [next, done] = [0, 0];
  progress(0, all.length);
  const work = async () => {
    while (next < parts.length) {
      throwIfCancelled(signal);
      const at = next++;
      const part = parts[at] ?? [];
      erased[at] = await eraseFrom(part);
      done += part.length;
      progress(done, all.length);
    }
  };
  await Promise.all(Array.from({ length: processes }, work));
  const found = erased.flat();
  return {
    files: found.map(({ batch_id, sha256, file }) => ({ batch_id, sha256, file })),
    rows: found.reduce((sum, { rows }) => sum + rows, 0),
    removed: found.map(({ removed }) => removed),
  };

  async function eraseFrom(part: typeof all): Promise<ErasedFile[]> {
    const given = part.map(({ delivery: { source, mapping }, file: { landed, sha256, name } }) => {
      return { source, screen: { tombstones, mapping, time_zone }, path: landedPath(brandDir, landed, sha256), name };
    });
    const copies = await screenedFiles(ctx, { brandDir, given, texts: textsOf(person) }, signal);
    return part.flatMap(({ delivery: { batch_id, source }, file }, at) => {
      const screened = copies[at];
      if (!screened) return [];
      const { sha256, bytes, rows, localPath } = screened;
      const landed = join("landing", source, batch_id, `${sha256}${safeExtension(file.path)}`);
      if (!isDry)
        publish({
          content: { localPath },
          final: join(brandDir, landed),
          staging: join(brandDir, "tmp", `erase-${batch_id}`),
          isDataFile: true,
        });
      rmSync(localPath, { force: true });
      const delivered = { sha256, bytes, landed, delivered_sha256: file.delivered_sha256 ?? file.sha256 };
      const left = { ...withoutRows(file, rows), ...delivered };
      return [{ batch_id, sha256: file.sha256, file: left, rows, removed: file.landed }];
    });
  }
}

/** The file's counts with some of its rows counted as those of somebody erased. */
function withoutRows(file: BatchFileBody, rows: number): BatchFileBody {
  const fromAccepted = Math.min(rows, file.rows_accepted);
  const fromRepeated = Math.min(rows - fromAccepted, file.rows_repeated);
  let left = rows - fromAccepted - fromRepeated; // they had been rejected
  const rejects = file.rejects.map((one) => {
    const taken = one.reason === "erased" ? 0 : Math.min(left, one.count);
    left -= taken;
    return { ...one, count: one.count - taken };
  });
  const before = rejects.find(({ reason }) => reason === "erased")?.count ?? 0;
  return {
    ...file,
    rows_accepted: file.rows_accepted - fromAccepted,
    rows_repeated: file.rows_repeated - fromRepeated,
    rows_rejected: file.rows_rejected + fromAccepted + fromRepeated,
    rejects: [
      ...rejects.filter(({ reason, count }) => reason !== "erased" && count > 0),
      { reason: "erased", count: before + rows },
    ],
    rows_erased: (file.rows_erased ?? 0) + rows,
  };
}

/** Copies of delivered files on this machine (dropped files, the demo's exports) are brought to what is landed now. */
export function eraseCopies(
  root: string,
  brandDir: string,
  swapped: readonly { readonly sha256: string; readonly file: BatchFileBody }[],
): number {
  let copies = 0;
  const byDigest = new Map(
    swapped.flatMap(({ sha256, file }) => [
      [sha256, file] as const,
      ...(file.delivered_sha256 ? [[file.delivered_sha256, file] as const] : []),
    ]),
  );
  if (byDigest.size === 0) return 0;
  for (const entry of entriesBelow(root)) {
    const file = byDigest.get(digestFile(entry).sha256);
    if (!file) continue;
    replaceFile(entry, readFileSync(join(brandDir, file.landed)));
    copies++;
  }
  return copies;
}

function entriesBelow(root: string): string[] {
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes(`${join("workspace", "brands")}`))
    .map((entry) => join(entry.parentPath, entry.name));
}

export function removeFiles(brandDir: string, paths: readonly string[]): void {
  for (const path of paths) {
    try {
      unlinkSync(join(brandDir, path));
    } catch {
      // gone by now
    }
  }
}
