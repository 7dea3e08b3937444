import { useSyncExternalStore } from "react";

/** What was just done, and how it is taken back. */
export interface Undoable {
  readonly said: string;
  readonly undo: () => Promise<unknown>;
}

let last: Undoable | null = null;
const listeners = new Set<() => void>();

function set(next: Undoable | null): void {
  last = next;
  for (const listener of listeners) listener();
}

/** Offers to take back what was just done; the next thing that is done takes its place. */
export function offerUndo(said: string, undo: () => Promise<unknown>): void {
  set({ said, undo });
}

export function dismissUndo(): void {
  set(null);
}

export function useUndoable(): Undoable | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => last,
  );
}
