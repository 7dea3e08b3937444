import { useEffect, useRef, useState } from "react";
import type { Run } from "../../shared/api/contract/runs.ts";
import { showNotice, useNotices } from "../client/notices.ts";
import { useAsk } from "../client/queries.ts";
import { Icon } from "../components/Icon.tsx";
import { seconds } from "../format/format.ts";
import { isGoing } from "../format/run-state.ts";

const worthTelling = 20;
const shownMs = 12_000;
const said: Partial<Record<Run["state"], string>> = {
  done: "The run is done",
  failed: "The run failed",
  lost: "The run was lost",
};

/** Tells when a long run ends while another screen is open: of one that is done for a while, of others until it is closed. */
export function RunNotice({ brand, screen }: { brand: string; screen: string }) {
  const runs = useAsk("runs.list", { brand }, { every: 2_000 });
  const notices = useNotices();
  const watched = useRef(new Set<string>());
  const [ended, setEnded] = useState<Run | null>(null);
  useEffect(() => {
    for (const run of runs.data?.runs ?? []) {
      if (isGoing(run)) watched.current.add(run.run_id);
      else if (watched.current.delete(run.run_id) && run.seconds >= worthTelling && said[run.state]) {
        setEnded(run);
        if (notices.isOn) showNotice(`${said[run.state]}, after ${seconds(run.seconds)}`);
      }
    }
  }, [runs.data, notices.isOn]);
  useEffect(() => {
    if (ended?.state !== "done") return;
    const over = setTimeout(() => setEnded(null), shownMs);
    return () => clearTimeout(over);
  }, [ended]);
  if (!ended || screen === "runs") return null;
  return (
    <div className="toast fade" role="status">
      <a href={`/runs/${ended.run_id}`} data-route>
        {said[ended.state]}, after {seconds(ended.seconds)}
      </a>
      {notices.canAsk && (
        <button type="button" className="tool" onClick={() => void notices.turnOn()}>
          Also tell me outside this window
        </button>
      )}
      <button type="button" className="tool" aria-label="Close" onClick={() => setEnded(null)}>
        <Icon name="close" />
      </button>
    </div>
  );
}
