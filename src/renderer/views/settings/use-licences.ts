import { useQuery } from "@tanstack/react-query";

export interface Licence {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly text: string;
}

/** Packages that the program stands on, as its build listed them. */
export function useLicences() {
  return useQuery<Licence[], Error>({
    queryKey: ["licences"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const answer = await fetch("/licences.json", { signal });
      if (!answer.ok) throw new Error("The list of licences is not built: run `npm run build`.");
      return (await answer.json()) as Licence[];
    },
  });
}
