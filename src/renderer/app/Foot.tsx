import { useClient } from "../client/ClientProvider.tsx";
import { useAsk } from "../client/queries.ts";
import { Icon } from "../components/Icon.tsx";
import { day, instant, integer, seconds, word } from "../format/format.ts";
import { isGoing, workDone } from "../format/run-state.ts";

/** The foot of the navigation: the snapshot that is shown, or the run that goes on. */
export function Foot({ brand, isFolded, onFold }: { brand: string | null; isFolded: boolean; onFold: () => void }) {
  const client = useClient();
  const runs = useAsk("runs.list", { brand: brand ?? "" }, { enabled: brand !== null, every: 2_000 });
  const snapshots = useAsk("snapshots.list", { brand: brand ?? "" }, { enabled: brand !== null });
  const going = runs.data?.runs.find(isGoing);
  const current = snapshots.data?.snapshots.find(({ is_current }) => is_current);
  const toggleLook = () => {
    const next = document.documentElement.dataset.look === "dark" ? "light" : "dark";
    document.documentElement.dataset.look = next;
    void client.call("settings.write", { name: "look", value: next });
  };
  return (
    <div className="foot">
      <span className="label">
        {going ? (
          <a href={`/runs/${going.run_id}`} data-route>
            {word(going.state)}, {integer(workDone(going) * 100)} %
            <br />
            {going.seconds_left === null ? `after ${seconds(going.seconds)}` : `${seconds(going.seconds_left)} left`}
          </a>
        ) : (
          <>
            {current ? `As of ${day(current.as_of)}` : "Local only"}
            <br />
            {current ? `Published ${instant(current.published_at)}` : "No account, no server"}
          </>
        )}
      </span>
      <span className="tools">
        <button
          type="button"
          className="tool"
          title={isFolded ? "Unfold the navigation" : "Fold the navigation"}
          aria-label={isFolded ? "Unfold the navigation" : "Fold the navigation"}
          onClick={onFold}
        >
          <Icon name="fold" />
        </button>
        <button type="button" className="tool" title="Light or dark" aria-label="Light or dark" onClick={toggleLook}>
          <Icon name="look" />
        </button>
      </span>
    </div>
  );
}
