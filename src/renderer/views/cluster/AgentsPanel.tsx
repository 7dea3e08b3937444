import type { AgentState, ClusterStatus } from "../../../shared/api/contract/cluster.ts";
import { Panel } from "../../components/Panel.tsx";
import { Empty } from "../../components/parts.tsx";
import { State, type Tone } from "../../components/State.tsx";
import { bytes, countOf, instant, integer, seconds } from "../../format/format.ts";

const states: Readonly<Record<AgentState["state"], readonly [Tone, string]>> = {
  working: ["plain", "Working"],
  idle: ["good", "Free"],
  full: ["warn", "Memory full"],
  draining: ["muted", "About to end"],
};

/** Agents tell of themselves every few seconds. */
const silentAfter = 10;
const isSilent = ({ seconds_ago }: AgentState) => seconds_ago > silentAfter;

export function agentsFinding({ agents: all }: Pick<ClusterStatus, "agents">): string {
  const agents = all.filter((agent) => !isSilent(agent));
  const silent = all.length - agents.length;
  if (agents.length > 0) return `${heardFinding(agents)}${silent > 0 ? `; ${integer(silent)} silent` : ""}`;
  return silent === 0 ? "No agent is connected" : `${countOf(silent, "agent")} silent`;
}

function heardFinding(agents: readonly AgentState[]): string {
  const others = agents.filter(({ is_current }) => !is_current).length;
  if (others === agents.length) return "All agents have other steps than this program: they take none of its tasks";
  const busy = agents.filter(({ tasks }) => tasks.length > 0).length;
  const fit = agents.length - others;
  const beside = others > 0 ? `; ${integer(others)} of another version` : "";
  if (busy === 0) return `${integer(fit)} ${fit === 1 ? "agent is" : "agents are"} free${beside}`;
  return `${integer(busy)} of ${integer(fit)} ${fit === 1 ? "agent" : "agents"} at work${beside}`;
}

/** Who is there, and what each does at the moment. */
export function AgentsPanel({ status }: { status: ClusterStatus }) {
  const { agents, broker } = status;
  return (
    <Panel
      title={agentsFinding(status)}
      under="Agents of this workspace that were heard of within the last half minute"
    >
      {agents.length === 0 ? (
        <Empty
          title={
            {
              ok: "The queue has nobody to work on it",
              away: "Agents can’t be asked",
              none: "Agents meet at a broker",
            }[broker.state]
          }
        >
          {broker.state === "ok"
            ? "Start an agent on any machine that has the directory mounted: “Add an agent” has the command."
            : broker.state === "away"
              ? "The broker doesn’t answer. Runs on this machine go on without it."
              : "Name a Redis or Valkey server beside, then start agents. Until then every run stays on this machine."}
        </Empty>
      ) : (
        <div className="scroll">
          <table className="plain agents" aria-label="Agents">
            <thead>
              <tr>
                <th>Agent</th>
                <th>State</th>
                <th className="num">Cores</th>
                <th>Current task</th>
                <th className="num">Memory</th>
                <th className="num">Computed</th>
                <th className="num">Failed</th>
                <th className="num">Last heard</th>
              </tr>
            </thead>
            <tbody>
              {agents.map((agent) => (
                <Row key={agent.agent} agent={agent} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

function Row({ agent }: { agent: AgentState }) {
  const [tone, said] = states[agent.state];
  return (
    <tr>
      <td>
        <div className="medium" title={`Since ${instant(agent.started_at)}, version ${agent.version}`}>
          {agent.host}
        </div>
        <div className="small ink2 mono nowrap">
          {agent.instance ?? agent.agent.slice(agent.host.length + 1)}
          {agent.labels.map((label) => (
            <span key={label} className="chip label">
              {label}
            </span>
          ))}
        </div>
      </td>
      <td className="nowrap">
        {isSilent(agent) ? (
          <State tone="warn">Silent</State>
        ) : agent.is_current ? (
          <State tone={tone}>{said}</State>
        ) : (
          <State tone="warn">Other steps</State>
        )}
      </td>
      <td className="num nowrap">
        {integer(agent.tasks.length)} of {integer(agent.cores)}
      </td>
      <td className="task">
        {agent.tasks.length === 0 && <span className="muted">none</span>}
        {agent.tasks.map((task) => (
          <div key={task.key} className="clip" title={`${task.brand}: ${task.step}, ${task.scope}`}>
            <a className="mono" href={`/runs/${task.run}`} data-route>
              {task.step}
            </a>{" "}
            <span className="ink2">
              {task.scope === "brand" ? task.brand : `${task.brand}, ${task.scope}`}, {seconds(task.seconds)}
            </span>
          </div>
        ))}
      </td>
      <td className="num nowrap">
        {bytes(agent.rss_bytes)}
        <div className="small ink2">of {bytes(agent.memory_bytes)}</div>
      </td>
      <td className="num nowrap">
        {integer(agent.done - agent.adopted)}
        {agent.adopted > 0 && (
          <div className="small ink2" title="Made before, of this task or of one that reads the same bytes">
            {integer(agent.adopted)} taken over
          </div>
        )}
      </td>
      <td className="num">{integer(agent.failed)}</td>
      <td className="num nowrap">{seconds(agent.seconds_ago)} ago</td>
    </tr>
  );
}
