import { Fragment, useState } from "react";
import type { Run } from "../../../shared/api/contract/runs.ts";
import { Panel } from "../../components/Panel.tsx";
import { State } from "../../components/State.tsx";
import { bytes, compact, day, decimal, integer } from "../../format/format.ts";
import { runFinding, type StepState, stageColour, stageRows, standing } from "./stage-rows.ts";

interface Props {
  readonly run: Run;
  readonly chosen: string | null;
  readonly onChoose: (step: string) => void;
}

/** Stages with what was reused and what was computed; a stage opens to its steps, a step asks why. */
export function StagesTable({ run, chosen, onChoose }: Props) {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const toggle = (stage: string) =>
    setOpened(new Set(opened.has(stage) ? [...opened].filter((one) => one !== stage) : [...opened, stage]));
  return (
    <Panel
      span="s8"
      title={runFinding(run)}
      under={
        run.as_of === null
          ? undefined
          : `As of ${day(run.as_of)}, ${integer(run.workers)} ${run.workers === 1 ? "worker" : "workers"}`
      }
      tools={
        <span className="legend">
          <span>
            <i className="key reused" /> reused
          </span>
          <span>
            <i className="key computed" /> computed
          </span>
          <span>
            <i className="key running" /> running
          </span>
          <span>
            <i className="key" /> waiting
          </span>
        </span>
      }
    >
      <table className="plain stages-table">
        <thead>
          <tr>
            <th>Step</th>
            <th>Progress</th>
            <th className="num">Tasks</th>
            <th className="num">Reused</th>
            <th className="num">Computed</th>
            <th className="num">Rows</th>
            <th className="num">Bytes</th>
            <th className="num">Core s</th>
            <th>State</th>
          </tr>
        </thead>
        <tbody>
          {stageRows(run.steps).map(({ stage, label, total, steps }) => (
            <Fragment key={stage}>
              <Row
                step={total}
                name={
                  <button
                    type="button"
                    className="step-name"
                    aria-expanded={opened.has(stage)}
                    onClick={() => toggle(stage)}
                  >
                    <i className="swatch" style={{ background: stageColour(stage) }} />
                    <span className="medium">{label}</span>
                    <span className="muted small">{steps.length > 1 ? integer(steps.length) : ""}</span>
                  </button>
                }
              />
              {opened.has(stage) &&
                steps.map((step) => (
                  <Row
                    key={step.step}
                    step={step}
                    isInner
                    isChosen={chosen === step.step}
                    name={
                      <button
                        type="button"
                        className="step-name inner"
                        title="Why was this computed"
                        onClick={() => onChoose(step.step)}
                      >
                        <span className="mono">{step.step}</span>
                      </button>
                    }
                  />
                ))}
            </Fragment>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function Row({
  step,
  name,
  isInner = false,
  isChosen = false,
}: {
  step: StepState;
  name: React.ReactNode;
  isInner?: boolean;
  isChosen?: boolean;
}) {
  const at = standing(step);
  const isEmpty = step.reused + step.computed === 0;
  return (
    <tr data-inner={isInner} data-chosen={isChosen}>
      <td>{name}</td>
      <td className="progress">
        <StepBar step={step} />
      </td>
      <td className="num">{integer(step.tasks)}</td>
      <td className="num">{integer(step.reused)}</td>
      <td className="num">{integer(step.computed)}</td>
      <td className="num">{isEmpty ? "–" : compact(step.rows)}</td>
      <td className="num">{isEmpty ? "–" : bytes(step.bytes)}</td>
      <td className="num">{isEmpty ? "–" : decimal(step.seconds, 1)}</td>
      <td>
        {at === "failed" && <State tone="bad">{integer(step.failed)} failed</State>}
        {at === "running" && <State tone="plain">{integer(step.running)} running</State>}
        {at === "done" && <State tone="good">Done</State>}
        {at === "waiting" && <State tone="muted">Waiting</State>}
      </td>
    </tr>
  );
}

function StepBar({ step }: { step: StepState }) {
  const colour = stageColour(step.stage);
  const width = (n: number) => `${(n / Math.max(1, step.tasks)) * 100}%`;
  return (
    <span className="step-bar">
      <i
        style={{
          width: width(step.reused),
          background: `repeating-linear-gradient(135deg, ${colour} 0 2px, transparent 2px 5px)`,
        }}
      />
      <i style={{ width: width(step.computed), background: colour }} />
      <i style={{ width: width(step.running), background: "var(--ink)" }} />
    </span>
  );
}
