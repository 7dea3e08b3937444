import type { AssayContract } from "../../shared/api/contract.ts";
import type { InputOf, ProgressOf } from "../../shared/api/operation.ts";
import type { AssayClient } from "./connect.ts";

interface Options {
  /** What the file is called where the person is asked. */
  readonly name: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ProgressOf<AssayContract["segments.export"]>) => void;
}

/** Writes a list: on the desktop where the system's dialog says (null where it is closed), in the browser as a download. */
export async function saveExport(
  client: AssayClient,
  input: InputOf<AssayContract["segments.export"]>,
  { name, signal, onProgress }: Options,
): Promise<{ path: string; rows: number } | null> {
  const desktop = window.assay;
  if (desktop) {
    const out = await desktop.chooseSavePath(name);
    if (out === null) return null;
    return client.stream("segments.export", { ...input, out }, { signal, onProgress });
  }
  const written = await client.stream("segments.export", input, { signal, onProgress });
  download(written.path);
  return written;
}

/** Has the browser save a file that the program wrote. */
export function download(path: string): void {
  const link = document.createElement("a");
  link.href = `/download?path=${encodeURIComponent(path)}`;
  link.download = "";
  link.click();
}
