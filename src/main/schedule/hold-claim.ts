import { sha256 } from "../plan/key.ts";
import type { Engine } from "./engine-client.ts";

/** Holds a piece of work of a brand for this process; gives how to let go of it, or null where another process has it. */
export async function holdClaim(engine: Engine, brandDir: string, name: string): Promise<(() => Promise<void>) | null> {
  const letGo = new AbortController();
  const asked = Promise.withResolvers<boolean>();
  const input = { brandDir, claim: sha256(name) };
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
