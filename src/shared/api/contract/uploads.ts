import { z } from "zod";
import { call, count, done } from "../operation.ts";

/** Files that are dropped on the browser shell: their bytes go to /upload, one request a file, into a folder of this machine. */
export const uploadOperations = {
  "uploads.begin": call({
    input: z.object({ name: z.string().min(1).max(200), files: count.min(1).max(20_000), bytes: count }),
    output: z.object({ upload: z.string(), folder: z.string() }),
  }),
  "uploads.discard": call({ input: z.object({ upload: z.string() }), output: done }),
};
