import type { StartedProcess, StartProcess } from "../../shared/base/started-process.ts";
import { forkProcess } from "../../workers/fork.ts";

/** What a look at a workspace's directory came to. */
export type ShareLook =
  | { readonly state: "answers"; readonly workspace_id: string }
  | { readonly state: "gone"; readonly why: string }
  | { readonly state: "silent"; readonly why: string };

export interface WatchOptions {
  readonly startProcess?: StartProcess | undefined;
  readonly path: string;
  readonly everyMs: number;
  /** A look that takes longer is taken for a share that hangs. */
  readonly silentMs?: number | undefined;
  readonly onLook: (look: ShareLook) => void;
}

type Note = { looks?: true; found?: boolean; workspace_id?: string; code?: string };

const defaultSilentMs = 8_000;
const startMs = 20_000;

/** Looks at a directory from a process of its own: one that hangs on it is replaced. Gives how to stop. */
export function watchShare({
  startProcess = forkProcess,
  path,
  everyMs,
  silentMs = defaultSilentMs,
  onLook,
}: WatchOptions): () => void {
  let child: StartedProcess | undefined;
  let isOver = false;
  let late: ReturnType<typeof setTimeout> | undefined;
  const expect = (ms: number, then: () => void) => {
    clearTimeout(late);
    late = setTimeout(then, ms);
    late.unref();
  };
  const end = () => {
    clearTimeout(late);
    const ending = child;
    child = undefined;
    ending?.kill();
  };
  const hang = () => {
    end();
    onLook({ state: "silent", why: `it has not answered for ${Math.round(silentMs / 1000)} s` });
    if (!isOver) expect(everyMs, start);
  };
  function start(): void {
    const own = startProcess("disposable");
    child = own;
    expect(startMs, hang);
    own.onMessage((message) => {
      if (child !== own) return;
      const { note } = message as { note?: Note };
      if (note?.looks) return expect(silentMs, hang);
      if (note?.found === undefined) return;
      expect(everyMs + startMs, hang);
      onLook(
        note.found
          ? { state: "answers", workspace_id: note.workspace_id ?? "" }
          : { state: "gone", why: `no workspace is there, ${note.code}` },
      );
    });
    own.onEnd(() => {
      if (child !== own) return;
      child = undefined;
      if (!isOver) expect(everyMs, start);
    });
    own.send({ kind: "watch", path, everyMs });
  }
  start();
  return () => {
    isOver = true;
    end();
  };
}

/** One look. */
export function lookAtShare(options: Omit<WatchOptions, "onLook" | "everyMs">): Promise<ShareLook> {
  return new Promise((resolve) => {
    const stop = watchShare({
      ...options,
      everyMs: startMs,
      onLook: (look) => {
        setImmediate(() => stop());
        resolve(look);
      },
    });
  });
}
