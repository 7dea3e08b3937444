import { dirname } from "node:path";
import { openSession } from "../engine/duckdb.ts";
import { makePath } from "../engine/make-path.ts";
import { type LinkRequest, type LinkResult, linkFiles } from "./link-files.ts";

/** Files of people to be resolved, in a process that can read these and write beside the result only. */
export interface LinkJob {
  readonly kind: "link";
  readonly scratch: string;
  readonly memoryBytes: number;
  readonly threads: number;
  readonly request: LinkRequest;
}

export async function runLinkJob(job: LinkJob, note: (note: { file: string }) => void): Promise<LinkResult> {
  const { request, scratch, memoryBytes: memoryLimit, threads } = job;
  const { signal } = new AbortController(); // it is killed, not asked
  makePath(dirname(request.out));
  const worksIn = [scratch, dirname(request.out)];
  const open = () => openSession({ memoryLimit, threads, scratch, lockedTo: request.paths, worksIn });
  return linkFiles(open, request, { scratch, signal, onFile: (file) => note({ file }) });
}
