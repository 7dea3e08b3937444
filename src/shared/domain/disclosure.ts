import { AssayError } from "../base/errors.ts";

/** An account of a machine, as its operating system names it. */
export interface Account {
  readonly account: string;
  readonly host: string;
}

/** Somebody asked for a file with personal data who may not take any out. */
export interface RefusedBody extends Account {
  readonly what: "segment" | "campaign" | "query" | "hand-off";
  readonly name: string;
  readonly personal: readonly string[];
}

export interface DisclosureEntryBodies {
  /** Accounts that may write files with personal data; null: whoever opens the workspace. */
  exporters_changed: Account & { readonly exporters: readonly string[] | null };
  export_refused: RefusedBody;
}

export interface DisclosureState {
  exporters: readonly string[] | null;
  /** Every change of it, in order. */
  exporterChanges: (DisclosureEntryBodies["exporters_changed"] & { at: string })[];
  refusals: (RefusedBody & { at: string })[];
}

type Folds = {
  readonly [K in keyof DisclosureEntryBodies]: (
    state: DisclosureState,
    body: DisclosureEntryBodies[K],
    entry: { readonly at: string },
  ) => void;
};

export const disclosureFolds: Folds = {
  exporters_changed: (state, body, { at }) => {
    state.exporters = body.exporters;
    state.exporterChanges.push({ ...body, at });
  },
  export_refused: (state, body, { at }) => {
    state.refusals.push({ ...body, at });
  },
};

export function emptyDisclosures(): DisclosureState {
  return { exporters: null, exporterChanges: [], refusals: [] };
}

export function mayTakeOut({ exporters }: Pick<DisclosureState, "exporters">, account: string): boolean {
  return exporters === null || exporters.includes(account);
}

/** What a list or answer would have held; `details.personal` names the columns. */
export function notPermitted(account: string, personal: readonly string[]): AssayError {
  return new AssayError(
    "not_permitted",
    `The file would hold personal data (${personal.join(", ")}), which ${account} may not take out.`,
    "Leave it out, or ask somebody who may: Settings → Who took what out.",
    { personal: [...personal], account },
  );
}
