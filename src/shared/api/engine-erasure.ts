import type { BatchFileBody } from "../domain/brand-state.ts";
import type { Person } from "../domain/erasure.ts";
import { call, stream } from "./operation.ts";
import { plain } from "./plain.ts";

export interface ErasureDelivery {
  readonly batch_id: string;
  readonly source: string;
  readonly mapping: unknown;
  readonly files: readonly BatchFileBody[];
}
/** What core asks of the engine to take a person out of a brand. */
export const erasureEngine = {
  /** Everything that one person is known by. */
  "erasure.find": call({
    input: plain<{
      brandDir: string;
      normalised: readonly string[];
      ids: readonly string[];
      visits: readonly { readonly key: string; readonly output: string }[];
      email?: string | undefined;
      customer_id?: string | undefined;
    }>(),
    output: plain<
      Person & {
        /** Addresses, numbers and cards that somebody else has too. */
        shared: number;
        /** How many customers of now are meant. */
        several: number;
        /** Pseudonyms of what was asked for, and those that would keep the person out. */
        marks: string[];
        tombstones: string[];
      }
    >(),
  }),
  /** Keeps what an erasure looks for until it has ended, and gives the pseudonyms that keep the person out. */
  "erasure.begin": call({
    input: plain<{ brandDir: string; erasure: string; person: Person }>(),
    output: plain<{ subjects: string[]; tombstones: string[] }>(),
  }),
  /** Erasures that have begun and not ended. */
  "erasure.pending": call({
    input: plain<{ brandDir: string }>(),
    output: plain<{ pending: { erasure: string; person: Person }[] }>(),
  }),
  /** Whether somebody seems to hold a piece of work, such as an erasure. */
  "claims.standing": call({ input: plain<{ brandDir: string; claim: string }>(), output: plain<{ held: boolean }>() }),
  /** Whether any process works on a task of the brand, whoever asks left out. */
  "erasure.busy": call({ input: plain<{ brandDir: string; own: string }>(), output: plain<{ busy: boolean }>() }),
  /** Which of some lists held the person, by the tables of whom they hold. */
  "erasure.held": call({
    input: plain<{ brandDir: string; person: Person; recipients: readonly string[] }>(),
    output: plain<{ held: string[] }>(),
  }),
  "erasure.landed": stream({
    input: plain<{
      brandDir: string;
      person: Person;
      deliveries: readonly ErasureDelivery[];
      tombstones: readonly string[];
      time_zone: string;
      isDry: boolean;
    }>(),
    progress: plain<{ done: number; total: number }>(),
    output: plain<{
      files: { batch_id: string; sha256: string; file: BatchFileBody }[];
      rows: number;
      removed: string[];
    }>(),
  }),
  /** Takes the person out of artifacts, published tables and lists in the workspace, or only counts. */
  "erasure.artifacts": stream({
    input: plain<{
      brandDir: string;
      erasure: string;
      person: Person;
      members: Readonly<Record<string, string>>;
      isDry: boolean;
    }>(),
    progress: plain<{ done: number; total: number }>(),
    output: plain<{
      artifacts: number;
      rows: Record<string, number>;
      snapshots: number;
      lists: { sha256_before: string; sha256: string }[];
    }>(),
  }),
  /** Takes away what was replaced, here and below a folder of this machine. */
  "erasure.finish": call({
    input: plain<{
      brandDir: string;
      erasure: string;
      removed: readonly string[];
      copies: string;
      files: readonly { readonly sha256: string; readonly file: BatchFileBody }[];
    }>(),
    output: plain<{ copies: number }>(),
  }),
};
