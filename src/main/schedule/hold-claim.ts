import { AssayError } from "../../shared/base/errors.ts";
import { sha256 } from "../plan/key.ts";
import type { Engine } from "./engine-client.ts";

/** Holds a piece of work of a brand for this process; gives how to let go of it, or null where another process has it. */
export async function holdClaim(engine: Engine, brandDir: string, name: string): Promise<(() => Promise<void>) | null> {
  const letGo = new AbortController();
  const asked = Promise.withResolvers<boolean>();
  const input = { brandDir, claim: claimOf(name) };
  const options = { signal: letGo.signal, onProgress: ({ held }: { held: boolean }) => asked.resolve(held) };
  const ended = engine.stream("claims.hold", input, options).then(
    ({ held }) => asked.resolve(held),
    (error: unknown) => asked.reject(error),
  );
  if (!(await asked.promise)) return null;
  return async () => {
    letGo.abort();
    await ended;
  };
}

/** What an erasure holds from before it looks whether a run goes on until its end. */
export const erasureWork = "erasure";

export const claimOf = (name: string): string => sha256(name);

/** A run that began before would show by its tasks' claims, which the erasure looks for. */
export async function refuseWhileErasing(engine: Engine, brandDir: string): Promise<void> {
  const { held } = await engine.call("claims.standing", { brandDir, claim: claimOf(erasureWork) });
  if (!held) return;
  throw new AssayError(
    "conflict",
    "A person is being erased from this brand, and a run would read what is taken away.",
    "Run again when the erasure has ended; one that was killed lets go within half a minute.",
  );
}
