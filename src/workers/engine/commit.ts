import type { TaskNode } from "../../shared/domain/task.ts";
import {
  type Artifact,
  type ArtifactFile,
  type ArtifactRequest,
  findArtifact,
  requireArtifact,
} from "./artifact-store.ts";
import { leaveClaim, type TakenClaim, takeClaim } from "./claims.ts";
import { contentKeyOf, noteContent, twinRequest } from "./content-keys.ts";

/** A file of an artifact, and where it still lies on this machine's own disk. */
export interface KnownFile extends ArtifactFile {
  readonly localPath?: string | undefined;
}
/** What is known of artifacts without a look at the share, by key. */
export type Known = Readonly<Record<string, { readonly files: readonly KnownFile[] }>>;

export interface Preparing {
  readonly brandDir: string;
  readonly node: TaskNode;
  readonly attempt: string;
  readonly known: Known;
  /** Whether what equal inputs made may be taken over. */
  readonly adopts: boolean;
}

export interface Prepared {
  /** null: somebody else is at it. */
  readonly claim: TakenClaim | null;
  /** It is there already. */
  readonly present?: Artifact | undefined;
  /** Another task made the same of the same bytes. */
  readonly twin?: ArtifactRequest | undefined;
  readonly contentKey?: string | undefined;
  /** Files of inputs that weren't known before. */
  readonly read: Readonly<Record<string, { readonly files: readonly ArtifactFile[] }>>;
}

/** What a task asks the share before it begins: who is at it, whether it is there, whether equal inputs made it. */
export function prepareTask({ brandDir, node, attempt, known, adopts }: Preparing): Prepared {
  const claim = takeClaim(brandDir, node.key, { attempt }) ?? null;
  const read: Record<string, { files: readonly ArtifactFile[] }> = {};
  try {
    const present = findArtifact(brandDir, node.key);
    if (present || !claim || !adopts) return { claim, present, read };
    const artifactOf = (key: string) => {
      const found = known[key] ?? read[key] ?? { files: requireArtifact(brandDir, key).files };
      if (!known[key]) read[key] = found;
      return found;
    };
    const contentKey = contentKeyOf(brandDir, node, artifactOf);
    const twin = contentKey === undefined ? undefined : twinRequest(brandDir, node, contentKey);
    return { claim, contentKey, twin, read };
  } catch (error) {
    if (claim) leaveClaim(claim);
    throw error;
  }
}

export interface Finishing {
  readonly brandDir: string;
  readonly key: string;
  readonly claim: TakenClaim;
  /** The question that it answered; left out where it made nothing. */
  readonly contentKey?: string | undefined;
}

/** Notes what was answered and lets go of the claim. */
export function finishTask({ brandDir, key, claim, contentKey }: Finishing): void {
  try {
    if (contentKey !== undefined) noteContent(brandDir, contentKey, key);
  } finally {
    leaveClaim(claim);
  }
}
