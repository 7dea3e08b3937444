import { useAsk } from "../client/queries.ts";
import { useViewedSnapshot } from "../client/viewed-snapshot.ts";
import { Icon } from "../components/Icon.tsx";
import { day } from "../format/format.ts";
import { viewSnapshot } from "./route.ts";
import { brokenRules, standingOf } from "./snapshot-words.ts";

/** Says on every screen that an older snapshot is looked at, or that the latest night is kept back. */
export function ViewedBanner({ brand, onOpen }: { brand: string; onOpen: () => void }) {
  const viewed = useViewedSnapshot();
  const found = useAsk("snapshots.list", { brand });
  const snapshots = found.data?.snapshots ?? [];
  const current = snapshots.find(({ is_current }) => is_current);
  const latest = snapshots.find(({ is_variant, withdrawn }) => !is_variant && !withdrawn);
  if (viewed !== undefined) {
    const shown = snapshots.find(({ snapshot_id }) => snapshot_id.startsWith(viewed));
    return (
      <div className="banner" role="status">
        <Icon name="waiting" />
        <span>
          {shown
            ? `These figures are of ${day(shown.as_of)} (${standingOf(shown).word.toLowerCase()}), not of the current snapshot.`
            : "The address names a snapshot that isn't here."}
        </span>
        <button type="button" className="button" onClick={() => viewSnapshot(undefined)}>
          {current ? `Go to ${day(current.as_of)}` : "Go to the current one"}
        </button>
      </div>
    );
  }
  if (!latest?.kept_back || !current || latest.as_of < current.as_of || latest.published_at < current.published_at)
    return null;
  const [broken, ...more] = brokenRules(latest);
  return (
    <div className="banner warn" role="status">
      <Icon name="warn" />
      <span>
        The night of {day(latest.as_of)} is kept back. {broken && `${broken.title}: ${broken.measured}`}
        {more.length > 0 && ` (and ${more.length} more)`}
      </span>
      <button type="button" className="button" onClick={onOpen}>
        Look at it
      </button>
    </div>
  );
}
