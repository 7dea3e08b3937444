import type { ClusterStatus } from "../../../shared/api/contract/cluster.ts";
import { Term } from "../../components/Term.tsx";
import { bytes, integer } from "../../format/format.ts";

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** How much can be done at a time, how much is, and what waits. */
export function ClusterStrip({ status: { agents, queue } }: { status: ClusterStatus }) {
  const cores = sum(agents.map((agent) => agent.cores));
  const busy = sum(agents.map((agent) => agent.tasks.length));
  const hosts = new Set(agents.map(({ host }) => host)).size;
  const draining = agents.filter(({ state }) => state === "draining").length;
  const limit = sum(agents.map((agent) => agent.memory_bytes));
  return (
    <div className="strip">
      <div>
        <div className="k">
          <Term name="agent">Agents</Term>
        </div>
        <div className="v">{integer(agents.length)}</div>
        <div className="s">
          {agents.length > 0
            ? `on ${integer(hosts)} ${hosts === 1 ? "machine" : "machines"}${draining > 0 ? `, ${integer(draining)} about to end` : ""}`
            : "none connected"}
        </div>
      </div>
      <div>
        <div className="k">Cores at work</div>
        <div className="v">
          {integer(busy)} <small>{`of ${integer(cores)}`}</small>
        </div>
        <div
          className="bar"
          role="progressbar"
          aria-label="Cores at work"
          aria-valuenow={busy}
          aria-valuemin={0}
          aria-valuemax={Math.max(1, cores)}
        >
          <i style={{ width: `${cores > 0 ? Math.min(100, (busy / cores) * 100) : 0}%` }} />
        </div>
      </div>
      <div>
        <div className="k">
          <Term name="queue">Tasks waiting</Term>
        </div>
        <div className="v">{integer(queue.waiting + queue.delayed)}</div>
        <div className="s">{`${integer(queue.active)} taken, ${integer(queue.failed)} failed in the last hour`}</div>
      </div>
      <div>
        <div className="k">Memory of the agents</div>
        <div className="v">
          {bytes(sum(agents.map((agent) => agent.rss_bytes)))} <small>{limit > 0 ? `of ${bytes(limit)}` : ""}</small>
        </div>
        <div className="s">now, of what they may take</div>
      </div>
      <div>
        <div className="k">Tasks computed</div>
        <div className="v">
          {integer(sum(agents.map(({ done, adopted }) => done - adopted)))}{" "}
          <small>and {integer(sum(agents.map(({ adopted }) => adopted)))} taken over</small>
        </div>
        <div className="s">by these agents since they began</div>
      </div>
    </div>
  );
}
