import type { AssayClient } from "./connect.ts";
import type { Dropped, DroppedFile } from "./dropped.ts";

interface Options {
  readonly signal: AbortSignal;
  readonly onProgress: (bytes: number, total: number) => void;
}
const atOnce = 3;

/** Sends dropped files to the program and gives the folder they lie in; a failure or a cancel leaves nothing there. */
export async function uploadFiles(
  client: AssayClient,
  dropped: Dropped,
  options: Options,
): Promise<{ upload: string; folder: string }> {
  const { signal, onProgress } = options;
  const bytes = dropped.files.reduce((sum, { file }) => sum + file.size, 0);
  const begin = { name: dropped.name, files: dropped.files.length, bytes };
  const { upload, folder } = await client.call("uploads.begin", begin, { signal });
  const sent = new Map<DroppedFile, number>();
  const tell = (one: DroppedFile, done: number) => {
    sent.set(one, done);
    onProgress(
      [...sent.values()].reduce((sum, part) => sum + part, 0),
      bytes,
    );
  };
  const waiting = [...dropped.files];
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const work = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      const file = one;
      await send(upload, file, either, (done) => tell(file, done));
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, work));
  } catch (error) {
    stop.abort();
    await client.call("uploads.discard", { upload }).catch(() => {});
    throw error;
  }
  return { upload, folder };
}

function send(upload: string, { path, file }: DroppedFile, signal: AbortSignal, onDone: (bytes: number) => void) {
  return new Promise<void>((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch doesn't tell how much of a body has left
    const stop = () => request.abort();
    const fail = (why: string) => reject(new Error(why));
    if (signal.aborted) return fail("Cancelled.");
    signal.addEventListener("abort", stop, { once: true });
    request.upload.onprogress = ({ loaded }) => onDone(Math.min(loaded, file.size));
    request.onload = () => (request.status === 201 ? resolve() : fail(`${path}: ${request.responseText.trim()}`));
    request.onerror = () => fail(`${path} could not be read or sent.`);
    request.onabort = () => fail("Cancelled.");
    request.onloadend = () => signal.removeEventListener("abort", stop);
    request.open("PUT", `/upload?path=${encodeURIComponent(path)}`);
    request.setRequestHeader("X-Assay-Upload", upload);
    request.send(file);
  });
}
