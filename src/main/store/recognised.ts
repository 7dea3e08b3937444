import type { Database } from "./database.ts";

export interface RecognisedFile {
  readonly path: string;
  /** Changes with the file. */
  readonly stamp: string;
  readonly document: string;
}

/** The files recognised last; older ones are recognised again. */
const keptFiles = 100_000;

/** What files were recognised as, so that an unchanged one isn't opened again to tell which source it belongs to. */
export function recognisedQueries(db: Database) {
  const get = db.prepare<[string, string], string>(
    "SELECT document FROM recognised_files WHERE path = ? AND stamp = ?",
  );
  const put = db.prepare("INSERT OR REPLACE INTO recognised_files (path, stamp, document) VALUES (?, ?, ?)");
  const prune = db.prepare("DELETE FROM recognised_files WHERE rowid <= (SELECT max(rowid) FROM recognised_files) - ?");
  const putAll = db.transaction((files: readonly RecognisedFile[]) => {
    for (const { path, stamp, document } of files) put.run(path, stamp, document);
    prune.run(keptFiles);
  });
  return {
    recognisedFiles: (files: readonly Omit<RecognisedFile, "document">[]): RecognisedFile[] =>
      files.flatMap(({ path, stamp }) => {
        const document = get.pluck().get(path, stamp);
        return document === undefined ? [] : [{ path, stamp, document: String(document) }];
      }),
    rememberRecognised(files: readonly RecognisedFile[]): void {
      putAll.immediate(files);
    },
  };
}
