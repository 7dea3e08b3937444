import { useEffect, useState } from "react";
import type { RunLine } from "../../../shared/api/contract/runs.ts";
import { useClient } from "../../client/ClientProvider.tsx";

/** A line with its place in the log. */
export type NumberedLine = RunLine & { readonly number: number };

interface Log {
  readonly lines: readonly NumberedLine[];
  /** Further lines may come. */
  readonly isOpen: boolean;
  readonly error: (Error & { hint?: string }) | null;
}

const nothing: Log = { lines: [], isOpen: true, error: null };
const drawMs = 150;

/** What the tasks of a run say, or one of them, followed while it is looked at. */
export function useLog(brand: string, runId: string, taskKey: string | null): Log {
  const client = useClient();
  const [log, setLog] = useState<Log>(nothing);
  useEffect(() => {
    const stop = new AbortController();
    let waiting: NumberedLine[] = [];
    let heardSoFar = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = () => {
      timer = undefined;
      const heard = waiting;
      waiting = [];
      setLog((before) => ({ ...before, lines: [...before.lines, ...heard] }));
    };
    setLog(nothing);
    const asked = { brand, run_id: runId, ...(taskKey === null ? {} : { task_key: taskKey }) };
    const onProgress = ({ lines }: { lines: RunLine[] }) => {
      for (const line of lines) waiting.push({ ...line, number: ++heardSoFar });
      timer ??= setTimeout(draw, drawMs);
    };
    client
      .stream("runs.log", asked, { signal: stop.signal, onProgress })
      .then(() => null)
      .catch((error: Error) => error)
      .then((error) => {
        if (stop.signal.aborted) return;
        clearTimeout(timer);
        draw();
        setLog((before) => ({ ...before, isOpen: false, error }));
      });
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [client, brand, runId, taskKey]);
  return log;
}
