import { type AssayError, cancelled, fromWire, type WireError } from "../../shared/base/errors.ts";
import type { StartProcess } from "../../shared/base/started-process.ts";

export interface DisposableOptions {
  /** How the process of its own comes to be. */
  readonly startProcess: StartProcess;
  readonly signal?: AbortSignal | undefined;
  /** Killed after so long; without, it may take as long as it needs. */
  readonly timeout?: { readonly ms: number; readonly error: () => AssayError };
  /** What to say where it ended before it answered. */
  readonly ended: (how: string) => AssayError;
  /** What it says before it answers. */
  readonly onNote?: (note: unknown) => void;
}

type Reply = { note: unknown } | { ok: unknown } | { error: WireError };

/** Has a job done in a process of its own, which is killed with its answer, on cancel, or when its time is up. */
export function runDisposable<T>(job: object, options: DisposableOptions): Promise<T> {
  const { startProcess, signal, timeout, ended, onNote } = options;
  if (signal?.aborted) return Promise.reject(cancelled());
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const child = startProcess("disposable");
  const end = (settle: () => void) => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", cancel);
    settle();
    stopHearing();
    stopWatching();
    child.kill();
  };
  const cancel = () => end(() => reject(cancelled()));
  const timer = timeout && setTimeout(() => end(() => reject(timeout.error())), timeout.ms);
  signal?.addEventListener("abort", cancel, { once: true });
  const stopHearing = child.onMessage((message) => {
    const reply = message as Reply;
    if ("note" in reply) onNote?.(reply.note);
    else end(() => ("ok" in reply ? resolve(reply.ok as T) : reject(fromWire(reply.error))));
  });
  const stopWatching = child.onEnd((how) => end(() => reject(ended(how))));
  child.send(job);
  return promise;
}
