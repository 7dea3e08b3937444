import { useClient } from "../client/ClientProvider.tsx";
import { useAsk } from "../client/queries.ts";
import { useViewedSnapshot } from "../client/viewed-snapshot.ts";
import { Icon } from "../components/Icon.tsx";
import { day, instant, integer, seconds, word } from "../format/format.ts";
import { isGoing, workDone } from "../format/run-state.ts";

interface Props {
  readonly brand: string | null;
  readonly isFolded: boolean;
  readonly onFold: () => void;
  readonly onSnapshots: () => void;
}

/** The foot of the navigation: the snapshot that is shown, or the run that goes on. */
export function Foot({ brand, isFolded, onFold, onSnapshots }: Props) {
  const client = useClient();
  const runs = useAsk("runs.list", { brand: brand ?? "" }, { enabled: brand !== null, every: 2_000 });
  const snapshots = useAsk("snapshots.list", { brand: brand ?? "" }, { enabled: brand !== null });
  const going = runs.data?.runs.find(isGoing);
  const viewed = useViewedSnapshot();
  const shown = snapshots.data?.snapshots.find(({ is_current, snapshot_id }) =>
    viewed === undefined ? is_current : snapshot_id.startsWith(viewed),
  );
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
            {shown ? (
              <button
                type="button"
                className="as-of"
                title={`${shown.kept_back ? "Made" : "Published"} ${instant(shown.published_at)}; opens the list of snapshots`}
                onClick={onSnapshots}
              >
                As of {day(shown.as_of)}
                <br />
                {shown.kept_back ? "Made" : "Published"} {instant(shown.published_at).replace(/ \d{4},/, ",")}
              </button>
            ) : (
              <>
                Local only
                <br />
                No account, no server
              </>
            )}
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
