import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

type Call = (...args: unknown[]) => unknown;

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
  copyFileSync: 4,
  rmSync: 2,
};
/** Those of `fs.promises`, and of the handle that its `open` gives. */
const laterTrips: Readonly<Record<string, number>> = { open: 1, stat: 1, readFile: 3, readdir: 2, access: 1 };
const handleTrips: Readonly<Record<string, number>> = { readFile: 1, read: 1, sync: 1, close: 1 };

export interface ShareCalls {
  /** Calls on files below the folder, by name. */
  readonly calls: ReadonlyMap<string, number>;
  roundTrips(): number;
  /** Milliseconds that the calls waited. */
  waitedMs(): number;
  stop(): void;
}

/** Counts this thread's calls on files below a folder; each round trip may take so many milliseconds more. */
export function watchShareCalls(folder: string, tripMs = 0, onCall = (_told: ShareCalls): void => {}): ShareCalls {
  const calls = new Map<string, number>();
  const open = new Set<unknown>();
  const module = fs as unknown as Record<string, Call>;
  const later = fs.promises as unknown as Record<string, Call>;
  const before = new Map(Object.keys(trips).map((name) => [name, module[name]]));
  const laterBefore = new Map(Object.keys(laterTrips).map((name) => [name, later[name]]));
  let [all, waited, depth] = [0, 0, 0];
  const pause = new Int32Array(new SharedArrayBuffer(4));
  const note = (name: string, cost: number) => {
    calls.set(name, (calls.get(name) ?? 0) + 1);
    all += cost;
    onCall(told);
  };
  const block = (cost: number) => {
    if (tripMs === 0 || cost === 0) return;
    const from = performance.now();
    Atomics.wait(pause, 0, 0, tripMs * cost);
    waited += performance.now() - from;
  };
  const wait = (cost: number) => new Promise((resolve) => setTimeout(resolve, tripMs * cost));
  const isBelow = (path: unknown) => String(path).startsWith(folder);

  for (const [name, call] of before) {
    if (!call) continue;
    module[name] = (...args) => {
      const [first] = args;
      const isOurs = depth === 0 && (typeof first === "number" ? open.has(first) : isBelow(first) || isBelow(args[1]));
      depth++;
      let cost = 1; // a name that isn't there
      try {
        const result = call(...args);
        cost = name === "mkdirSync" ? tripsOfFolders(args, result) : (trips[name] ?? 1);
        if (isOurs && name === "openSync") open.add(result);
        if (isOurs && name === "closeSync") open.delete(first);
        return result;
      } finally {
        depth--;
        if (isOurs) {
          note(name, cost);
          block(cost);
        }
      }
    };
  }
  for (const [name, call] of laterBefore) {
    if (!call) continue;
    later[name] = async (...args) => {
      if (!isBelow(args[0])) return call(...args);
      note(`promises.${name}`, laterTrips[name] ?? 1);
      if (tripMs > 0) await wait(laterTrips[name] ?? 1);
      const result = await call(...args);
      if (name === "open") for (const method of Object.keys(handleTrips)) slow(result as Record<string, Call>, method);
      return result;
    };
  }
  function slow(handle: Record<string, Call>, method: string): void {
    const call = handle[method]?.bind(handle);
    if (!call) return;
    handle[method] = async (...args: unknown[]) => {
      note(`handle.${method}`, handleTrips[method] ?? 1);
      if (tripMs > 0) await wait(handleTrips[method] ?? 1);
      return call(...args);
    };
  }
  const told: ShareCalls = {
    calls,
    roundTrips: () => all,
    waitedMs: () => waited,
    stop: () => {
      for (const [name, call] of before) if (call) module[name] = call;
      for (const [name, call] of laterBefore) if (call) later[name] = call;
      syncBuiltinESMExports();
    },
  };
  syncBuiltinESMExports();
  return told;
}

/** Of the names in a path that weren't there each was tried, and all but the last once more. */
function tripsOfFolders([path, options]: unknown[], topmost: unknown): number {
  const isRecursive = typeof options === "object" && options !== null && "recursive" in options && options.recursive;
  if (!isRecursive) return 1;
  if (typeof topmost !== "string") return 2; // made in vain, and looked at
  const missing = String(path).slice(topmost.length).split("/").filter(Boolean).length + 1;
  return 2 * missing - 1;
}
