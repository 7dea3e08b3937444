import { readdirSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { AssayError } from "../../shared/base/errors.ts";
import type { Artifact, ArtifactFile } from "./artifact-store.ts";
import type { Known, KnownFile } from "./commit.ts";

interface Kept {
  readonly key: string;
  files: readonly KnownFile[];
  /** Where its files lie on this machine's own disk; null where they don't. */
  folder: string | null;
  readonly bytes: number;
  users: number;
  /** Whether what stands on the share are these very bytes; rejected where nothing came to stand. */
  readonly isSame: Promise<boolean>;
  isCommitted: boolean;
}

/** What a task reads, held until it has ended. */
export interface InUse {
  readonly known: Known;
  /** Once everything that it read stands on the share. Throws where something doesn't, or stands there with other bytes. */
  settled(): Promise<void>;
  release(): void;
}

/** Copies of committed files beyond so many bytes go, the oldest first. */
const mostCopies = 1 << 30;

/** What a run made and read so far. Its results may be read from this machine's own disk before they stand on the share; what was made of
 *  them is committed after them. Nothing is kept once it is closed. */
export class RunResults {
  readonly slots: Slots;
  readonly #kept = new Map<string, Kept>();
  readonly #behind = new Set<Promise<void>>();
  readonly #mostCopies: number;
  #copies = 0;
  #isClosed: boolean;

  constructor({ workers, isClosed = false, mostBytes = mostCopies }: ResultsOptions) {
    this.slots = new Slots(workers);
    this.#isClosed = isClosed;
    this.#mostCopies = mostBytes;
  }

  use(keys: readonly string[]): InUse {
    const used = [...new Set(keys)].flatMap((key) => this.#kept.get(key) ?? []);
    for (const one of used) one.users++;
    let isHeld = true;
    return {
      known: Object.fromEntries(used.map(({ key, files }) => [key, { files }])),
      settled: async () => {
        const same = await Promise.all(used.map(({ isSame }) => isSame));
        const others = used.filter((_, at) => !same[at]).map(({ key }) => key);
        if (others.length > 0) throw otherBytes(others);
      },
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        for (const one of used) {
          one.users--;
          if (this.#kept.get(one.key) !== one) this.#drop(one);
        }
        this.#evict();
      },
    };
  }

  /** Keeps what was made while it is committed, and after it. False where nothing is kept any more. */
  add(key: string, made: { folder: string; files: readonly KnownFile[] }, committed: Promise<Artifact>): boolean {
    if (this.#isClosed) return false;
    const names = new Set(made.files.map(({ localPath }) => basename(localPath ?? "")));
    for (const name of readdirSync(made.folder)) if (!names.has(name)) remove(join(made.folder, name));
    const bytes = made.files.reduce((sum, file) => sum + file.bytes, 0);
    const isSame = committed.then((artifact) => {
      kept.files = placedAs(kept.files, artifact.files);
      return hasDigests(artifact.files, made.files);
    });
    const kept: Kept = { key, ...made, bytes, users: 0, isSame, isCommitted: false };
    this.#replace(kept);
    this.#copies += bytes;
    isSame.then(
      (same) => {
        kept.isCommitted = true;
        if (!same) this.forget(key);
        this.#evict();
      },
      () => this.forget(key),
    );
    return true;
  }

  /** Lets others read at once what another task made of the same bytes, while this one's record of it is committed. False where nothing is
   *  kept any more. */
  adopt(key: string, files: readonly KnownFile[], committed: Promise<Artifact>): boolean {
    if (this.#isClosed) return false;
    const isSame = committed.then((artifact) => {
      kept.files = placedAs(kept.files, artifact.files);
      kept.isCommitted = true;
      return hasDigests(artifact.files, files);
    });
    const kept: Kept = { key, files, folder: null, bytes: 0, users: 0, isSame, isCommitted: false };
    this.#replace(kept);
    isSame.then(
      (same) => same || this.forget(key),
      () => this.forget(key),
    );
    return true;
  }

  /** Takes note of the files of artifacts that stand. */
  learn(read: Readonly<Record<string, { readonly files: readonly ArtifactFile[] }>>): void {
    if (this.#isClosed) return;
    for (const [key, { files }] of Object.entries(read)) {
      if (this.#kept.has(key)) continue;
      const isSame = Promise.resolve(true);
      this.#replace({ key, files, folder: null, bytes: 0, users: 0, isSame, isCommitted: true });
    }
  }

  /** Something is wrong with it: it is looked at anew. */
  forget(key: string): void {
    const one = this.#kept.get(key);
    this.#kept.delete(key);
    if (one) this.#drop(one);
  }

  /** Nobody waits for what ends behind a task that is done, but the end of all. False where nothing is kept. */
  finishBehind(work: Promise<void>): boolean {
    if (this.#isClosed) return false;
    this.#behind.add(work);
    void work.finally(() => this.#behind.delete(work));
    return true;
  }

  /** What nobody reads goes at once, the rest when it has been read. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const key of [...this.#kept.keys()]) this.forget(key);
    await Promise.allSettled(this.#behind);
  }

  #replace(kept: Kept): void {
    this.forget(kept.key);
    this.#kept.set(kept.key, kept);
  }

  #evict(): void {
    if (this.#copies <= this.#mostCopies) return;
    for (const one of this.#kept.values()) {
      if (this.#copies <= this.#mostCopies) return;
      if (one.isCommitted) this.#drop(one);
    }
  }

  /** Takes the copies of one away that nobody reads; while it is being committed whoever commits it still does. */
  #drop(one: Kept): void {
    if (one.folder === null || one.users > 0) return;
    if (!one.isCommitted) return void one.isSame.catch(() => {}).finally(() => this.#remove(one));
    this.#remove(one);
  }

  #remove(one: Kept): void {
    if (one.folder === null || one.users > 0) return;
    if (this.#isClosed) this.#behind.add(rm(one.folder, { recursive: true, force: true }).catch(() => {}));
    else remove(one.folder);
    this.#copies -= one.bytes;
    one.folder = null;
    one.files = one.files.map(({ localPath, ...file }) => file);
  }
}

interface ResultsOptions {
  readonly workers: number;
  readonly isClosed?: boolean;
  readonly mostBytes?: number;
}

/** Lets so many in at a time, in the order in which they came. */
class Slots {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(free: number) {
    this.#free = free;
  }

  async enter(): Promise<() => void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let isInside = true;
    return () => {
      if (!isInside) return;
      isInside = false;
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    };
  }
}

/** Files under the names that they have on the share by now. */
function placedAs(files: readonly KnownFile[], standing: readonly ArtifactFile[]): KnownFile[] {
  const paths = new Map(standing.map(({ output, path }) => [output, path]));
  return files.map((file) => ({ ...file, path: paths.get(file.output) ?? file.path }));
}

function hasDigests(standing: readonly ArtifactFile[], made: readonly KnownFile[]): boolean {
  const digests = new Map(standing.map(({ output, sha256 }) => [output, sha256]));
  return made.length === standing.length && made.every(({ output, sha256 }) => digests.get(output) === sha256);
}

function otherBytes(keys: readonly string[]): AssayError {
  return new AssayError(
    "conflict",
    `${keys.length} of the results that a task read were committed by another process with other bytes.`,
    "Run the same again: what was made of them is made anew.",
    { collected: keys.slice(0, 100) },
  );
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}
