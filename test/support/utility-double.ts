import { EventEmitter } from "node:events";
import type { UtilityProcess, utilityProcess } from "electron";

/** Electron's utilityProcess without Electron: what is forked is kept, and its life is played by the test. */
export function createUtility() {
  const forked: { path: string; options: Parameters<(typeof utilityProcess)["fork"]>[2]; child: Double }[] = [];
  const fork = (path: string, _arguments?: string[], options?: Parameters<(typeof utilityProcess)["fork"]>[2]) => {
    const child = new Double();
    forked.push({ path, options, child });
    return child as unknown as UtilityProcess;
  };
  return { fork: fork as (typeof utilityProcess)["fork"], forked };
}

class Double extends EventEmitter {
  readonly pid = undefined;
  readonly stdout = new EventEmitter();
  readonly stderr = null;
  readonly sent: unknown[] = [];
  postMessage(message: unknown): void {
    this.sent.push(structuredClone(message));
  }
  kill(): boolean {
    queueMicrotask(() => this.emit("exit", 15));
    return true;
  }
}
