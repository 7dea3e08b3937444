import { Worker } from "node:worker_threads";
import { AssayError, fromWire, type WireError } from "../../shared/base/errors.ts";
import type { StoreOperation, StoreOperations, StoreRequest } from "./operations.ts";

type Reply = { readonly id: number; readonly ok?: unknown; readonly error?: WireError };
interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Asks the one thread that owns the file; a thread that ended is replaced at the next question. */
export class StoreLink {
  readonly #path: string;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #lastId = 0;
  #closed = false;

  constructor(path: string) {
    this.#path = path;
  }

  ask<N extends StoreOperation>(
    name: N,
    ...given: Parameters<StoreOperations[N]>
  ): Promise<ReturnType<StoreOperations[N]>> {
    if (this.#closed) return Promise.reject(ended());
    return this.#send(name, given) as Promise<ReturnType<StoreOperations[N]>>;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const worker = this.#worker;
    if (!worker) return;
    await this.#send("close", []).catch(() => {});
    await worker.terminate();
  }

  #send(name: StoreRequest["name"], given: readonly unknown[]): Promise<unknown> {
    const worker = this.#started();
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ id, name, arguments: given } satisfies StoreRequest);
    });
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
    const worker = new Worker(new URL(`./store-thread${extension}`, import.meta.url), {
      workerData: { path: this.#path },
    });
    worker.on("message", ({ id, ok, error }: Reply) => {
      const asked = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) worker.unref(); // an idle store keeps no process alive
      if (error) asked?.reject(fromWire(error));
      else asked?.resolve(ok);
    });
    const end = (cause?: unknown) => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      for (const asked of this.#waiting.values()) asked.reject(ended(cause));
      this.#waiting.clear();
    };
    worker.once("error", end);
    worker.once("exit", () => end());
    this.#worker = worker;
    return worker;
  }
}

function ended(cause?: unknown): AssayError {
  return new AssayError("unavailable", "The local store is closed.", "Start the program again.", {}, { cause });
}
