import { useEffect, useRef, useState } from "react";
import type { Doing } from "../components/Working.tsx";

type Failed = Error & { hint?: string };
type Body = (signal: AbortSignal, onProgress: (doing: Doing) => void) => Promise<void>;

/** One long piece of work at a time: its progress, its failure, and the way to stop it; leaving the screen stops it too. */
export function useWork(): {
  doing: Doing | null;
  error: Failed | null;
  start: (label: string, body: Body) => Promise<void>;
  cancel: () => void;
} {
  const [doing, setDoing] = useState<Doing | null>(null);
  const [error, setError] = useState<Failed | null>(null);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const start = async (label: string, body: Body) => {
    const own = new AbortController();
    stop.current = own;
    setError(null);
    setDoing({ label, done: 0, total: null });
    try {
      await body(own.signal, setDoing);
    } catch (reason) {
      if (!own.signal.aborted) setError(reason as Failed);
    } finally {
      setDoing(null);
    }
  };
  return { doing, error, start, cancel: () => stop.current?.abort() };
}
