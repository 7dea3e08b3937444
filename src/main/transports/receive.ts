import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Core } from "../core.ts";

const silentMs = 60_000;

/** Writes a request's body as one file of an upload, whole or not at all. */
export async function receiveFile(
  request: IncomingMessage,
  target: ReturnType<Core["uploadTarget"]>,
): Promise<{ bytes: number }> {
  const part = `${target.path}.part`;
  let bytes = 0;
  request.setTimeout(silentMs, () => request.destroy(new Error("Nothing came for a while.")));
  await mkdir(dirname(target.path), { recursive: true });
  try {
    await pipeline(
      request,
      async function* count(chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          target.take(chunk.byteLength);
          bytes += chunk.byteLength;
          yield chunk;
        }
      },
      createWriteStream(part, { flags: "wx", mode: 0o600 }),
    );
    await rename(part, target.path);
    return { bytes };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") await rm(part, { force: true });
    throw error;
  }
}
