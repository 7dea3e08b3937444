import { parentPort, workerData } from "node:worker_threads";
import { toWire } from "../../shared/base/errors.ts";
import { type Database, fileIdentity, isDamage, openDatabase, setAside, storeError } from "./database.ts";
import { type StoreOperations, type StoreRequest, storeOperations } from "./operations.ts";

const { path } = workerData as { path: string };
let held: { db: Database; file: string; operations: StoreOperations } | undefined;

/** The open file, opened again where it was deleted or replaced since. */
function operations(): StoreOperations {
  if (held && held.file !== fileIdentity(path)) close();
  if (!held) {
    const db = openDatabase(path);
    held = { db, file: fileIdentity(path), operations: storeOperations(db) };
  }
  return held.operations;
}

function close(): void {
  held?.db.close();
  held = undefined;
}

function perform({ name, arguments: given }: StoreRequest): unknown {
  if (name === "close") return close();
  const run = () => (operations()[name] as (...args: readonly unknown[]) => unknown)(...given);
  try {
    return run();
  } catch (error) {
    if (!isDamage(error)) throw error;
    close();
    setAside(path);
    return run();
  }
}

parentPort?.on("message", (request: StoreRequest) => {
  try {
    parentPort?.postMessage({ id: request.id, ok: perform(request) });
  } catch (error) {
    parentPort?.postMessage({ id: request.id, error: toWire(storeError(error, path)) });
  }
});
