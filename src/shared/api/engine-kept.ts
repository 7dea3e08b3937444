import { call, stream } from "./operation.ts";
import { plain } from "./plain.ts";

/** A snapshot that lies on this machine as well. */
export interface KeptDocument {
  readonly snapshot_id: string;
  readonly state: "whole" | "partial" | "stale";
  readonly bytes: number;
  readonly kept_at: string;
  readonly contact_at: string;
  readonly log_version: number;
}
interface Copying {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly bytes: number;
}

/** What core asks of the engine about copies of a brand on this machine: `from` lies on the share, `to` here. */
export const keptEngine = {
  "kept.measure": call({
    input: plain<{ from: string; to: string; snapshot_id: string }>(),
    output: plain<{ artifacts: number; bytes: number; standing_bytes: number; free_bytes: number }>(),
  }),
  "kept.keep": stream({
    input: plain<{ from: string; to: string; snapshot_id: string }>(),
    progress: plain<Copying>(),
    output: plain<KeptDocument>(),
  }),
  "kept.follow": call({
    input: plain<{ from: string; to: string }>(),
    output: plain<{ log_version: number; cleaned: string[]; removed: string[] }>(),
  }),
  "kept.list": call({ input: plain<{ to: string }>(), output: plain<{ kept: KeptDocument[] }>() }),
  "kept.free": call({
    input: plain<{ to: string; snapshot_id: string }>(),
    output: plain<{ freed_bytes: number }>(),
  }),
  /** Brings the table of whom a list holds, which was written without the share, to its place there. */
  "kept.send": call({
    input: plain<{ from: string; to: string; path: string }>(),
    output: plain<{ sent: boolean }>(),
  }),
};
