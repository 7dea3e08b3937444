import { useElapsed } from "./use-elapsed.ts";

export interface Doing {
  readonly label: string;
  readonly done: number;
  readonly total: number | null;
}

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
      <span className="muted num">{elapsed}</span>
      <button type="button" className="button" onClick={onCancel}>
        Cancel
      </button>
    </div>
  );
}
