import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/** Round trips of a call on NFS as a client makes them at worst: what a write leaves to the sync and a size that it has just got are free. */
const trips: Readonly<Record<string, number>> = {
  openSync: 1,
  closeSync: 1,
  readSync: 1,
  writeSync: 0,
  fsyncSync: 1,
  fstatSync: 0,
  statSync: 1,
  lstatSync: 1,
  existsSync: 1,
  linkSync: 1,
  unlinkSync: 1,
  renameSync: 1,
  mkdirSync: 1,
  readdirSync: 2,
  readFileSync: 3,
  writeFileSync: 3,
  rmSync: 2,
};

export interface ShareCalls {
  /** Calls on files below the folder, by name. */
  readonly calls: ReadonlyMap<string, number>;
  roundTrips(): number;
  /** Milliseconds that the calls waited. */
  waitedMs(): number;
  stop(): void;
}

/** Counts this thread's calls on files below a folder; each round trip may take so many milliseconds more. */
export function watchShareCalls(folder: string, tripMs = 0): ShareCalls {
  const calls = new Map<string, number>();
  const open = new Set<unknown>();
  const module = fs as unknown as Record<string, (...args: unknown[]) => unknown>;
  const before = new Map(Object.keys(trips).map((name) => [name, module[name]]));
  let [all, waited, depth] = [0, 0, 0];
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (const [name, call] of before) {
    if (!call) continue;
    module[name] = (...args) => {
      const [first] = args;
      const isOurs = depth === 0 && (typeof first === "number" ? open.has(first) : String(first).startsWith(folder));
      if (isOurs) {
        calls.set(name, (calls.get(name) ?? 0) + 1);
        all += trips[name] ?? 1;
        if (tripMs > 0 && (trips[name] ?? 1) > 0) {
          const from = performance.now();
          Atomics.wait(pause, 0, 0, tripMs * (trips[name] ?? 1));
          waited += performance.now() - from;
        }
      }
      depth++;
      try {
        const result = call(...args);
        if (isOurs && name === "openSync") open.add(result);
        if (isOurs && name === "closeSync") open.delete(first);
        return result;
      } finally {
        depth--;
      }
    };
  }
  syncBuiltinESMExports();
  return {
    calls,
    roundTrips: () => all,
    waitedMs: () => waited,
    stop: () => {
      for (const [name, call] of before) if (call) module[name] = call;
      syncBuiltinESMExports();
    },
  };
}
