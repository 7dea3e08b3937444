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

/** What the program itself holds beside its tasks, in bytes: two processes with their code, what is being committed, and what allocators
 *  keep of what was freed. */
const ownBytes = 600e6;
/** The least that a task does with, in bytes. */
const leastTaskBytes = 400e6;
/** The part of a task's memory that queries may count: they hold up to as much again that nobody counts, and models their columns in the
 *  program's heap. */
const countedShare = 0.5;

/** What a task holds where customers are many, models' columns included, in bytes. */
const largeTaskBytes = 900e6;

/** So many workers as the memory holds tasks for, at least one: large ones where somebody named the amount. Throws `bad_input` where it
 *  holds none. */
export function workersWithin(workers: number, memoryBytes: number, isNamed: boolean): number {
  const room = Math.max(
    isNamed ? 1 : 0,
    Math.floor((memoryBytes - ownBytes) / (isNamed ? largeTaskBytes : leastTaskBytes)),
  );
  if (room < 1 || memoryBytes < ownBytes + leastTaskBytes)
    throw new AssayError(
      "bad_input",
      `${memoryBytes / 1e9} GB are too little memory.`,
      "Give it 1GB or more; 2GB are better.",
    );
  return Math.min(workers, room);
}

/** What one of so many tasks may give to queries, in bytes: what a run may take without what the program and its heap hold. */
export function queryBytes(memoryBytes: number, workers: number): number {
  const task = Math.max(leastTaskBytes, (memoryBytes - ownBytes) / workers);
  return Math.floor(countedShare * task);
}
