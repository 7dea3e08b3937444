import { dirname } from "node:path";
import type { LogLine, TaskNode, TaskUsage } from "../../shared/domain/task.ts";
import { landedPath } from "../engine/artifact-store.ts";
import { openSession } from "../engine/duckdb.ts";
import { makePath } from "../engine/make-path.ts";
import { createTaskContext, type TaskOutputFile } from "../engine/task-context.ts";
import { TaskRecorder } from "../engine/task-recorder.ts";
import { listFiles, type Skipped } from "../sources/list-files.ts";
import type { PreviewRequest } from "./preview.ts";
import type { ReadRequest } from "./read-files.ts";
import type { WithholdRequest } from "./withhold.ts";

interface Place {
  readonly kind: "foreign";
  /** The folder that it works in. */
  readonly scratch: string;
  readonly memoryBytes: number;
  readonly threads: number;
}
/** What is to be done with files that come from outside, in a process that can read these files and write nowhere else. */
export type ForeignJob =
  | (Place & {
      readonly work: "detect";
      readonly paths: readonly string[];
      readonly isQuick: boolean;
      readonly without: readonly Skipped[];
    })
  | (Place & { readonly work: "read"; readonly request: Omit<ReadRequest, "scratch" | "signal" | "onFile"> })
  | (Place & { readonly work: "preview"; readonly request: Omit<PreviewRequest, "scratch" | "signal"> })
  | (Place & { readonly work: "withhold"; readonly requests: readonly WithholdRequest[] })
  | (Place & { readonly work: "normalise"; readonly brandDir: string; readonly node: TaskNode });

/** A file that it turns to, how many rows are done, or a line of its log. */
export type ForeignNote = { readonly file: string } | { readonly rows: number } | { readonly line: LogLine };

/** Does what it is asked; only what that needs is loaded. */
export async function runForeignJob(job: ForeignJob, note: (note: ForeignNote) => void): Promise<object> {
  const { scratch } = job;
  const { signal } = new AbortController(); // it is killed, not asked
  const onFile = (file: string) => note({ file });
  const open =
    (files: readonly string[], folders: readonly string[] = []) =>
    () =>
      openSession({
        ...{ memoryLimit: job.memoryBytes, threads: job.threads, scratch },
        ...{ lockedTo: files, worksIn: [scratch, ...folders] },
      });
  switch (job.work) {
    case "detect": {
      const { paths, isQuick, without } = job;
      const { files } = listFiles(paths);
      const { detectFiles } = await import("../sources/detect.ts");
      return detectFiles(open(files), paths, { scratch, signal, isQuick, without, onFile });
    }
    case "read": {
      const { out, paths } = job.request;
      const folder = /\.(csv|parquet)$/i.test(out) ? dirname(out) : out;
      makePath(folder);
      const { readFiles } = await import("./read-files.ts");
      return readFiles(open(paths, [folder]), { ...job.request, scratch, signal, onFile });
    }
    case "preview": {
      onFile(job.request.path);
      const session = await open([job.request.path])();
      const { previewFile } = await import("./preview.ts");
      return previewFile(session, { ...job.request, scratch, signal });
    }
    case "withhold": {
      const rows: number[] = [];
      const { withholdRows } = await import("./withhold.ts");
      for (const request of job.requests) {
        onFile(request.path);
        const session = await open([request.path], [dirname(request.out)])();
        try {
          rows.push((await withholdRows(session, request, { scratch, signal })).rows);
        } finally {
          session.close();
        }
      }
      return { rows };
    }
    case "normalise":
      return normaliseDelivery(job, note);
  }
}

async function normaliseDelivery(
  { brandDir, node, scratch, memoryBytes, threads }: Extract<ForeignJob, { work: "normalise" }>,
  note: (note: ForeignNote) => void,
): Promise<{ outputs: readonly TaskOutputFile[]; usage: TaskUsage }> {
  const { files } = node.subject as unknown as { files: { name: string; landed: string; sha256: string }[] };
  const lockedTo = files.map(({ landed, sha256 }) => landedPath(brandDir, landed, sha256));
  const { normalise } = await import("./normalise-step.ts");
  const recorder = new TaskRecorder((line) => note({ line }));
  const limits = { memoryLimit: memoryBytes, threads, scratch };
  const session = await openSession({ ...limits, lockedTo, worksIn: [scratch], watch: recorder });
  const { signal } = new AbortController();
  const { step, finish } = createTaskContext({
    ...{ node, step: normalise, session, scratch, brandDir, signal, threads, memoryBytes, recorder },
    onRows: (rows) => note({ rows }),
    onFile: (landed) => note({ file: files.find((file) => file.landed === landed)?.name ?? landed }),
  });
  await normalise.run(step);
  const outputs = finish();
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const own = { cpu_seconds: (userCPUTime + systemCPUTime) / 1e6, peak_bytes: maxRSS * 1024 };
  return { outputs, usage: { ...recorder.usage(), ...own } };
}
