import { statSync } from "node:fs";
import { canonicalJson, type Json } from "../../shared/base/canonical-json.ts";
import { type Mapping, matchesFile } from "../../shared/domain/mapping.ts";
import type { StepContext } from "../engine/step-context.ts";
import { completeRaw, isCompletedByRows, openRaw } from "../sources/open-raw.ts";
import type { RawTable } from "../sources/raw.ts";
import { formatsOf, openFormats } from "./open-formats.ts";
import { manyRows } from "./plain-columns.ts";
import { type PlacedFile, stackFiles } from "./stack.ts";
import type { Formats } from "./value-sql.ts";

export interface DeliveredFile {
  readonly name: string;
  readonly landed: string;
  readonly sha256: string;
}

interface OpenedFile extends PlacedFile {
  readonly sha256: string;
  readonly rowsRead: number;
  readonly warnings: readonly string[];
  readonly bytes: number;
}

/** Rows to be normalised at once: those of one file, or of several of one form. */
export interface Stack {
  readonly raw: RawTable;
  readonly files: readonly OpenedFile[];
  readonly formats?: Formats | undefined;
}

interface Pile {
  readonly formats: Formats;
  /** Its rows are completed once they are stacked. */
  readonly waits: boolean;
  readonly files: { readonly file: OpenedFile; readonly raw: RawTable }[];
}

/** Bytes up to which planning a statement well costs more than it saves. */
const smallFile = 1_000_000;
/** Bytes of a file that is read by itself, and of a stack. */
const largeFile = 8_000_000;
const largestPile = 32_000_000;
const mostFiles = 200;

/** The files of a delivery. Those of few rows and the same columns, formats and tables are stacked: results are those of each alone. */
export class Stacks {
  readonly #context: StepContext;
  readonly #files: readonly DeliveredFile[];
  readonly #mapping: Mapping;
  readonly #piles = new Map<string, Pile>();

  constructor(context: StepContext, files: readonly DeliveredFile[], mapping: Mapping) {
    this.#context = context;
    this.#files = files;
    this.#mapping = mapping;
  }

  async *read(): AsyncGenerator<Stack> {
    for (const [at, delivered] of this.#files.entries()) {
      this.#context.signal.throwIfAborted();
      const { file, raw: opened } = await this.#open(at, delivered);
      const isLarge = file.bytes >= largeFile || opened.rowsRead >= manyRows;
      const waits = !isLarge && this.#mayWait(file, opened);
      const raw = waits ? opened : await completeRaw(this.#context.session, opened);
      if (isLarge || raw.lists !== undefined) {
        yield { raw, files: [file] };
        continue;
      }
      const key = await this.#put(file, raw, waits);
      const files = this.#piles.get(key)?.files ?? [];
      if (files.length >= mostFiles || bytesOf(files) >= largestPile) yield await this.#take(key);
    }
    for (const key of [...this.#piles.keys()]) yield await this.#take(key);
  }

  async #open(at: number, delivered: DeliveredFile): Promise<{ file: OpenedFile; raw: RawTable }> {
    const { session, scratch, signal } = this.#context;
    const path = this.#context.landedFile(delivered);
    const bytes = statSync(path).size;
    await this.#planFor(bytes);
    const { raw, prepared } = await openRaw(session, path, {
      ...{ scratch, signal, name: delivered.name, isCompletedLater: true, leftFrom: manyRows },
    });
    const file = {
      ...{ number: at, name: delivered.name.split(/[\\/]/).at(-1) ?? delivered.name, sha256: delivered.sha256 },
      ...{ bytes, rowsRead: raw.rowsRead, warnings: [...prepared.warnings, ...raw.warnings] },
    };
    return { file, raw };
  }

  #tablesOf({ name }: OpenedFile): Mapping["tables"] {
    return this.#mapping.tables.filter((one) => matchesFile(one.file, name));
  }

  /** Whether a file's rows can be completed with those of its stack: no format is to be decided of what completes them. */
  #mayWait(file: OpenedFile, raw: RawTable): boolean {
    const own = new Set(raw.columns.map((name) => name.trim().toLowerCase()));
    return isCompletedByRows(raw) && [...openFormats(this.#tablesOf(file))].every((name) => own.has(name));
  }

  /** Lays a file to those of its form; formats that the mapping leaves open are decided from each file. */
  async #put(file: OpenedFile, raw: RawTable, waits: boolean): Promise<string> {
    const tables = this.#tablesOf(file);
    const { session, brand } = this.#context;
    const formats = (await formatsOf(session, raw, { tables, timeZone: brand.timeZone })).get(raw) ?? new Map();
    const form = { columns: raw.columns, isTyped: raw.isTyped, formats: [...formats], tables };
    const key = canonicalJson(form as unknown as Json);
    const pile: Pile = this.#piles.get(key) ?? { formats, waits, files: [] };
    pile.files.push({ file, raw });
    this.#piles.set(key, pile);
    return key;
  }

  async #take(key: string): Promise<Stack> {
    const { formats, waits, files } = this.#piles.get(key) ?? { formats: new Map(), waits: false, files: [] };
    this.#piles.delete(key);
    await this.#planFor(bytesOf(files));
    const { session } = this.#context;
    const stacked = await stackFiles(
      session,
      files.map((one) => one.raw),
    );
    const raw = waits ? await completeRaw(session, stacked) : stacked;
    return { raw, files: files.map(({ file }) => file), formats };
  }

  async #planFor(bytes: number): Promise<void> {
    await this.#context.session.run(`PRAGMA ${bytes < smallFile ? "disable" : "enable"}_optimizer`);
  }
}

function bytesOf(files: Pile["files"]): number {
  return files.reduce((sum, { file }) => sum + file.bytes, 0);
}
