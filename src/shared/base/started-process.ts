/** The program's own processes, by what they are for. */
export type ProcessName = "engine" | "disposable";

/** A process of the program's own, whatever started it; messages are JSON-safe. */
export interface StartedProcess {
  /** Undefined before it has begun and after it has ended. */
  pid(): number | undefined;
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): () => void;
  /** Once, with a word on how it ended; also where it never came to be. */
  onEnd(listener: (how: string) => void): () => void;
  /** Asks it to end in good order. */
  end(): void;
  kill(): void;
}
export type StartProcess = (name: ProcessName) => StartedProcess;

/** Megabytes that the JavaScript of a disposable process may take. */
export const disposableHeap = 1024;

/** All that a disposable process sees of the environment. */
export function disposableEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const given = ["SystemRoot", "NODE_COMPILE_CACHE"].filter((name) => env[name]);
  return { PATH: env["PATH"], TZ: "UTC", ...Object.fromEntries(given.map((name) => [name, env[name]])) };
}
export function engineEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return { ...env, UV_THREADPOOL_SIZE: "16" };
}

/** Where a process may not start others it asks its parent to: messages of these shapes pass between the two, beside others. */
export type RelayRequest =
  | { readonly child: number; readonly start: ProcessName }
  | { readonly child: number; readonly send: unknown }
  | { readonly child: number; readonly kill: true };
export type RelayAnswer =
  | { readonly child: number; readonly message: unknown }
  | { readonly child: number; readonly ended: string };
