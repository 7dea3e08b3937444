import type { Command } from "commander";
import type { RunRequest } from "../../../shared/api/contract/runs.ts";
import { parsePairs, scalar } from "./read-json.ts";
import { instantOption, numberOption } from "./read-values.ts";

/** What a run may be asked for, as options of a command. */
export function withRunOptions(command: Command): Command {
  return withPlace(command)
    .option("--as-of <day>", "nothing after this day is seen")
    .option("--fit-as-of <day>", "fits see nothing after it (the named day, else the end of the week before)")
    .option("--known-at <instant>", "only deliveries that had arrived by then", instantOption)
    .option("--models <names>", "a variant with these models only")
    .option("--param <model.name=value...>", "a variant with another parameter")
    .option("--horizon-days <n>", "length of the forecasts", numberOption)
    .option("--seed <n>", "seed", numberOption);
}

/** Where a run is done, as options of a command. */
export function withPlace(command: Command): Command {
  return withRest(command.option("--runner <name>", "pool, inline or cluster", "pool"));
}

/** Where a night's run is done and by when, as options of a command. */
export function withNightPlace(command: Command): Command {
  return withRest(
    command.option("--runner <name>", "pool, inline or cluster; left out: as `gate schedule` says"),
  ).option("--by <time>", "time of day by which it should be done, such as 06:00, or `off`");
}

function withRest(command: Command): Command {
  return command
    .option("--redis <url>", "broker of the cluster (or ASSAY_REDIS_URL, else this machine's settings)")
    .option("--workers <n>", "tasks at a time", numberOption)
    .option("--memory <amount>", "memory of all tasks, such as 8GB");
}

export function runRequestOf(brand: string, own: Record<string, unknown>): RunRequest {
  const params = parsePairs((own.param as string[] | undefined) ?? [], "parameter");
  return {
    brand,
    as_of: own.asOf as string | undefined,
    fit_as_of: own.fitAsOf as string | undefined,
    known_at: own.knownAt as string | undefined,
    models: (own.models as string | undefined)?.split(",").map((name) => name.trim()),
    params:
      Object.keys(params).length > 0
        ? Object.fromEntries(Object.entries(params).map(([name, value]) => [name, scalar(value)]))
        : undefined,
    horizon_days: own.horizonDays as number | undefined,
    runner: own.runner as "pool" | "inline" | "cluster",
    redis: own.redis as string | undefined,
    workers: own.workers as number | undefined,
    memory: own.memory as string | undefined,
    seed: own.seed as number | undefined,
  };
}
