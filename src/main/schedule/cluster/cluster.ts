import { AssayError } from "../../../shared/base/errors.ts";
import type { StepDeclaration } from "../../../shared/domain/step.ts";
import type { BrokerFacts } from "../broker/link.ts";
import type { SeenAgent } from "../broker/presence.ts";
import type { Producer, ProducerOptions, QueueCounts } from "../broker/producer.ts";
import type { Engine } from "../engine-client.ts";
import type { ToldRun } from "../shown-run.ts";
import { type BrokerConnection, describeBroker, parseBroker } from "./connection.ts";
import { ClusterRunner, type ClusterRunnerOptions } from "./runner.ts";
import { clusterKey, codeVersion, openRun, spaceOf } from "./sealed-job.ts";

/** The broker that this machine is set to; its secret is read only when it is needed. */
export interface BrokerSettings {
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}
export interface ClusterOptions {
  readonly engine: Engine;
  readonly steps: ReadonlyMap<string, StepDeclaration>;
  readonly version: string;
  readonly settings: () => Promise<BrokerSettings | null>;
  /** How often runs compare share and queue; for tests. */
  readonly lookMs?: number | undefined;
  readonly patienceMs?: number | undefined;
}
export interface ClusterStatus {
  readonly broker: BrokerFacts & { readonly address: string };
  readonly code: string;
  readonly agents: readonly (SeenAgent & { readonly is_current: boolean })[];
  readonly queue: QueueCounts;
}
type RunnerRequest = Pick<
  ClusterRunnerOptions,
  "brandDir" | "brand" | "run" | "isNightly" | "onNotice" | "onWaiting" | "onCancelled" | "onPaid"
> & {
  readonly workspaceId: string;
  readonly redis: string | undefined;
  /** Only agents of this label take its tasks. */
  readonly label?: string | undefined;
};

const statusPatience = 2_500;
/** How long a night waits for an agent. */
const nightPatience = 15 * 60_000;

/** Runs' and screens' way to the agents of a workspace. */
export class Cluster {
  readonly #options: ClusterOptions;
  #watched: { address: string; producer: Promise<Producer> } | undefined;

  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  get code(): string {
    return codeVersion(this.#options.version, this.#options.steps);
  }

  /** The broker that was named, else that of ASSAY_REDIS_URL, else that of this machine's settings; null where there is none. */
  async find(redis: string | undefined): Promise<BrokerConnection | null> {
    const url = redis ?? process.env["ASSAY_REDIS_URL"];
    if (url) return parseBroker(url);
    const settings = await this.#options.settings();
    return settings && parseBroker(settings.url, settings);
  }

  async require(redis: string | undefined): Promise<BrokerConnection> {
    const found = await this.find(redis);
    if (found) return found;
    throw new AssayError(
      "usage",
      "No broker is named for the cluster.",
      "Add --redis URL, set ASSAY_REDIS_URL, or name it on the Cluster screen.",
    );
  }

  /** Throws where no broker is named, or it doesn't answer or isn't fit. */
  async openRunner({ workspaceId, redis, label, ...rest }: RunnerRequest): Promise<ClusterRunner> {
    const { engine, lookMs, patienceMs } = this.#options;
    const code = this.code;
    const producer = await open(await this.require(redis), { names: { space: spaceOf(workspaceId), code, label } });
    const key = clusterKey(workspaceId);
    const agentPatienceMs = rest.isNightly ? (patienceMs ?? nightPatience) : undefined;
    return new ClusterRunner({ ...rest, producer, engine, key, code, lookMs, patienceMs, agentPatienceMs });
  }

  /** Agents and queue at this moment. Throws where the broker doesn't answer. */
  async status(workspaceId: string, redis?: string): Promise<ClusterStatus> {
    const connection = await this.require(redis);
    const producer = await this.#watch(connection, workspaceId);
    const [agents, queue] = await Promise.all([producer.agents(), producer.counts()]);
    return {
      broker: { ...producer.facts, address: describeBroker(connection) },
      code: this.code,
      agents: agents.map((agent) => ({ ...agent, is_current: agent.code === this.code })),
      queue,
    };
  }

  /** How a run that another process schedules stood within the last half minute; null where it didn't say. Throws where the broker
   *  doesn't answer. */
  async told(workspaceId: string, run: string): Promise<ToldRun | null> {
    const connection = await this.find(undefined);
    if (!connection) return null;
    const producer = await this.#watch(connection, workspaceId);
    return openRun(await producer.told(run), clusterKey(workspaceId));
  }

  /** Instance seconds that were paid for on a day (UTC), by agents that have ended too. */
  async paid(workspaceId: string, day: string, redis?: string): Promise<number> {
    return (await this.#watch(await this.require(redis), workspaceId)).paid(day);
  }

  /** Whether an agent of this program with the label is there and takes work. */
  async hasLabel(workspaceId: string, redis: string | undefined, label: string): Promise<boolean> {
    const { agents } = await this.status(workspaceId, redis);
    return agents.some(({ labels, is_current, state }) => is_current && state !== "draining" && labels.includes(label));
  }

  /** Stops a run's tasks on every agent, and the run itself wherever it is scheduled. */
  async cancel(workspaceId: string, run: string, redis?: string): Promise<void> {
    await (await this.#watch(await this.require(redis), workspaceId)).cancel(run);
  }

  async close(): Promise<void> {
    const watched = this.#watched;
    this.#watched = undefined;
    await watched?.producer.then((producer) => producer.close()).catch(() => {});
  }

  async #watch(connection: BrokerConnection, workspaceId: string): Promise<Producer> {
    const address = JSON.stringify([connection, workspaceId]);
    if (this.#watched?.address !== address) {
      await this.close();
      const names = { space: spaceOf(workspaceId), code: this.code };
      this.#watched = { address, producer: open(connection, { names, patienceMs: statusPatience }) };
    }
    try {
      const producer = await this.#watched.producer;
      if (producer.isUp()) return producer;
    } catch (error) {
      this.#watched = undefined;
      throw error;
    }
    await this.close();
    throw new AssayError(
      "unavailable",
      `The broker at ${describeBroker(connection)} has gone away.`,
      "Start it again: what runs on agents is queued anew.",
    );
  }
}

/** The queue's library is loaded by those who use a broker only. */
async function open(connection: BrokerConnection, options: ProducerOptions): Promise<Producer> {
  const { openProducer } = await import("../broker/producer.ts");
  return openProducer(connection, options);
}
