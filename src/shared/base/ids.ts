declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** SHA-256 in hex of the question that an artifact answers. */
export type ArtifactKey = Branded<"ArtifactKey">;
/** SHA-256 in hex of bytes. */
export type Digest = Branded<"Digest">;
export type SnapshotId = Branded<"SnapshotId">;
export type BatchId = Branded<"BatchId">;
export type RunId = Branded<"RunId">;

const namePattern = /^[a-z0-9][a-z0-9_-]{0,62}$/i;

/** Names of brands, sources and segments: letters, digits, `-` and `_`; safe as a folder name. */
export function isName(text: string): boolean {
  return namePattern.test(text) && !/^(con|prn|aux|nul|com\d|lpt\d)$/i.test(text);
}
