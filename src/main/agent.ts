import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { availableParallelism, totalmem } from "node:os";
import { resolve } from "node:path";
import pino from "pino";
import { AssayError } from "../shared/base/errors.ts";
import { steps } from "../workers/catalogue.ts";
import { openPermits, programVersion } from "./core.ts";
import type { LockTimes } from "./schedule/broker/consumer.ts";
import { Agent, type AgentLog } from "./schedule/cluster/agent.ts";
import { parseBroker } from "./schedule/cluster/connection.ts";
import { ec2Settings, paidSecondsADay } from "./schedule/ec2/fleet.ts";
import { instanceId, onInterruption } from "./schedule/ec2/spot.ts";
import { startEngineProcess } from "./schedule/engine-client.ts";
import { parseBytes } from "./schedule/memory.ts";

export interface AgentRequest {
  readonly workspace: string;
  readonly redis: string;
  readonly cores?: number | undefined;
  /** "8GB", or a bare number of gigabytes. */
  readonly memory?: string | undefined;
  readonly labels?: string | undefined;
  /** Answers GET /health there. */
  readonly healthPort?: number | undefined;
  readonly times?: LockTimes | undefined;
  readonly patienceMs?: number | undefined;
  readonly idleMs?: number | undefined;
  /** Watches for the notice that the instance is taken back, and ends the instance when the agent ended idle. */
  readonly isOnEc2?: boolean | undefined;
}

export interface RunningAgent {
  readonly id: string;
  /** Where its health is told, where it was asked to. */
  readonly healthUrl: string | null;
  readonly ended: Promise<string>;
  drain(why: string): Promise<void>;
}

/** Starts an agent: its own engine process, its share of the queue, a log of one JSON object a line on standard error. */
export async function startAgent(request: AgentRequest): Promise<RunningAgent> {
  const connection = parseBroker(request.redis);
  const logger = pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
  const log: AgentLog = (event, facts = {}) => logger.info({ event, ...facts });
  const cores = request.cores ?? availableParallelism();
  const labels = (request.labels ?? "").split(",").flatMap((label) => label.trim() || []);
  if (!Number.isInteger(cores) || cores < 1 || cores > 1_024) {
    throw new AssayError("usage", "--cores is a number from 1 up.", "Write it like --cores 4.");
  }
  const engine = startEngineProcess({ onRestart: (why) => log("engine_restarted", { why }) });
  let health: Server | undefined;
  const instance = request.isOnEc2 ? await instanceId() : null;
  const permits = await openPermits();
  try {
    const { path, workspace_id, read_only_reason } = await engine.engine.call("workspace.open", {
      path: resolve(request.workspace),
    });
    if (read_only_reason) {
      throw new AssayError(
        "unsupported",
        `The workspace can't be written to: ${read_only_reason}`,
        "Update this agent.",
      );
    }
    const agent = new Agent({
      ...{ connection, engine: engine.engine, steps, cores, labels, log },
      workspace: { path, workspace_id },
      version: programVersion(),
      memoryBytes: memoryOf(request.memory),
      instance,
      now: () => new Date(),
      permits: (brand) => permits.of(workspace_id, brand),
      times: request.times,
      idleMs: request.idleMs,
      paidSecondsADay: instance === null ? undefined : paidSecondsADay(ec2Settings(null)),
      ...(request.patienceMs === undefined ? {} : { patienceMs: request.patienceMs }),
    });
    await agent.start();
    health = request.healthPort === undefined ? undefined : await serveHealth(agent, request.healthPort);
    const stopWatching = request.isOnEc2
      ? onInterruption((action) => {
          log("instance_taken_back", { action });
          void agent.drain("spot notice");
        })
      : () => {};
    const ended = agent.ended.then(async (why) => {
      stopWatching();
      health?.close();
      if (instance !== null && why !== "spot notice") await endInstance(instance, log);
      await engine.close();
      await permits.close();
      return why;
    });
    const port = (health?.address() as AddressInfo | null | undefined)?.port;
    const healthUrl = port === undefined ? null : `http://127.0.0.1:${port}/health`;
    return { id: agent.id, healthUrl, ended, drain: (why) => agent.drain(why) };
  } catch (error) {
    await engine.close();
    await permits.close();
    throw error;
  }
}

/** An agent that ends by itself takes its instance with it, so that none is paid for idling. */
async function endInstance(instance: string, log: AgentLog): Promise<void> {
  const settings = ec2Settings(null);
  if (!settings) return;
  const endpoint = process.env.ASSAY_EC2_ENDPOINT;
  const { AgentGroup } = await import("./schedule/ec2/group.ts");
  const group = new AgentGroup({ group: settings.group, region: settings.region, endpoint });
  await group.endInstance(instance).then(
    () => log("instance_ended", { instance }),
    (error: unknown) =>
      log("instance_stays", { instance, why: error instanceof Error ? error.message : String(error) }),
  );
  group.close();
}

function memoryOf(text: string | undefined): number {
  if (text === undefined) return Math.floor(totalmem() / 2);
  return parseBytes(/^\s*\d+(\.\d+)?\s*$/.test(text) ? `${text.trim()}GB` : text);
}

/** 200 while broker and share answer, else 503; no more than that and a count. */
function serveHealth(agent: Agent, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.method !== "GET" || request.url !== "/health") return response.writeHead(404).end();
    const state = { broker: agent.isUp, share: agent.isShareAnswering, tasks: agent.runningTasks };
    response.writeHead(state.broker && state.share ? 200 : 503, { "content-type": "application/json" });
    response.end(JSON.stringify(state));
  });
  return new Promise((done, fail) => {
    server.once("error", fail);
    server.listen(port, "127.0.0.1", () => done(server));
  });
}
