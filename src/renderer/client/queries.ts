import { useQuery } from "@tanstack/react-query";
import type { CallNames } from "../../shared/api/client.ts";
import type { AssayContract } from "../../shared/api/contract.ts";
import type { InputOf, OutputOf } from "../../shared/api/operation.ts";
import { useClient } from "./ClientProvider.tsx";
import { asked, useViewedSnapshot } from "./viewed-snapshot.ts";

/** An answer of the core, kept under the operation and its input; leaving the screen cancels the question. */
export function useAsk<N extends CallNames<AssayContract>>(
  name: N,
  input: InputOf<AssayContract[N]>,
  options: { enabled?: boolean; keep?: boolean; every?: number } = {},
) {
  const client = useClient();
  const question = asked(name, input as object, useViewedSnapshot()) as InputOf<AssayContract[N]>;
  return useQuery<OutputOf<AssayContract[N]>, Error & { hint?: string; code?: string }>({
    queryKey: [name, question],
    queryFn: ({ signal }: { signal: AbortSignal }) => client.call(name, question, { signal }),
    enabled: options.enabled ?? true,
    ...(options.keep ? { placeholderData: (previous: OutputOf<AssayContract[N]> | undefined) => previous } : {}),
    ...(options.every ? { refetchInterval: options.every } : {}),
  } as never) as ReturnType<typeof useQuery<OutputOf<AssayContract[N]>, Error & { hint?: string; code?: string }>>;
}
