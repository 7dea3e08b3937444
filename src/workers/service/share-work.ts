import { type Artifact, type ArtifactRequest, publishFiles, publishRecord } from "../engine/artifact-store.ts";
import { finishTask, prepareTask } from "../engine/commit.ts";
import { layOutTable } from "./lay-out.ts";

/** What waits for the share and for little else: done in threads of its own, beside those that compute. */
export const shareWork = {
  prepare: prepareTask,
  stage: ({ brandDir, request }: { readonly brandDir: string; readonly request: ArtifactRequest }) =>
    publishFiles(brandDir, request),
  seal: (staged: Parameters<typeof publishRecord>[0]): Artifact => publishRecord(staged),
  finish: finishTask,
  layOut: layOutTable,
};

type Work = typeof shareWork;
export type ShareWork = {
  readonly [N in keyof Work]: (input: Parameters<Work[N]>[0]) => Promise<ReturnType<Work[N]>>;
};

/** In this very thread. */
export const shareHere: ShareWork = {
  prepare: async (input) => shareWork.prepare(input),
  stage: async (input) => shareWork.stage(input),
  seal: async (input) => shareWork.seal(input),
  finish: async (input) => shareWork.finish(input),
  layOut: async (input) => shareWork.layOut(input),
};

/** By whoever takes a piece of work by its name. */
export function shareBy(call: (name: string, input: object) => Promise<unknown>): ShareWork {
  return {
    prepare: (input) => call("prepare", input) as ReturnType<ShareWork["prepare"]>,
    stage: (input) => call("stage", input) as ReturnType<ShareWork["stage"]>,
    seal: (input) => call("seal", input) as ReturnType<ShareWork["seal"]>,
    finish: (input) => call("finish", input) as ReturnType<ShareWork["finish"]>,
    layOut: (input) => call("layOut", input) as ReturnType<ShareWork["layOut"]>,
  };
}
