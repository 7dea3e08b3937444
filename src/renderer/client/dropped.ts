export interface DroppedFile {
  /** Below what was dropped, with /. */
  readonly path: string;
  readonly file: File;
}
export interface Dropped {
  readonly name: string;
  readonly files: readonly DroppedFile[];
}

/** Whether something dragged over the page holds files. */
export function holdsFiles(transfer: DataTransfer | null): boolean {
  return transfer?.types.includes("Files") === true;
}

/** The files that were dropped, those of folders with their paths. Has to be called while the drop is handled: the list of
 *  what was dropped is gone after it. */
export async function droppedFiles(transfer: DataTransfer): Promise<Dropped> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry?.() ?? []);
  const plain = [...transfer.files];
  const [only] = entries;
  if (entries.length === 0) return named(plain.map((file) => ({ path: file.name, file })));
  const isFolder = entries.length === 1 && only?.isDirectory === true;
  const files = (await Promise.all(entries.map((entry) => filesIn(entry, "")))).flat();
  if (!isFolder || !only) return named(files);
  return { name: only.name, files: files.map(({ path, file }) => ({ path: path.slice(only.name.length + 1), file })) };
}

function named(files: readonly DroppedFile[]): Dropped {
  return { name: files.length === 1 ? "file" : "files", files };
}

async function filesIn(entry: FileSystemEntry, above: string): Promise<DroppedFile[]> {
  if (entry.name.startsWith(".")) return [];
  const path = `${above}${entry.name}`;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ path, file }];
  }
  const found: DroppedFile[] = [];
  for (const one of await entriesOf(entry as FileSystemDirectoryEntry)) found.push(...(await filesIn(one, `${path}/`)));
  return found;
}

/** A folder gives at most a hundred entries at a time. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const entries: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return entries;
    entries.push(...some);
  }
}
