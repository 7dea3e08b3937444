import { useQueries } from "@tanstack/react-query";
import type { SegmentTree } from "../../shared/api/contract/customers.ts";
import type { AssayContract } from "../../shared/api/contract.ts";
import type { OutputOf } from "../../shared/api/operation.ts";
import { useClient } from "../client/ClientProvider.tsx";
import { asked, useViewedSnapshot } from "../client/viewed-snapshot.ts";

export interface TableSort {
  readonly field: string;
  readonly direction: "asc" | "desc";
}
export interface Question {
  readonly brand: string;
  readonly where?: SegmentTree;
  readonly text?: string;
  readonly sort: TableSort[];
  readonly columns: string[];
}
type Page = OutputOf<AssayContract["customers.page"]>;
export type PageRow = Page["rows"][number];

const pageRows = 100;

/** The pages that hold the rows in view, and the first, which knows how many there are; leaving a page cancels it. */
export function usePages(
  asking: Question,
  rows: readonly number[],
): {
  first: Page | undefined;
  error: Error | null;
  rowAt: (row: number) => PageRow | undefined;
  /** Ids of the rows that are here. */
  known: () => string[];
} {
  const client = useClient();
  const question = asked("customers.page", asking, useViewedSnapshot());
  const pages = [...new Set([0, ...rows.map((row) => Math.floor(row / pageRows))])];
  const answers = useQueries({
    queries: pages.map((page) => ({
      queryKey: ["customers.page", question, page],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        client.call("customers.page", { ...question, offset: page * pageRows, limit: pageRows }, { signal }),
      staleTime: 60_000,
    })),
  });
  const known = new Map(pages.map((page, at) => [page, answers[at]?.data]));
  return {
    first: known.get(0),
    error: answers.find(({ error }) => error !== null)?.error ?? null,
    known: () => answers.flatMap(({ data }) => data?.rows.map(({ customer_id }) => customer_id) ?? []),
    rowAt: (row) => known.get(Math.floor(row / pageRows))?.rows[row % pageRows],
  };
}
