import type { EngineContract } from "../../shared/api/engine.ts";
import type { Handlers } from "../../shared/api/serve.ts";
import { previewFile } from "../normalise/preview.ts";
import { readFiles } from "../normalise/read-files.ts";
import { makeDemo } from "../sources/demo/demo.ts";
import { detectFiles } from "../sources/detect.ts";
import { type ServiceContext, withSession } from "./context.ts";

type Names = "sources.detect" | "sources.read" | "sources.preview" | "demo.make";

export const sourceHandlers: Pick<Handlers<EngineContract, ServiceContext>, Names> = {
  "sources.detect": ({ paths, isQuick }, { ctx, signal }) =>
    withSession(ctx, signal, async ({ session, scratch }) => {
      const found = await detectFiles(session, paths, {
        scratch,
        signal,
        ...(isQuick === undefined ? {} : { isQuick }),
      });
      return { files: found.files as unknown as Record<string, unknown>[], skipped: found.skipped };
    }),
  "sources.read": (input, { ctx, signal }) =>
    withSession(ctx, signal, ({ session, scratch }) => readFiles(session, { ...input, scratch, signal })),
  "sources.preview": (input, { ctx, signal }) =>
    withSession(ctx, signal, async ({ session, scratch }) =>
      previewFile(await session(), { ...(input as unknown as Parameters<typeof previewFile>[1]), scratch, signal }),
    ),
  "demo.make": async ({ path, customers, seed }, { signal, progress }) =>
    makeDemo(path, {
      ...(customers === undefined ? {} : { customers }),
      ...(seed === undefined ? {} : { seed }),
      signal,
      onProgress: (done: number, total: number) =>
        progress({ done, total, label: "Making the demo retailer's exports" }),
    }),
};
