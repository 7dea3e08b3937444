import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { AssayError } from "../../shared/base/errors.ts";
import type { TaskUsage } from "../../shared/domain/task.ts";
import { type Artifact, parseArtifact } from "./artifact-store.ts";
import { errnoOf } from "./file-system.ts";
import { artifactPlaces } from "./layout.ts";
import { failure } from "./publish.ts";

/** The looks that a plan takes at the share. */
export interface RecordReader {
  /** What tells one writing of a file from another; undefined where that can't be seen. */
  state(path: string): Promise<string | undefined>;
  /** Undefined where the file isn't there. */
  read(path: string): Promise<{ readonly bytes: Buffer; readonly state: string } | undefined>;
}

export interface FoundArtifact {
  readonly key: string;
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly usage?: TaskUsage | undefined;
  readonly attempt: string;
}

/** So many at a time: as many round trips as the engine has threads for them, and some that wait. */
const atOnce = 32;

/** Sums of records that were read and found sound, of some 400 bytes each. */
const sound = new Map<string, { readonly state: string; readonly found: FoundArtifact }>();
const mostSound = 200_000;

/** Which of these artifacts are committed, and which records are damaged. Looked at side by side, so that a plan of many tasks doesn't wait
 *  for one round trip after the other; nothing of a record but its sums is kept. */
export async function findArtifacts(
  brandDir: string,
  keys: readonly string[],
  reader: RecordReader = shareReader,
): Promise<{ found: FoundArtifact[]; damaged: string[] }> {
  const all: (FoundArtifact | undefined)[] = new Array(keys.length);
  const damaged: string[] = [];
  let next = 0;
  const look = async () => {
    while (next < keys.length) {
      const at = next++;
      const key = keys[at] ?? "";
      try {
        all[at] = await findOne(brandDir, key, reader);
      } catch (error) {
        if (!(error instanceof AssayError) || error.code !== "corrupt") throw error;
        damaged.push(key);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, keys.length) }, look));
  return { found: all.filter((one) => one !== undefined), damaged };
}

async function findOne(brandDir: string, key: string, reader: RecordReader): Promise<FoundArtifact | undefined> {
  for (const place of artifactPlaces(brandDir, key)) {
    const path = join(brandDir, place, "artifact.json");
    const known = sound.get(path);
    if (known && (await reader.state(path)) === known.state) return known.found;
    sound.delete(path);
    const record = await reader.read(path);
    if (!record) continue;
    const found = summed(parseArtifact(record.bytes, path, key));
    sound.set(path, { state: record.state, found });
    if (sound.size > mostSound) for (const oldest of sound.keys()) if (sound.delete(oldest)) break;
    return found;
  }
  return undefined;
}

function summed({ key, files, seconds, usage, attempt }: Artifact): FoundArtifact {
  let [rows, bytes] = [0, 0];
  for (const file of files) [rows, bytes] = [rows + file.rows, bytes + file.bytes];
  return { key, rows, bytes, seconds: seconds ?? 0, attempt, ...(usage ? { usage } : {}) };
}

const shareReader: RecordReader = {
  state: async (path) => {
    try {
      return stateOf(await stat(path, { bigint: true }));
    } catch {
      return undefined; // no proof that it isn't there
    }
  },
  read: async (path) => {
    try {
      const file = await open(path, "r");
      try {
        return { state: stateOf(await file.stat({ bigint: true })), bytes: await file.readFile() };
      } finally {
        await file.close();
      }
    } catch (error) {
      if (["ENOENT", "ENOTDIR"].includes(errnoOf(error))) return undefined;
      throw failure("can't be read", path, error);
    }
  },
};

function stateOf({ dev, ino, size, mtimeNs }: Record<"dev" | "ino" | "size" | "mtimeNs", bigint>): string {
  return `${dev}:${ino}:${size}:${mtimeNs}`;
}
