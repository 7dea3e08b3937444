import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect } from "vitest";
import { type Mapping, parseMapping } from "../../src/shared/domain/mapping.ts";
import { openSession, type Session } from "../../src/workers/engine/duckdb.ts";
import { normaliseFile } from "../../src/workers/normalise/normalise-file.ts";
import { recognise } from "../../src/workers/sources/layouts.ts";
import { describeColumns } from "../../src/workers/sources/line-totals.ts";
import { openRaw } from "../../src/workers/sources/open-raw.ts";
import { type ColumnProfile, profileColumns } from "../../src/workers/sources/profile.ts";

export interface ReadUnaided {
  readonly layout: string;
  readonly keySpace: string | undefined;
  readonly warnings: readonly string[];
  /** What recognising it says. */
  readonly told: readonly string[];
  /** Rows of each table without what is empty. */
  readonly tables: Readonly<Record<string, Record<string, unknown>[]>>;
}

/** Reads files with the mapping that is proposed for them, or with another. */
export class LayoutBench {
  readonly #folder = mkdtempSync(join(tmpdir(), "assay-layouts-"));
  #opened: Session | undefined;

  close(): void {
    this.#opened?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  write(name: string, content: string | object): string {
    const path = join(this.#folder, name);
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  }

  async read(path: string, mapping?: Mapping): Promise<ReadUnaided> {
    this.#opened ??= await openSession({ memoryLimit: 512e6, threads: 2, scratch: this.#folder });
    const session = this.#opened;
    const { raw } = await openRaw(session, path, { scratch: this.#folder, signal: new AbortController().signal });
    const lists = new Map<string, readonly ColumnProfile[]>();
    for (const [name, list] of raw.lists ?? []) lists.set(name, await profileColumns(session, list));
    const found = recognise(basename(path), await describeColumns(session, raw), lists);
    const read = await normaliseFile(session, raw, {
      mapping: mapping ?? parseMapping(found),
      brand: { currency: "GBP", timeZone: "Europe/London" },
      ...{ source: "shop", batchId: "b1", fileNumber: 0, fileName: basename(path), notAfter: null },
    });
    const tables: Record<string, Record<string, unknown>[]> = {};
    for (const [table, view] of read.tables) {
      const rows = await session.rows(
        `SELECT * EXCLUDE (source, batch_id, file_number, source_row, row_hash) FROM ${view} ORDER BY source_row, row_hash`,
      );
      tables[table] = rows.map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)));
    }
    const rejects = await session.rows(`SELECT line, "column", reason, value FROM ${read.rejects}`);
    expect({ path: basename(path), rejects }).toEqual({ path: basename(path), rejects: [] });
    return { layout: found.layout, keySpace: found.key_space, tables, warnings: read.warnings, told: found.warnings };
  }
}
