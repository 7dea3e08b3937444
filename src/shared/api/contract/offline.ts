import { z } from "zod";
import { brandName, call, count, instant, stream } from "../operation.ts";
import { stepProgress } from "./workspace.ts";

const take = z.enum(["mine", "theirs", "both"]);

const keptSnapshot = z.object({
  snapshot_id: z.string(),
  /** "whole" can be read without the share, "partial" was stopped, "stale" holds somebody who was erased since. */
  state: z.enum(["whole", "partial", "stale"]),
  bytes: count,
  kept_at: instant,
  /** When this machine last saw the shared log, and how far it went. */
  contact_at: instant,
  log_version: count,
});
export type KeptSnapshot = z.output<typeof keptSnapshot>;

const waitingEdit = z.object({
  id: z.string(),
  at: instant,
  /** What it does, as a short sentence. */
  title: z.string(),
  subject: z.string(),
  /** "conflict" waits for a choice, "waiting" for the share. */
  state: z.enum(["waiting", "conflict"]),
});
const conflict = z.object({
  subject: z.string(),
  title: z.string(),
  /** How the thing stood when this machine last saw it, how it stands here, and how others left it; null: it isn't there. */
  before: z.string().nullable(),
  mine: z.string().nullable(),
  theirs: z.string().nullable(),
  mine_at: instant,
  theirs_at: instant,
  choices: z.array(take),
  /** The name that mine would get beside theirs. */
  both_name: z.string().nullable(),
});
export type Conflict = z.output<typeof conflict>;

const pending = z.object({ edits: z.array(waitingEdit), conflicts: z.array(conflict) });
export type Pending = z.output<typeof pending>;

const ofSnapshot = z.object({ brand: brandName, snapshot_id: z.string() });

/** Working without the share: snapshots that are kept on this machine, and changes that wait. */
export const offlineOperations = {
  "offline.kept": call({
    input: z.object({ brand: brandName }),
    output: z.object({ folder: z.string(), kept: z.array(keptSnapshot) }),
  }),
  /** What keeping a snapshot would take (bytes), what of it is here already, and what is free. */
  "offline.measure": call({
    input: ofSnapshot,
    output: z.object({ artifacts: count, bytes: count, standing_bytes: count, free_bytes: count }),
  }),
  /** Copies what a snapshot's questions, segments and lists need to this machine; again, only what is missing. */
  "offline.keep": stream({
    input: ofSnapshot,
    progress: stepProgress,
    output: keptSnapshot,
  }),
  "offline.free": call({ input: ofSnapshot, output: z.object({ snapshot_id: z.string(), freed_bytes: count }) }),
  "offline.pending": call({ input: z.object({ brand: brandName }), output: pending }),
  "offline.resolve": call({ input: z.object({ brand: brandName, subject: z.string(), take }), output: pending }),
  /** Takes back a change that waits. */
  "offline.drop": call({ input: z.object({ brand: brandName, id: z.string() }), output: pending }),
  /** Looks for the share now, and sends what waits where it answers. */
  "offline.reconnect": call({
    input: z.object({}),
    output: z.object({ answers: z.boolean(), why: z.string().nullable(), sent: count }),
  }),
};
