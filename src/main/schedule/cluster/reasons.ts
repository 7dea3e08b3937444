import { AssayError, fromWire, toWire, type WireError } from "../../../shared/base/errors.ts";

/** Why a job failed, as text that the broker keeps: code and words of the program's own error, without details of the machine. */
export function reasonOf(error: unknown): string {
  const { code, message, hint, details } = toWire(error);
  const kept = Object.fromEntries(
    ["key", "ended", "short"].flatMap((name) => (name in details ? [[name, details[name]]] : [])),
  );
  return JSON.stringify({ code, message, hint, details: kept } satisfies WireError);
}

export function errorOf(reason: string): AssayError {
  try {
    const wire = JSON.parse(reason) as WireError;
    if (typeof wire.code === "string" && typeof wire.message === "string") return fromWire(wire);
  } catch {
    // the broker's own words
  }
  return new AssayError("internal", `The agent's task failed: ${reason.slice(0, 200)}`, "See the agent's log.");
}

/** Its agent vanished with it, and the one after that too. */
export function wasLostTwice(reason: string): boolean {
  return reason.includes("stalled more than allowable limit");
}

/** The share did not answer the one who asked, which says nothing of what was asked. */
export function isShareSilent(error: unknown): error is AssayError {
  return error instanceof AssayError && error.code === "unavailable" && error.details["silent"] === "share";
}

/** It had too little memory beside others: with all of it, it may do. */
export function wasShortOfMemory(error: unknown): boolean {
  return error instanceof AssayError && error.details["short"] === "memory";
}

/** The process that worked on it is gone: the task may be to blame, or another one beside it. */
export function endedItsWorker(error: unknown): boolean {
  return error instanceof AssayError && error.details["ended"] === true;
}
