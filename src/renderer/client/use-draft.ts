import { useState } from "react";

const kept = new Map<string, unknown>();

/** What is filled into a form and not sent yet: it stands as it was left when somebody comes back to it, until it is sent. */
export function useDraft<T>(key: string, initial: T): readonly [T, (next: T) => void, () => void] {
  const [value, setValue] = useState(() => (kept.has(key) ? (kept.get(key) as T) : initial));
  const set = (next: T) => {
    kept.set(key, next);
    setValue(next);
  };
  return [value, set, () => kept.delete(key)];
}
