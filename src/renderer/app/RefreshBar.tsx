import { type Query, useIsFetching } from "@tanstack/react-query";
import "./refresh-bar.css";

/** A thin bar over the screen while what it shows is asked for again; the old values stay until the new ones are there. */
export function RefreshBar() {
  const asked = useIsFetching({ predicate: isRefreshed });
  return asked > 0 ? <div className="refresh-bar" aria-hidden="true" /> : null;
}

/** Known already, and not asked for by the clock anyway. */
function isRefreshed(query: Query): boolean {
  return query.state.data !== undefined && query.observers.every(({ options }) => !options.refetchInterval);
}
