import type { SegmentTree } from "../../../shared/api/contract/customers.ts";

/** What was edited and can be undone; a run of edits of one value is one step. */
export interface EditHistory {
  readonly past: readonly SegmentTree[];
  readonly now: SegmentTree;
  readonly lastEdit: string | null;
}
const mostSteps = 100;

export function startHistory(tree: SegmentTree): EditHistory {
  return { past: [], now: tree, lastEdit: null };
}

/** `edit` names what is edited: typing on in one value replaces the step instead of adding one. */
export function change(history: EditHistory, tree: SegmentTree, edit: string | null = null): EditHistory {
  const goesOn = edit !== null && edit === history.lastEdit;
  return { past: goesOn ? history.past : [...history.past, history.now].slice(-mostSteps), now: tree, lastEdit: edit };
}

export function undo(history: EditHistory): EditHistory {
  const last = history.past.at(-1);
  return last ? { past: history.past.slice(0, -1), now: last, lastEdit: null } : history;
}
