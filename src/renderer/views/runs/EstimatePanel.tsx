import type { RunEstimate } from "../../../shared/api/contract/runs.ts";
import { useAsk } from "../../client/queries.ts";
import { Icon } from "../../components/Icon.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Failure, Waiting } from "../../components/parts.tsx";
import { bytes, decimal, integer, seconds, share } from "../../format/format.ts";
import { FactList } from "./FactList.tsx";

interface Props {
  readonly brand: string;
  readonly runner: "pool" | "cluster";
  readonly onClose: () => void;
}

/** What a run would take and cost, before it is begun. */
export function EstimatePanel({ brand, runner, onClose }: Props) {
  const found = useAsk("runs.estimate", { brand, runner });
  return (
    <Panel
      title={found.data ? estimateFinding(found.data) : "What a run would take"}
      under={`At what its tasks took in the last runs of this machine, ${runner === "cluster" ? "on the agents that are there" : "on this machine"}; nothing is begun`}
      tools={
        <button type="button" className="button quiet" aria-label="Close the estimate" onClick={onClose}>
          <Icon name="close" />
        </button>
      }
    >
      {found.isPending && <Waiting label="Planning" />}
      {found.isError && <Failure error={found.error} onRetry={() => void found.refetch()} />}
      {found.data && <Facts estimate={found.data} />}
    </Panel>
  );
}

export function estimateFinding({ tasks, seconds: clock, known_share, cost }: RunEstimate): string {
  if (tasks.computed === 0) return "Everything is already there: a run would compute nothing";
  if (known_share === 0) return `${integer(tasks.computed)} tasks to compute; no earlier run tells how long they take`;
  const paid = cost && cost.total >= 0.005 ? ` and about ${decimal(cost.total)} ${cost.currency}` : "";
  return `A run would take about ${seconds(clock)}${paid}`;
}

function Facts({ estimate }: { estimate: RunEstimate }) {
  const { tasks, cost, daily_budget, spent_today, known_share } = estimate;
  const money = (amount: number) => `${decimal(amount)} ${cost?.currency ?? ""}`;
  const isKnown = known_share > 0 && tasks.computed > 0;
  const facts: [string, string, string][] = [
    ["Tasks", integer(tasks.computed), `${integer(tasks.reused)} of ${integer(tasks.total)} are there`],
    [
      "Core time",
      isKnown ? seconds(estimate.core_seconds) : "–",
      isKnown
        ? `${seconds(estimate.core_seconds_low)} to ${seconds(estimate.core_seconds_high)} (80 %)${known_share < 1 ? `; ${share(known_share, 0)} of the tasks are known` : ""}`
        : tasks.computed === 0
          ? "nothing to compute"
          : "no earlier run tells",
    ],
    [
      `On ${integer(estimate.cores)} ${estimate.cores === 1 ? "core" : "cores"}`,
      isKnown ? seconds(estimate.seconds) : "–",
      isKnown ? `longest chain ${seconds(estimate.critical_seconds)}` : "",
    ],
    ["Reads", isKnown ? bytes(estimate.read_bytes) : "–", isKnown ? `writes ${bytes(estimate.written_bytes)}` : ""],
    [
      "Cost",
      cost ? money(cost.total) : "none",
      cost
        ? `instances ${money(cost.instances)}, share ${money(cost.share_read + cost.share_written)}; kept ${money(cost.share_kept_month)} a month; ${cost.source}`
        : "no machine or share of it is paid by the hour or byte",
    ],
  ];
  if (daily_budget !== null) {
    facts.push(["Budget of the day", money(daily_budget), `${money(spent_today ?? 0)} spent today`]);
  }
  return <FactList facts={facts} />;
}
