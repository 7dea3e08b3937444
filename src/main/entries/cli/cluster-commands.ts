import { type Command, Option } from "commander";
import type { ClusterStatus, Scaling } from "../../../shared/api/contract/cluster.ts";
import { AssayError, toWire } from "../../../shared/base/errors.ts";
import { bytes, table } from "./output.ts";
import { numberOption, portOption } from "./read-values.ts";
import { perform } from "./session.ts";

/** agent, cluster. */
export function clusterCommands(program: Command): void {
  agentCommand(program);
  const cluster = program.command("cluster").description("agents of the workspace and their queue");
  cluster
    .command("status")
    .description("which agents are there, what they do, what waits")
    .option("--redis <url>", "the broker (or ASSAY_REDIS_URL, else this machine's settings)")
    .action((own: { redis?: string }, command: Command) =>
      perform(command, "workspace", async ({ client, output }) => {
        const status = await client.call("cluster.status", { redis: own.redis });
        if (status.broker.state === "none") {
          throw new AssayError("usage", "No broker is named.", "Add --redis URL or set ASSAY_REDIS_URL.");
        }
        if (status.broker.state === "away") {
          throw new AssayError("unavailable", status.broker.why ?? "The broker is away.", status.broker.hint ?? "");
        }
        output.answer(status, () => readStatus(status));
        return 0;
      }),
    );
  cluster
    .command("scale [instances]")
    .description("sets how many machines of EC2 there are: so many, or as many as the queue needs in time")
    .option("--by <time>", "when the work should be done: a time of day such as 06:00, or minutes", "60")
    .option("--dry", "only says what would be set and cost")
    .option("--redis <url>", "the broker")
    .action((instances: string | undefined, own: { by?: string; dry?: boolean; redis?: string }, command: Command) =>
      perform(command, "workspace", async ({ client, output }) => {
        const asked = {
          ...{ by: own.by, is_dry: own.dry === true, redis: own.redis },
          instances: instances === undefined ? undefined : Number(instances),
        };
        try {
          const found = await client.call("cluster.scale", asked);
          output.answer(found, () => readScaling(found));
          return 0;
        } catch (error) {
          if (!(error instanceof AssayError) || error.code !== "condition_failed") throw error;
          output.fail(toWire(error));
          return 3;
        }
      }),
    );
}

function readScaling({ group, asked, spent, currency, daily_budget, is_done }: Scaling): string {
  const hours = asked.hours < 1 ? `${Math.round(asked.hours * 60)} minutes` : `${asked.hours.toFixed(1)} hours`;
  return [
    `${group.group}: ${group.desired} wanted, ${group.instances.length} there, at most ${group.largest}`,
    `${is_done ? "Set to" : "Would be set to"} ${asked.instances} for about ${hours}: ${asked.cost.toFixed(2)} ${currency}`,
    `Today so far ${spent.toFixed(2)} ${currency}${daily_budget === null ? "" : ` of ${daily_budget.toFixed(2)}`}`,
  ].join("\n");
}

function readStatus({ broker, agents, queue }: ClusterStatus): string {
  return [
    `Broker ${broker.address}, version ${broker.version}`,
    `Queue: ${queue.waiting} waiting, ${queue.active} running, ${queue.delayed} put off, ${queue.failed} failed`,
    "",
    agents.length === 0
      ? "No agent is there. Start one with `assay agent --workspace DIR --redis URL`."
      : table(
          ["agent", "state", "cores", "memory", "tasks", "computed", "taken over", "failed", "heard of", "version"],
          agents.map((agent) => [
            agent.agent,
            agent.state,
            agent.cores,
            bytes(agent.memory_bytes),
            agent.tasks.map(({ step }) => step).join(", "),
            agent.done - agent.adopted,
            agent.adopted,
            agent.failed,
            `${agent.seconds_ago} s ago`,
            agent.is_current ? agent.version : `${agent.version} (other steps)`,
          ]),
        ),
  ].join("\n");
}

interface AgentFlags {
  readonly redis?: string;
  readonly cores?: number;
  readonly memory?: string;
  readonly labels?: string;
  readonly healthPort?: number;
  readonly lockSeconds?: number;
  readonly stalledSeconds?: number;
  readonly patienceSeconds?: number;
  readonly idleSeconds?: number;
  readonly ec2?: boolean;
}

function agentCommand(program: Command): void {
  const hidden = (flags: string) => new Option(flags).argParser(numberOption).hideHelp();
  program
    .command("agent")
    .description("does tasks of the workspace's runs on this machine until it is ended")
    .option("--redis <url>", "the broker (or ASSAY_REDIS_URL)")
    .option("--cores <n>", "tasks at a time", numberOption)
    .option("--memory <amount>", "memory of all tasks: 8GB, or a number of gigabytes")
    .option("--labels <names>", "what else this machine can do, such as gpu,spark")
    .option("--health-port <port>", "answers GET /health on 127.0.0.1, 0 for any port", portOption)
    .option("--idle-seconds <n>", "ends itself when it had nothing to do for so long", numberOption)
    .option("--ec2", "on an instance of EC2: ends in time when it is taken back, and ends its instance when idle")
    .addOption(hidden("--lock-seconds <n>"))
    .addOption(hidden("--stalled-seconds <n>"))
    .addOption(hidden("--patience-seconds <n>"))
    .action(async (own: AgentFlags, command: Command) => {
      const { workspace = process.env.ASSAY_WORKSPACE } = command.optsWithGlobals<{ workspace?: string }>();
      const redis = own.redis ?? process.env.ASSAY_REDIS_URL;
      try {
        if (workspace === undefined) {
          throw new AssayError("usage", "No workspace is named.", "Add --workspace DIR or set ASSAY_WORKSPACE.");
        }
        if (redis === undefined) {
          throw new AssayError("usage", "No broker is named.", "Add --redis URL or set ASSAY_REDIS_URL.");
        }
        await stay(workspace, redis, own);
      } catch (error) {
        await perform(command, "nothing", () => Promise.reject(error));
      }
    });
}

async function stay(workspace: string, redis: string, own: AgentFlags): Promise<void> {
  const { startAgent } = await import("../../agent.ts");
  const milliseconds = (seconds: number | undefined) => (seconds === undefined ? undefined : seconds * 1_000);
  const lockMs = milliseconds(own.lockSeconds);
  const agent = await startAgent({
    ...{ workspace, redis, cores: own.cores, memory: own.memory, labels: own.labels, healthPort: own.healthPort },
    times: lockMs === undefined ? undefined : { lockMs, stalledMs: milliseconds(own.stalledSeconds) ?? lockMs / 2 },
    patienceMs: milliseconds(own.patienceSeconds),
    idleMs: milliseconds(own.idleSeconds ?? (own.ec2 ? 900 : undefined)),
    isOnEc2: own.ec2 === true,
  });
  let asked = 0;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (asked++ > 0) process.exit(130);
      agent.drain(signal).catch(() => process.exit(1));
    });
  }
  const why = await agent.ended;
  process.exitCode = why === "no broker" ? 1 : 0;
}
