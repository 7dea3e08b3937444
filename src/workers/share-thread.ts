import { toWire, type WireError } from "../shared/base/errors.ts";
import { shareWork } from "./service/share-work.ts";

type Names = keyof typeof shareWork;

/** One piece of work at the share in this thread, which may wait for it while others compute. */
export default function shareThread({ name, input }: { name: Names; input: never }): {
  ok?: unknown;
  error?: WireError;
} {
  try {
    return { ok: shareWork[name](input) };
  } catch (error) {
    return { error: toWire(error) };
  }
}
