import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { ModelEvaluation } from "../../../shared/api/contract/models.ts";
import type { AssayContract } from "../../../shared/api/contract.ts";
import type { OutputOf } from "../../../shared/api/operation.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { useWork } from "../../client/use-work.ts";

const nothing: readonly ModelEvaluation[] = [];
const none: readonly string[] = [];
type SelfTest = OutputOf<AssayContract["models.self_test"]>;

/** What was worked out here and isn't kept by the core: it stands as long as the program is open. */
function useKept<T>(key: readonly unknown[]): [T | undefined, (value: T) => void] {
  const queries = useQueryClient();
  const kept = useQuery<T | null>({
    queryKey: [...key],
    queryFn: () => queries.getQueryData<T>([...key]) ?? null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  });
  return [kept.data ?? undefined, (value) => queries.setQueryData([...key], value)];
}

/** The snapshot's evaluations and those of more cuts that were asked for here. */
export function useEvaluations(brand: string) {
  const runs = useAsk("runs.list", { brand });
  const isJudging = (runs.data?.runs ?? []).some(({ state }) => state === "running" || state === "evaluating");
  const stored = useAsk("models.evaluations", { brand }, isJudging ? { every: 3_000 } : {});
  const [rolled, keep] = useKept<readonly ModelEvaluation[]>(["models rolled", brand]);
  const client = useClient();
  const work = useWork();
  const evaluate = (cuts: number, models?: string[]) =>
    work.start("Planning the evaluation", async (signal, onProgress) => {
      const input = { brand, cuts, ...(models ? { models } : {}) };
      const { evaluations } = await client.stream("models.evaluate", input, { signal, onProgress });
      const others = (rolled ?? nothing).filter(({ model }) => models && !models.includes(model));
      keep([...others, ...evaluations]);
    });
  return {
    stored: stored.data?.evaluations ?? nothing,
    scored: stored.data?.scored ?? none,
    rolled: rolled ?? nothing,
    judgedOneIn: stored.data?.judged_one_in ?? 1,
    isPending: stored.isPending,
    hasSnapshot: !(stored.isError && stored.error.code === "not_found"),
    failure: stored.isError && stored.error.code !== "not_found" ? stored.error : null,
    retry: () => void stored.refetch(),
    isJudging,
    evaluate,
    doing: work.doing,
    error: work.error,
    cancel: work.cancel,
  };
}

/** The self-test, its last results and the way to run it. */
export function useSelfTest() {
  const [results, keep] = useKept<SelfTest>(["models self-test"]);
  const client = useClient();
  const work = useWork();
  const run = () =>
    work.start("Recomputing published values", async (signal, onProgress) => {
      keep(await client.stream("models.self_test", {}, { signal, onProgress }));
    });
  return { checks: results?.checks, run, doing: work.doing, error: work.error, cancel: work.cancel };
}
