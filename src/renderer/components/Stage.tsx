import { word } from "../format/format.ts";

const isDashed = (stage: string) => stage === "prospect" || stage === "first_seen_later";

export function StageSwatch({ stage }: { stage: string }) {
  return (
    <i
      className={`swatch ${isDashed(stage) ? "dashed" : ""}`}
      aria-hidden
      style={isDashed(stage) ? undefined : { background: `var(--${stage})` }}
    />
  );
}

export function StageName({ stage }: { stage: string }) {
  return (
    <span className="stage">
      <StageSwatch stage={stage} />
      {word(stage)}
    </span>
  );
}

/** A bar in the stage's colour, as long as its share of the longest. */
export function StageBar({ stage, part }: { stage: string; part: number }) {
  const width = `${Math.max(1.5, Math.min(1, part) * 100)}%`;
  return (
    <div className="stage-bar">
      <i
        className={isDashed(stage) ? "dashed" : ""}
        style={isDashed(stage) ? { width } : { width, background: `var(--${stage})` }}
      />
    </div>
  );
}
