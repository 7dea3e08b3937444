import type { Run } from "../../../shared/api/contract/runs.ts";
import { countOf, integer, share } from "../../format/format.ts";
import { isGoing } from "../../format/run-state.ts";

export type StepState = Run["steps"][number];
export interface StageRow {
  readonly stage: string;
  readonly label: string;
  readonly total: StepState;
  readonly steps: readonly StepState[];
}

/** One colour a stage, everywhere. */
export const stageColours: Readonly<Record<string, string>> = {
  landing: "var(--c2)",
  lake: "var(--c2)",
  identity: "var(--c4)",
  customers: "var(--c4)",
  features: "var(--c1)",
  fits: "var(--c5)",
  scores: "var(--c5)",
  profiles: "var(--c3)",
  evaluations: "var(--c6)",
};
const labels: Readonly<Record<string, string>> = {
  landing: "Land",
  lake: "Lake",
  identity: "Identity",
  customers: "Customers",
  features: "Features",
  fits: "Fits",
  scores: "Scores",
  profiles: "Profiles",
  evaluations: "Evaluations",
};
export const legendStages: readonly (readonly [string, string])[] = [
  ["Lake", "var(--c2)"],
  ["Identity", "var(--c4)"],
  ["Features", "var(--c1)"],
  ["Models", "var(--c5)"],
  ["Profiles", "var(--c3)"],
  ["Evaluations", "var(--c6)"],
];

export function stageColour(stage: string): string {
  return stageColours[stage] ?? "var(--other)";
}

export function stageLabel(stage: string): string {
  return labels[stage] ?? stage;
}

/** The run's steps under their stages, in the order in which they stand; a stage is the sum of its steps. */
export function stageRows(steps: readonly StepState[]): StageRow[] {
  const stages = [...new Set(steps.map(({ stage }) => stage))];
  return stages.map((stage) => {
    const own = steps.filter((step) => step.stage === stage);
    const sum = (of: (step: StepState) => number) => own.reduce((total, step) => total + of(step), 0);
    return {
      stage,
      label: labels[stage] ?? stage,
      steps: own,
      total: {
        step: stage,
        stage,
        tasks: sum(({ tasks }) => tasks),
        reused: sum(({ reused }) => reused),
        computed: sum(({ computed }) => computed),
        running: sum(({ running }) => running),
        failed: sum(({ failed }) => failed),
        seconds: sum(({ seconds }) => seconds),
        rows: sum(({ rows }) => rows),
        bytes: sum(({ bytes }) => bytes),
      },
    };
  });
}

/** How much of the run's work was there before it. */
export function runFinding({ tasks, state }: Pick<Run, "tasks" | "state">): string {
  if (tasks.total === 0) return "The work is being planned";
  if (tasks.failed > 0) return `${countOf(tasks.failed, "task")} failed: ${withoutIt(state)}`;
  if (tasks.reused === tasks.total) return "Everything was already there";
  if (tasks.reused === 0) return "Nothing was there yet: every task is computed";
  return `${share(tasks.reused / tasks.total, 0)} of the tasks were already there`;
}

function withoutIt(state: Run["state"]): string {
  if (state === "done") return "the snapshot is without it";
  return isGoing({ state }) ? "what reads it waits" : "what reads it wasn’t made";
}

export type StepStanding = "failed" | "running" | "done" | "waiting";
export function standing({ tasks, reused, computed, running, failed }: StepState): StepStanding {
  if (failed > 0) return "failed";
  if (running > 0) return "running";
  return reused + computed >= tasks ? "done" : "waiting";
}

const causes: Readonly<Record<string, string>> = {
  reused: "were already there",
  first: "are new: nothing like them was there",
  code: "since their step's version rose",
  params: "since a parameter changed",
  data: "since a delivery changed",
  upstream: "since something that they read changed",
};

/** "98 are new: nothing like them was there", by cause, the most frequent first. */
export function causeLines(
  tasks: readonly { readonly cause: string }[],
): { cause: string; count: number; said: string }[] {
  const counts = new Map<string, number>();
  for (const { cause } of tasks) counts.set(cause, (counts.get(cause) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([cause, count]) => ({ cause, count, said: `${integer(count)} ${causes[cause] ?? cause}` }));
}
