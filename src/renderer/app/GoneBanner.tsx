import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useAsk } from "../client/queries.ts";
import { Icon } from "../components/Icon.tsx";

interface Props {
  readonly workspace: { readonly path: string } | null;
  /** Why the workspace's directory can't be read; null where it can. */
  readonly why: string | null;
}

/** Says on every screen that the workspace's directory is gone and nothing of it is kept here; asks everything anew once it is back. */
export function GoneBanner({ workspace, why }: Props) {
  const queries = useQueryClient();
  const wasGone = useRef(false);
  useAsk("workspace.status", {}, { every: 3_000, enabled: why !== null });
  useEffect(() => {
    if (wasGone.current && why === null) void queries.invalidateQueries();
    wasGone.current = why !== null;
  }, [why, queries]);
  if (why === null) return null;
  return (
    <div className="banner warn" role="alert">
      <Icon name="warn" />
      <span>
        <b>The workspace can’t be read.</b> {why} Nothing is lost by that: mount its disk or move the folder back
        {workspace && ` to ${workspace.path}`}, and this goes on by itself; or open it where it lies now, in Settings.
      </span>
    </div>
  );
}
