import type { Run, TaskState } from "../../../shared/api/contract/runs.ts";
import { integer } from "../../format/format.ts";

/** Where the run's tasks are done, in words. */
export function placeOf({ runner, workers, host }: Pick<Run, "runner" | "workers" | "host">): string {
  if (runner === "cluster")
    return workers === 0 ? `on agents, from ${host}` : `${integer(workers)} cores of agents, from ${host}`;
  return `${integer(workers)} ${workers === 1 ? "worker" : "workers"} on ${host}`;
}

/** The lane of a task: a worker of this machine, or a core of an agent. */
export function laneName(run: Pick<Run, "runner">, worker: number, machine: string | null): string {
  if (run.runner !== "cluster" || machine === null) return `Worker ${worker}`;
  return `${machine}, ${worker}`;
}

/** Every lane of a run's timeline in order; a run on this machine shows its idle workers too. */
export function lanesOf(tasks: readonly TaskState[], run: Pick<Run, "runner" | "workers">): string[] {
  const used = tasks.flatMap(({ worker, machine, started_ms }) =>
    worker === null || started_ms === null
      ? []
      : [{ name: laneName(run, worker, machine), machine: machine ?? "", worker }],
  );
  const idle =
    run.runner === "cluster"
      ? []
      : Array.from({ length: run.workers }, (_, at) => ({ name: `Worker ${at + 1}`, machine: "", worker: at + 1 }));
  const byName = new Map([...used, ...idle].map((lane) => [lane.name, lane]));
  return [...byName.values()]
    .sort((a, b) => a.machine.localeCompare(b.machine, "en") || a.worker - b.worker)
    .map(({ name }) => name);
}
