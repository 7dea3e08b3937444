import { bytes, countOf, integer, seconds } from "../format/format.ts";

interface GraphStep {
  readonly step: string;
  readonly title: string;
  readonly artifacts: number;
  readonly reused: number;
  readonly computed: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly reads: readonly string[];
  readonly readBy: readonly string[];
}
interface Props {
  readonly stages: readonly {
    readonly stage: string;
    readonly label: string;
    readonly colour: string;
    readonly steps: readonly GraphStep[];
  }[];
  readonly chosen: string | null;
  readonly onChoose: (step: string) => void;
}

/** Steps in columns by stage, each filled by the share that had to be made; the chosen one with what it reads and who reads it. */
export function StepGraph({ stages, chosen, onChoose }: Props) {
  const all = stages.flatMap(({ steps }) => steps);
  const found = all.find(({ step }) => step === chosen);
  const role = (step: string) => {
    if (!found) return undefined;
    if (step === chosen) return "chosen";
    return found.reads.includes(step) ? "reads" : found.readBy.includes(step) ? "read-by" : "other";
  };
  return (
    <div className="step-graph" data-chosen={found !== undefined}>
      {stages.map(({ stage, label, colour, steps }) => (
        <section key={stage} aria-label={label}>
          <h3>
            <i className="swatch" style={{ background: colour }} /> {label}{" "}
            <span className="muted">{steps.length}</span>
          </h3>
          {steps.map((one) => {
            const { artifacts, reused, computed } = one;
            const open = artifacts - reused - computed;
            return (
              <button
                key={one.step}
                type="button"
                aria-pressed={one.step === chosen}
                data-role={role(one.step)}
                title={`${one.title}: ${countOf(artifacts, "artifact")}, ${integer(reused)} reused, ${integer(computed)} computed${open > 0 ? `, ${integer(open)} not made` : ""}, ${bytes(one.bytes)}, ${seconds(one.seconds)}`}
                onClick={() => onChoose(one.step)}
              >
                <i className="made" style={{ width: `${(100 * computed) / artifacts}%`, background: colour }} />
                <span className="clip">{one.title}</span>
                {artifacts > 1 && <span className="count">{integer(artifacts)}</span>}
              </button>
            );
          })}
        </section>
      ))}
    </div>
  );
}
