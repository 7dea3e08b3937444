import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { AssayError, toWire } from "../../shared/base/errors.ts";
import type { LogLine, TaskNode } from "../../shared/domain/task.ts";
import { runDisposable } from "../engine/disposable.ts";
import type { LinkRequest, LinkResult } from "../identity/link-files.ts";
import type { LinkJob } from "../identity/link-job.ts";
import type { ForeignJob, ForeignNote } from "../normalise/foreign-job.ts";
import type { PreviewRequest } from "../normalise/preview.ts";
import type { ReadFile, ReadRequest } from "../normalise/read-files.ts";
import type { WithholdRequest } from "../normalise/withhold.ts";
import type { MadeOutputs } from "../run-task.ts";
import { alignProducts } from "../sources/align-products.ts";
import type { Detected } from "../sources/detect.ts";
import { detectParts } from "../sources/detect-parts.ts";
import { listFiles, type Skipped } from "../sources/list-files.ts";
import type { ServiceContext, TaskPlacement } from "./context.ts";

type Asked = Pick<ServiceContext, "startProcess" | "scratchRoot">;
type Distribute<T> = T extends unknown ? Omit<T, "kind" | "scratch" | "memoryBytes" | "threads"> : never;
type Work = (Distribute<ForeignJob> & { readonly kind: "foreign" }) | (Distribute<LinkJob> & { readonly kind: "link" });

interface Doing {
  readonly signal: AbortSignal;
  readonly memoryBytes?: number;
  readonly threads?: number;
  readonly onRows?: ((rows: number) => void) | undefined;
  readonly onLine?: ((line: LogLine) => void) | undefined;
}

/** The reader's process ended before it answered. */
class ReaderEnded extends AssayError {
  readonly file: string | null;

  constructor(file: string | null, how: string) {
    super(
      "bad_input",
      `${file === null ? "The file" : basename(file)} can't be read: its reader ended (${how}).`,
      "It may be damaged, or too much for the memory: export it again, or deliver it in parts.",
    );
    this.file = file;
  }
}

async function inDisposable<T>(ctx: Asked, work: Work, scratch: string, doing: Doing): Promise<T> {
  let file: string | null = null;
  const job = { scratch, memoryBytes: doing.memoryBytes ?? 2e9, threads: doing.threads ?? 2, ...work };
  return runDisposable<T>(job, {
    startProcess: ctx.startProcess,
    signal: doing.signal,
    ended: (how) => new ReaderEnded(file, how),
    onNote: (said) => {
      const note = said as ForeignNote;
      if ("file" in note) file = note.file;
      else if ("line" in note) doing.onLine?.(note.line);
      else doing.onRows?.(note.rows);
    },
  });
}

