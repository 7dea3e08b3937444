import "./skeleton.css";
import { useElapsed } from "./use-elapsed.ts";

/** Parts of the width, of a row of columns; each holds the heights of its panels in pixels, from the top. */
export interface SkeletonColumn {
  readonly part: number;
  readonly panels: readonly number[];
}

interface Props {
  readonly label: string;
  /** Key figures in the strip above. */
  readonly figures?: number;
  /** Smaller figures, as on screens whose strip is low. */
  readonly isLow?: boolean;
  readonly columns: readonly SkeletonColumn[];
}

/** A screen whose answer is on the way: its figures and panels stand empty where they will be, so that nothing jumps. */
export function Skeleton({ label, figures = 0, isLow = false, columns }: Props) {
  return (
    <div className="skeleton waiting" aria-busy="true">
      <Said label={label} />
      {figures > 0 && (
        <div className={isLow ? "strip low" : "strip"} aria-hidden="true">
          {Array.from({ length: figures }, (_, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the bones are alike and never move
            <div key={at}>
              <i className="bone k" />
              <i className="bone v" />
              <i className="bone s" />
            </div>
          ))}
        </div>
      )}
      <div className="columns" aria-hidden="true">
        {columns.map(({ part, panels }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the bones are alike and never move
          <div key={at} className="stack" style={{ flexGrow: part }}>
            {panels.map((height, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the bones are alike and never move
              <div key={place} className="panel" style={{ height }}>
                <i className="bone title" />
                <i className="bone under" />
                <i className="bone rows" />
              </div>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

function Said({ label }: { label: string }) {
  const elapsed = useElapsed();
  return (
    <>
      <p className="sr" role="status">
        {label}…
      </p>
      {elapsed && (
        <p className="said" aria-hidden="true">
          {label}, {elapsed}
        </p>
      )}
    </>
  );
}
