import { AssayError } from "../../shared/base/errors.ts";
import type { Brands } from "./brands.ts";
import type { Engine } from "./engine-client.ts";

/** Nothing that a brand's log offers at the beginning is set aside while the body goes on. Where the pin can't be held, the body may have
 *  to plan again. */
export async function whilePinned<T>(
  { brands, engine }: { readonly brands: Brands; readonly engine: Engine },
  brand: string,
  body: () => Promise<T>,
): Promise<T> {
  const { version } = await brands.refresh(brand);
  const letGo = new AbortController();
  const pinned = Promise.withResolvers<void>();
  const options = { signal: letGo.signal, onProgress: () => pinned.resolve() };
  const input = { brandDir: brands.directory(brand), version };
  const holding = engine.stream("pins.hold", input, options).then(
    () => pinned.resolve(),
    () => pinned.resolve(),
  );
  try {
    await pinned.promise;
    return await body();
  } finally {
    letGo.abort();
    await holding;
  }
}

/** What was collected between a plan and its end is planned again, and made anew. */
export async function againWhereCollected<T>(body: () => Promise<T>, mostTries = 3): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await body();
    } catch (error) {
      if (tries >= mostTries || !isCollected(error)) throw error;
    }
  }
}

function isCollected(error: unknown): boolean {
  return error instanceof AssayError && error.code === "conflict" && error.details["collected"] !== undefined;
}
