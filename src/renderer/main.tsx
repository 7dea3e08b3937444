import "./theme/fonts.css";
import "./theme/tokens.css";
import "./theme/base.css";
import "./theme/frame.css";
import "./theme/above.css";
import "./theme/parts.css";
import "./theme/controls.css";
import "./theme/grids.css";
import "./theme/nights.css";
import "./theme/sources.css";
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App.tsx";
import { ClientProvider } from "./client/ClientProvider.tsx";

const queries = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      if (saysGone(error)) void queries.invalidateQueries({ queryKey: ["workspace.status"] }); // the frame tells of it once
    },
  }),
  defaultOptions: { queries: { retry: false, staleTime: 15_000, refetchOnWindowFocus: false } },
});
function saysGone(error: Error & { details?: { silent?: unknown } }): boolean {
  return error.details?.silent === "share";
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <ClientProvider>
          <App />
        </ClientProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