async function withScratch<T>(ctx: Asked, body: (scratch: string) => Promise<T>): Promise<T> {
  mkdirSync(ctx.scratchRoot, { recursive: true });
  const scratch = mkdtempSync(join(ctx.scratchRoot, "foreign-"));
  try {
    return await body(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const mostCrashes = 20;

interface DetectRequest {
  readonly paths: readonly string[];
  readonly isQuick: boolean;
  /** Files below the paths that aren't asked for. */
  readonly except?: readonly string[] | undefined;
}
interface Recognised {
  readonly files: Detected[];
  readonly skipped: Skipped[];
}

/** Recognises files, many of them in two processes; one that ends its reader is skipped with the reason, or is the error where it
 *  was named itself. */
export async function detectForeign(ctx: Asked, request: DetectRequest, signal: AbortSignal): Promise<Recognised> {
  const { files: listed, skipped } = listFiles(request.paths);
  const except = new Set(request.except);
  const files = listed.filter((path) => !except.has(path));
  if (files.length === 0) return { files: [], skipped };
  const parts = request.isQuick ? [files] : detectParts(files); // of headers alone a second process has too little
  const others = new AbortController();
  const together = { ...ctx, signal: AbortSignal.any([signal, others.signal]), parts: parts.length };
  const found = await Promise.all(
    parts.map((part) => {
      const own = new Set(part);
      const elsewhere = new Set(listed.filter((path) => !own.has(path)));
      return detectPart(together, request, elsewhere);
    }),
  ).catch((error) => {
    others.abort();
    throw error;
  });
  const order = new Map(files.map((path, at) => [path, at]));
  const inOrder = <T extends { path: string }>(some: readonly T[]) =>
    [...some].sort((a, b) => (order.get(a.path) ?? -1) - (order.get(b.path) ?? -1));
  return {
    files: alignProducts(inOrder(found.flatMap((part) => part.files))).map(({ headers: _, ...file }) => file),
    skipped: [...skipped, ...inOrder(found.flatMap((part) => part.skipped.filter(({ path }) => order.has(path))))],
  };
}

/** Recognises what isn't elsewhere. */
async function detectPart(
  ctx: Asked & { readonly signal: AbortSignal; readonly parts: number },
  { paths, isQuick }: DetectRequest,
  elsewhere: ReadonlySet<string>,
): Promise<Recognised> {
  const { signal, parts } = ctx;
  const limits = { signal, memoryBytes: Math.floor(2e9 / parts), threads: 1 }; // a second one mostly waits, and that busily
  const left = [...elsewhere].map((path) => ({ path, reason: "" }));
  const without: Skipped[] = [];
  for (;;) {
    try {
      const work = {
        kind: "foreign" as const,
        work: "detect" as const,
        paths,
        isQuick,
        without: [...without, ...left],
      };
      const found = await withScratch(ctx, (scratch) => inDisposable<Recognised>(ctx, work, scratch, limits));
      return { ...found, skipped: found.skipped.filter(({ path }) => !elsewhere.has(path)) };
    } catch (error) {
      if (!(error instanceof ReaderEnded) || error.file === null) throw error;
      if (paths.includes(error.file) || without.length >= mostCrashes) throw error;
      without.push({ path: error.file, reason: toWire(error).message });
    }
  }
}

export function readForeign(
  ctx: Asked,
  request: Omit<ReadRequest, "scratch" | "signal" | "onFile">,
  signal: AbortSignal,
): Promise<{ files: ReadFile[] }> {
  return withScratch(ctx, (scratch) =>
    inDisposable(ctx, { kind: "foreign", work: "read", request }, scratch, { signal }),
  );
}

export function previewForeign(
  ctx: Asked,
  request: Omit<PreviewRequest, "scratch" | "signal">,
  signal: AbortSignal,
): Promise<object> {
  return withScratch(ctx, (scratch) =>
    inDisposable(ctx, { kind: "foreign", work: "preview", request }, scratch, { signal }),
  );
}

/** Writes files again without the rows of erased people, where they hold any; gives how many each held. */
export function withholdForeign(
  ctx: Asked,
  requests: readonly WithholdRequest[],
  signal: AbortSignal,
): Promise<{ rows: number[] }> {
  return withScratch(
    ctx,
    (scratch) => inDisposable(ctx, { kind: "foreign", work: "withhold", requests }, scratch, { signal, threads: 1 }), // as above: files are small
  );
}

/** Resolves the people of files. */
export function linkForeign(ctx: Asked, request: LinkRequest, signal: AbortSignal): Promise<LinkResult> {
  return withScratch(ctx, (scratch) => inDisposable(ctx, { kind: "link", request }, scratch, { signal }));
}

/** Makes a delivery's outputs in a process of its own and has them published by `publish`. */
export function makeForeign<T>(
  ctx: Asked,
  node: TaskNode,
  { options, publish }: { options: TaskPlacement; publish: (made: MadeOutputs) => Promise<T> },
): Promise<T> {
  const { brandDir, memoryBytes, threads, signal, onRows, onLine } = options;
  const began = performance.now();
  return withScratch(ctx, async (scratch) => {
    const work = { kind: "foreign" as const, work: "normalise" as const, brandDir, node };
    const doing = { signal, memoryBytes, threads, onRows, onLine };
    const made = await inDisposable<Pick<MadeOutputs, "outputs" | "usage">>(ctx, work, scratch, doing);
    return publish({ ...made, seconds: (performance.now() - began) / 1000 });
  });
}
