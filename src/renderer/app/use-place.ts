import { useEffect, useRef } from "react";
import { useClient } from "../client/ClientProvider.tsx";
import { keptPath } from "./place.ts";
import { useRoute } from "./route.ts";

const settledMs = 800;

/** Keeps where somebody is, once they have stayed a moment. */
export function useKeepPlace(workspaceId: string | null, brand: string | null): void {
  const client = useClient();
  useRoute(); // an address that changes draws anew
  const path = keptPath(location.pathname + location.search);
  const last = useRef<string | null>(null);
  useEffect(() => {
    const key = `${workspaceId} ${brand} ${path}`;
    if (workspaceId === null || brand === null || path === null || key === last.current) return undefined;
    const timer = setTimeout(() => {
      last.current = key;
      const value = { workspace_id: workspaceId, brand, path };
      client.call("settings.write", { name: "place", value }).catch(() => {});
    }, settledMs);
    return () => clearTimeout(timer);
  }, [client, workspaceId, brand, path]);
}
