import { statSync } from "node:fs";
import { join } from "node:path";
import { type Artifact, findArtifact } from "./artifact-store.ts";
import { isFolderOfKeys } from "./layout.ts";
import { namesIn } from "./names-in.ts";

export interface ScannedArtifact {
  readonly artifact: Artifact;
  readonly bytes: number;
  /** The share's time at which its record was linked (milliseconds). */
  readonly madeAt: number;
}

/** Folders of artifacts by the first digits of their keys. */
export function artifactFolders(brandDir: string): string[] {
  return namesIn(join(brandDir, "artifacts")).filter(isFolderOfKeys);
}

/** The whole artifacts of one folder, one after the other; what is damaged, half made or gone by now is passed over. */
export function* scanArtifacts(brandDir: string, folder: string): Generator<ScannedArtifact> {
  for (const key of namesIn(join(brandDir, "artifacts", folder))) {
    const found = quietly((): ScannedArtifact | undefined => {
      const artifact = findArtifact(brandDir, key);
      if (!artifact) return undefined;
      const madeAt = statSync(join(brandDir, "artifacts", folder, key, "artifact.json")).mtimeMs;
      return { artifact, madeAt, bytes: artifact.files.reduce((sum, { bytes }) => sum + bytes, 0) };
    });
    if (found) yield found;
  }
}

function quietly<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch {
    return undefined;
  }
}
