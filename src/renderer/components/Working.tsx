import { useEffect, useState } from "react";
import { seconds } from "../format/format.ts";

export interface Doing {
  readonly label: string;
  readonly done: number;
  readonly total: number | null;
}

const worthTelling = 2;

/** Seconds since it is drawn, by the second. */
function useElapsed(): number {
  const [elapsed, setElapsed] = useState(0);
  useEffect(() => {
    const began = Date.now();
    const timer = setInterval(() => setElapsed(Math.floor((Date.now() - began) / 1_000)), 500);
    return () => clearInterval(timer);
  }, []);
  return elapsed;
}

const elapsedText = (elapsed: number) => (elapsed < 60 ? `${elapsed} s` : seconds(elapsed));

/** Work that takes a while: what goes on, how far, for how long, and the way to stop it. */
export function Working({ doing, onCancel }: { doing: Doing; onCancel: () => void }) {
  const elapsed = useElapsed();
  const part = doing.total ? Math.min(1, doing.done / doing.total) : null;
  return (
    <div className="panel working" role="status">
      <span className="medium clip" title={doing.label}>
        {doing.label}
      </span>
      <div className="bar" data-unknown={part === null}>
        <i style={{ width: `${(part ?? 0.18) * 100}%` }} />
      </div>
      <span className="muted num">{elapsed >= worthTelling ? elapsedText(elapsed) : ""}</span>
      <button type="button" className="button" onClick={onCancel}>
        Cancel
      </button>
    </div>
  );
}
