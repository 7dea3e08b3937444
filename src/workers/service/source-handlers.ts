import type { EngineContract } from "../../shared/api/engine.ts";
import type { Handlers } from "../../shared/api/serve.ts";
import { makePath } from "../engine/make-path.ts";
import { makeDemo } from "../sources/demo/demo.ts";
import { fileStamp, listFiles } from "../sources/list-files.ts";
import type { ServiceContext } from "./context.ts";
import { detectForeign, linkForeign, previewForeign, readForeign } from "./foreign.ts";

type Names = "sources.list" | "sources.detect" | "sources.read" | "sources.preview" | "identity.link" | "demo.make";

export const sourceHandlers: Pick<Handlers<EngineContract, ServiceContext>, Names> = {
  "sources.list": async ({ paths }) => {
    const { files, skipped } = listFiles(paths);
    return { files: files.map((path) => ({ path, stamp: fileStamp(path) })), skipped };
  },
  "sources.detect": async ({ paths, isQuick = false, except }, { ctx, signal }) => {
    const found = await detectForeign(ctx, { paths, isQuick, except }, signal);
    return { files: found.files as unknown as Record<string, unknown>[], skipped: found.skipped };
  },
  "sources.read": (input, { ctx, signal }) => readForeign(ctx, input, signal),
  "sources.preview": (input, { ctx, signal }) =>
    previewForeign(ctx, input as unknown as Parameters<typeof previewForeign>[1], signal),
  "identity.link": (input, { ctx, signal }) => linkForeign(ctx, input, signal),
  "demo.make": async ({ path, customers, seed }, { signal, progress }) => {
    makePath(path);
    return makeDemo(path, {
      ...(customers === undefined ? {} : { customers }),
      ...(seed === undefined ? {} : { seed }),
      signal,
      onProgress: (done: number, total: number) =>
        progress({ done, total, label: "Making the demo retailer's exports" }),
    });
  },
};
