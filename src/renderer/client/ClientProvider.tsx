import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { type AssayClient, connect } from "./connect.ts";
import { LostNotice } from "./LostNotice.tsx";

const ClientContext = createContext<AssayClient | null>(null);

export function useClient(): AssayClient {
  const client = useContext(ClientContext);
  if (!client) throw new Error("no client above");
  return client;
}

/** Connects once, again when the connection is lost, and tells the queries what changed elsewhere. */
export function ClientProvider({ children }: { children: ReactNode }) {
  const [attempt, setAttempt] = useState(0);
  const [isLost, setIsLost] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt is a new connection
  const client = useMemo(() => connect(() => setIsLost(true)), [attempt]);
  const queries = useQueryClient();
  const again = useCallback(() => {
    setIsLost(false);
    setAttempt((before) => before + 1);
  }, []);
  useEffect(() => {
    if (attempt > 0) void queries.invalidateQueries(); // only now the questions go to the new connection
  }, [attempt, queries]);
  useEffect(() => {
    const stop = new AbortController();
    const hear = ({ topic }: { topic: string }) => {
      const stale =
        topic === "runs"
          ? ["runs"]
          : topic === "experiments"
            ? ["experiments", "params", "tournament"]
            : topic === "snapshots" || topic === "workspace"
              ? null
              : [topic];
      void queries.invalidateQueries(
        stale ? { predicate: ({ queryKey }) => stale.includes(String(queryKey[0]).split(".")[0] ?? "") } : {},
      );
    };
    client.stream("events.watch", {}, { signal: stop.signal, onProgress: hear }).catch(() => {});
    return () => stop.abort();
  }, [client, queries]);
  return (
    <ClientContext.Provider value={client}>
      {children}
      {isLost && <LostNotice onAgain={again} />}
    </ClientContext.Provider>
  );
}
