import type { Run } from "../../../shared/api/contract/runs.ts";
import { Term } from "../../components/Term.tsx";
import { bytes, compact, instant, integer, seconds, share } from "../../format/format.ts";
import { isGoing, workDone } from "../../format/run-state.ts";

/** How far the run is, at what rate, and how long it takes on. */
export function RunStrip({ run }: { run: Run }) {
  const going = isGoing(run);
  const part = workDone(run);
  const done = run.tasks.reused + run.tasks.computed;
  const waiting = Math.max(0, run.tasks.total - done - run.tasks.running - run.tasks.failed);
  return (
    <div className="strip">
      <div>
        <div className="k">Work done</div>
        <div className="v">
          {integer(part * 100)}
          <small> %</small>
        </div>
        <div
          className="bar"
          role="progressbar"
          aria-label="Work done"
          aria-valuenow={Math.round(part * 100)}
          aria-valuemin={0}
          aria-valuemax={100}
        >
          <i style={{ width: `${part * 100}%` }} />
        </div>
      </div>
      <Key
        name={going ? "Time left" : "Took"}
        value={going ? seconds(run.seconds_left) : seconds(run.seconds)}
        more={[going ? `after ${seconds(run.seconds)}` : "", dueWords(run)].filter(Boolean).join(", ")}
      />
      <Key
        name="Tasks"
        value={integer(done)}
        beside={`of ${integer(run.tasks.total)}`}
        more={
          going
            ? `${integer(run.tasks.running)} running, ${integer(waiting)} waiting`
            : run.tasks.failed > 0
              ? `${integer(run.tasks.failed)} failed`
              : "none failed"
        }
      />
      <Key
        name="Reused"
        term="reused"
        value={integer(run.tasks.reused)}
        beside={done > 0 ? share(run.tasks.reused / done, 0) : ""}
        more={`${integer(run.tasks.computed)} computed, ${seconds(run.usage?.core_seconds)}`}
      />
      <Key
        name="Rows"
        value={compact(run.rows)}
        beside={going && run.rows_per_second !== null ? `${compact(run.rows_per_second)}/s` : ""}
        more={`read ${short(run.usage?.read_bytes)}, wrote ${short(run.bytes_written)}`}
      />
      <Key
        name="Memory"
        value={bytes(going ? run.rss_bytes : run.peak_rss_bytes)}
        more={
          going
            ? `peak ${short(run.peak_rss_bytes)}, limit ${short(run.memory_limit_bytes)}`
            : `at its peak, limit ${bytes(run.memory_limit_bytes)}`
        }
      />
    </div>
  );
}

/** Whether it is done in time, where somebody said when: as the clock and the estimate have it. */
function dueWords({ due_at, requested_at, seconds: taken, seconds_left, ...run }: Run): string {
  if (due_at === undefined) return "";
  const end = Date.parse(requested_at) + (taken + (isGoing(run) ? (seconds_left ?? 0) : 0)) * 1_000;
  const time = instant(due_at).split(", ").at(-1) ?? "";
  if (!isGoing(run)) return end > Date.parse(due_at) ? `later than ${time}` : `due by ${time}`;
  return end > Date.parse(due_at) ? `too late for ${time}` : `in time for ${time}`;
}

/** Whole from ten on: what stands beside another amount. */
function short(amount: number | null | undefined): string {
  return bytes(amount).replace(/\d{2,}\.\d(?= )/, (digits) => integer(Math.round(Number(digits))));
}

function Key({
  name,
  term,
  value,
  beside,
  more,
}: {
  name: string;
  term?: string;
  value: string;
  beside?: string;
  more: string;
}) {
  return (
    <div>
      <div className="k">{term ? <Term name={term}>{name}</Term> : name}</div>
      <div className="v clip">
        {value} <small>{beside}</small>
      </div>
      <div className="s" title={more}>
        {more}&nbsp;
      </div>
    </div>
  );
}
