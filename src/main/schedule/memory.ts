import { availableParallelism, totalmem } from "node:os";
import { AssayError } from "../../shared/base/errors.ts";

const units: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
};

/** "8GB", "512 MiB", "1000000": bytes. */
export function parseBytes(text: string): number {
  const parts = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text);
  const unit = units[(parts?.[2] ?? "").toUpperCase()];
  if (!parts || unit === undefined || Number(parts[1]) <= 0) {
    throw new AssayError("bad_input", `“${text}” is no amount of memory.`, "Write it like 8GB or 512MB.");
  }
  return Math.round(Number(parts[1]) * unit);
}

/** What a run takes unless told otherwise: a worker a core, half of the machine's memory. */
export function machineDefaults(): { workers: number; memoryBytes: number } {
  return {
    workers: Math.max(1, Math.min(16, availableParallelism())),
    memoryBytes: Math.max(1e9, Math.floor(totalmem() * 0.5)),
  };
}
