export interface Doing {
  readonly label: string;
  readonly done: number;
  readonly total: number | null;
}

/** Work that takes a while: what goes on, how far, and the way to stop it. */
export function Working({ doing, onCancel }: { doing: Doing; onCancel: () => void }) {
  const part = doing.total ? Math.min(1, doing.done / doing.total) : null;
  return (
    <div className="panel working" role="status">
      <span className="medium">{doing.label}</span>
      <div className="bar" data-unknown={part === null}>
        <i style={{ width: `${(part ?? 0.18) * 100}%` }} />
      </div>
      <button type="button" className="button" onClick={onCancel}>
        Cancel
      </button>
    </div>
  );
}
